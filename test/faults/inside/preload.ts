import { registerHooks } from 'node:module';
import { shiftClock } from './clock.ts';

/**
 * Loaded into every process of an installation under test (`node --import`): gives the real roles the hooks that the
 * tests have, so that the real supervisor runs them and a fault strikes at the exact line.
 */
const root = new URL('../../../', import.meta.url);
const starts = new Map([
  [new URL('ingest/main.ts', root).href, './ingest-start.ts'],
  [new URL('proxy/forwarder/main.ts', root).href, './forwarder-start.ts'],
]);

registerHooks({
  resolve(specifier, context, next) {
    const instead = specifier === './start.ts' ? starts.get(context.parentURL ?? '') : undefined;
    return instead === undefined ? next(specifier, context) : next(new URL(instead, import.meta.url).href, context);
  },
});

const proxyShiftMs = Number(process.env['SPENDLENS_FAULT_PROXY_CLOCK_MS'] ?? 0);
if (proxyShiftMs !== 0 && process.argv[1]?.endsWith('/proxy/main.ts')) shiftClock(proxyShiftMs);
