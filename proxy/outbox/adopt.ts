import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../process/log.ts';
import { type OutboxOptions, openOutbox } from './open-outbox.ts';

export interface AdoptOptions extends Omit<OutboxOptions, 'folder'> {
  /** `$SPENDLENS_DATA/outbox` */
  readonly outboxes: string;
  /** Slots from this one on have no worker: there were more of them once. */
  readonly fromSlot: number;
}

export interface Adoption {
  stop(): Promise<void>;
}

const POLL_MS = 1_000;

/**
 * Takes care of outboxes whose worker will not come back: records what was in flight as aborted, gives up what the
 * warehouse has, and removes the folder when nothing is left in it.
 */
export function adoptOrphans({ outboxes, fromSlot, log, ...options }: AdoptOptions): Adoption {
  const abort = new AbortController();
  const { signal } = abort;

  async function drain(slot: string): Promise<void> {
    const folder = join(outboxes, slot);
    const outbox = await openOutbox({ ...options, folder, log });
    log.info({ slot, depth: outbox.stats().depth }, 'an outbox without a worker was adopted');
    while (outbox.stats().depth > 0 && !signal.aborted) {
      await sleep(POLL_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
    const isEmpty = outbox.stats().depth === 0;
    await outbox.close();
    if (isEmpty) await rm(folder, { recursive: true, force: true });
  }

  const draining = orphansOf(outboxes, fromSlot).then((slots) =>
    Promise.all(slots.map((slot) => drain(slot).catch((error: unknown) => warn(log, slot, error)))),
  );
  return {
    async stop() {
      abort.abort();
      await draining;
    },
  };
}

async function orphansOf(outboxes: string, fromSlot: number): Promise<string[]> {
  const slots = await readdir(outboxes).catch(() => []);
  return slots.filter((slot) => /^\d+$/.test(slot) && Number(slot) >= fromSlot);
}

/** Whatever is wrong with it, the traffic of this worker is not to suffer. */
function warn(log: Logger, slot: string, error: unknown): void {
  log.error({ slot, reason: String(error) }, 'an outbox without a worker could not be adopted');
}
