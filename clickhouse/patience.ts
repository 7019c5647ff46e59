import { setTimeout as sleep } from 'node:timers/promises';
import { SpendlensError } from '../domain/error.ts';
import type { Logger } from '../process/log.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export type Patience = <Answer>(action: () => Promise<Answer>, beforeNext?: () => Promise<void>) => Promise<Answer>;

/**
 * Returns `patiently(action, beforeNext)`: repeats what fails for a passing reason, as long as it takes, with growing
 * pauses. Rejects with anything else, and with the signal's reason once it comes.
 */
export function createPatience(log: Logger, signal: AbortSignal, what = 'the warehouse'): Patience {
  return async function patiently(action, beforeNext = async () => undefined) {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await action();
      } catch (error) {
        if (!isPassing(error)) throw error;
        log.warn({ code: error.code, reason: error.message, pause }, `waiting for ${what}`);
      }
      await sleep(pause, undefined, { signal });
      await beforeNext();
    }
  };
}

export function isPassing(error: unknown): error is SpendlensError {
  return error instanceof SpendlensError && error.retryable;
}
