import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { faultInAddress } from './address-guard.ts';

/** A caller's own target that leads where callers must not reach. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

export interface GuardOptions {
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  readonly lookup?: Lookup;
}

/** All addresses of a name, as `dns.lookup` gives them. */
export type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Connects only where callers may reach. The address itself is looked at, when it is about to be connected to: a name
 * that was harmless when the request was admitted may have come to stand for another address since.
 */
export function createGuardedConnect(options: GuardOptions): buildConnector.connector {
  const { allowPrivate, timeoutMs, lookup = systemLookup } = options;
  const connect = buildConnector({ timeout: timeoutMs, allowH2: false, lookup: guardedLookup(lookup, allowPrivate) });
  return function guardedConnect(target, callback) {
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    // No name is looked up for a literal address, so nobody else would ask.
    const fault = isIP(literal) === 0 ? '' : faultInAddress(literal, allowPrivate);
    if (fault === '') connect(target, callback);
    else callback(refusal(target.hostname, literal, fault), null);
  };
}

function guardedLookup(lookup: Lookup, allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const refused = firstRefused(addresses, allowPrivate);
      const [first] = addresses;
      if (refused !== null) callback(refusal(hostname, refused.address, refused.fault), '');
      else if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}

/** One bad address among good ones is refused too: which of them is taken is not ours to say. */
function firstRefused(addresses: readonly LookupAddress[], allowPrivate: boolean) {
  for (const { address } of addresses) {
    const fault = faultInAddress(address, allowPrivate);
    if (fault !== '') return { address, fault };
  }
  return null;
}

function refusal(host: string, address: string, fault: string): TargetRefused {
  const where = host === address || host === `[${address}]` ? address : `${host} (${address})`;
  return new TargetRefused(`${where} is ${fault}, where no caller’s own target may be`);
}
