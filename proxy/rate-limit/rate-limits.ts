import { hash } from 'node:crypto';
import type { Tags } from '../../domain/exchange.ts';
import type { Logger } from '../../process/log.ts';
import type { SharedStore, Taken, TokenBucket } from '../shared/store.ts';
import type { RateLimitPolicy } from './policy.ts';

/** What a limit says to a call; `headers` are for its answer, names and values in turn. */
export type Verdict =
  | { readonly kind: 'granted'; readonly headers: readonly string[] }
  | { readonly kind: 'refused'; readonly headers: readonly string[]; readonly retryAfterSeconds: number };

export interface RateLimits {
  /** Fails open: where the segment's header is missing, and where the shared state does not answer. */
  ask(policy: RateLimitPolicy, tags: Tags): Promise<Verdict>;
  /** Takes what a call cost out of a bucket of cents, which may then owe. */
  charge(policy: RateLimitPolicy, tags: Tags, cents: number): Promise<void>;
}

const open: Verdict = { kind: 'granted', headers: [] };
/** More than nothing is left. */
const ANY = 1e-9;
/** Less than any bucket holds. */
const ALWAYS = -1e300;

/** Token buckets as the reference has them: full at the start, refilled at QUOTA / w. `onFailure`: no state answered. */
export function createRateLimits(store: SharedStore, log: Logger, onFailure: () => void): RateLimits {
  function failed(error: unknown, what: string): void {
    onFailure();
    log.debug(error, what);
  }

  const take = (key: string, policy: RateLimitPolicy, needed: number, cost: number) =>
    store.takeTokens(key, { ...bucketOf(policy), needed, cost, now: Date.now() });

  return {
    async ask(policy, tags) {
      const key = keyOf(policy, tags);
      if (key === null) return open;
      const isCents = policy.unit === 'cents';
      try {
        return verdictOf(policy, await take(key, policy, isCents ? ANY : 1, isCents ? 0 : 1));
      } catch (error) {
        failed(error, 'a rate limit could not be asked');
        return open;
      }
    },
    async charge(policy, tags, cents) {
      const key = keyOf(policy, tags);
      if (key === null || cents <= 0) return;
      await take(key, policy, ALWAYS, cents).catch((error) => failed(error, 'a rate limit could not be charged'));
    },
  };
}

function bucketOf({ quota, windowSeconds }: RateLimitPolicy): Pick<TokenBucket, 'capacity' | 'refillPerMs'> {
  return { capacity: quota, refillPerMs: quota / (windowSeconds * 1_000) };
}

/** Null where the request does not say which segment it belongs to. */
function keyOf({ quota, windowSeconds, unit, segment }: RateLimitPolicy, { userId, properties }: Tags): string | null {
  const value = segment === '' ? 'all' : segment === 'user' ? userId : (properties[segment] ?? '');
  if (value === '') return null;
  return `limit:${hash('sha256', JSON.stringify([quota, windowSeconds, unit, segment, value]), 'hex')}`;
}

function verdictOf(policy: RateLimitPolicy, { granted, tokens }: Taken): Verdict {
  const perSecond = policy.quota / policy.windowSeconds;
  const untilFull = Math.ceil((policy.quota - tokens) / perSecond);
  const headers = [
    ...['Helicone-RateLimit-Limit', String(policy.quota)],
    ...['Helicone-RateLimit-Remaining', String(Math.max(0, Math.floor(tokens)))],
    ...['Helicone-RateLimit-Reset', String(untilFull), 'Helicone-RateLimit-Policy', policy.text],
  ];
  if (granted) return { kind: 'granted', headers };
  const needed = policy.unit === 'cents' ? ANY : 1;
  return { kind: 'refused', headers, retryAfterSeconds: Math.max(1, Math.ceil((needed - tokens) / perSecond)) };
}
