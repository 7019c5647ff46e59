import { setTimeout as sleep } from 'node:timers/promises';
import type { SpendlensError } from '../../domain/error.ts';
import type { Logger } from '../../process/log.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** What does not go through, told once however many outboxes wait for it and however often they try. */
export interface Outage {
  /** Counts a failure of `id` and waits, longer each time, until it may be tried again. */
  failed(id: string, failure: SpendlensError): Promise<void>;
  passed(id: string): void;
}

export function createOutage(log: Logger, signal: AbortSignal): Outage {
  const tries = new Map<string, number>();
  let since = 0;
  let told = '';

  return {
    async failed(id, failure) {
      const count = tries.get(id) ?? 0;
      if (tries.size === 0) since = Date.now();
      tries.set(id, count + 1);
      if (told !== failure.code) {
        const { code, message } = failure;
        log.warn({ code, reason: message }, 'Kafka takes nothing now: exchanges wait in the outbox');
        told = code;
      }
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** count, LONGEST_PAUSE_MS);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    },
    passed(id) {
      if (!tries.delete(id) || tries.size > 0) return;
      log.info({ seconds: Math.round((Date.now() - since) / 1000) }, 'Kafka takes exchanges again');
      told = '';
    },
  };
}
