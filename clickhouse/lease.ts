import { setTimeout as sleep } from 'node:timers/promises';
import { SpendlensError } from '../domain/error.ts';
import type { ConfigLog } from './config-log.ts';

const LEASE_MS = 30_000;

/** Held by one process of all at a time. */
export interface Lease {
  /** Milliseconds since 1970 until which nobody else can take it. */
  readonly until: number;
  /** @throws SpendlensError stale where it was lost */
  renew(): Promise<Lease>;
  /** Lets others have it at once. */
  release(): Promise<void>;
}

/** Takes what is free or whose holder has not been heard of for half a minute; null where somebody holds it. */
export async function takeLease(
  log: ConfigLog,
  id: string,
  holder: string,
  now: () => number = Date.now,
): Promise<Lease | null> {
  const [newest] = await log.history('lease', id);
  if (newest !== undefined && untilOf(newest.value) > now()) return null;
  try {
    return await hold(newest?.version ?? 0);
  } catch (error) {
    if (error instanceof SpendlensError && error.code === 'stale') return null;
    throw error;
  }

  async function hold(version: number): Promise<Lease> {
    const until = now() + LEASE_MS;
    const held = await log.put('lease', { id, version, who: holder, value: { until } });
    return {
      until,
      renew: () => hold(held.version),
      async release() {
        await log.put('lease', { id, version: held.version, who: holder, value: { until: 0 } });
      },
    };
  }
}

function untilOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || !('until' in value)) return 0;
  return typeof value.until === 'number' ? value.until : 0;
}

/**
 * Does `work` under a lease that is renewed meanwhile, and released when it is over. The signal comes where it was
 * lost, be it because the warehouse could not be asked in time: somebody else may be at the same work then.
 */
export async function underLease<Answer>(lease: Lease, work: (lost: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const done = new AbortController();
  const lost = new AbortController();
  let held = lease;
  const renewing = (async () => {
    for (;;) {
      await sleep(LEASE_MS / 3, undefined, { signal: done.signal });
      held = await held.renew();
    }
  })().catch((error: unknown) => {
    if (!done.signal.aborted) lost.abort(error);
  });
  try {
    return await work(lost.signal);
  } finally {
    done.abort();
    await renewing;
    // One that was lost is not ours to release; one that cannot be released runs out.
    await held.release().catch(() => undefined);
  }
}
