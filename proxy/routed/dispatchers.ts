import { Agent, type Dispatcher } from 'undici';
import { providerTimeouts } from '../../domain/time-limits.ts';
import type { Destination } from '../upstream.ts';
import { createGuardedConnect } from './guarded-connect.ts';

/** As in the pass-through lane: most servers keep connections longer, so few requests meet a closing one. */
const IDLE_MS = 30_000;
const MAX_HEADER_BYTES = 512 * 1024;

/** Connection pools of the routed lane: one for configured providers, one for what callers bring themselves. */
export function createDispatchers(allowPrivate: boolean) {
  // Time limits are the caller's, to the millisecond; the library's are coarser.
  const options: Agent.Options = {
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    allowH2: false,
  };
  // Patience with connections is set per provider, and there are few settings of it.
  const trusted = new Map<number, Agent>();
  const guarded = new Agent({
    ...options,
    connect: createGuardedConnect({ allowPrivate, timeoutMs: providerTimeouts.connectMs }),
  });

  function trustedFor(timeout: number): Agent {
    const known = trusted.get(timeout);
    if (known) return known;
    const agent = new Agent({ ...options, connect: { timeout, allowH2: false } });
    trusted.set(timeout, agent);
    return agent;
  }

  return {
    for: ({ isCallersOwn, provider }: Destination): Dispatcher =>
      isCallersOwn ? guarded : trustedFor(provider.timeouts.connectMs),
    async close(): Promise<void> {
      await Promise.all([guarded, ...trusted.values()].map((agent) => agent.destroy()));
    },
  };
}
export type Dispatchers = ReturnType<typeof createDispatchers>;
