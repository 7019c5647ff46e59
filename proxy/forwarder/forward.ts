import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboxReader } from '../outbox/reader.ts';
import { createOutboxQueue, type OutboxQueue, type QueueParts } from './outbox-queue.ts';

export interface ForwardParts extends QueueParts {
  readonly reader: OutboxReader;
}

export interface Forwarding {
  /** Follows the outboxes until the signal comes. @throws what is not the broker's doing */
  run(): Promise<void>;
  /** Resolves when all that stands in the outboxes now was sent. */
  drain(): Promise<void>;
  behindSince(): number | null;
}

const POLL_MS = 100;

/** One queue for each outbox of this machine, side by side. */
export function createForwarding(parts: ForwardParts): Forwarding {
  const { reader, state, signal } = parts;
  const queues = new Map<string, OutboxQueue>();

  function queueOf(id: string): OutboxQueue {
    const queue = queues.get(id) ?? createOutboxQueue(id, parts);
    queues.set(id, queue);
    return queue;
  }

  async function sweep(): Promise<Promise<void>[]> {
    const outboxes = await reader.outboxes();
    const listed = new Set(outboxes.map(({ id }) => id));
    const pumps = outboxes.map(({ id, open }) => queueOf(id).pump(open));
    // Its entries were trimmed and its owner is gone: only its end may still have to be told.
    for (const id of state.ids().filter((known) => !listed.has(known))) {
      if (state.mark(id) > 0 && !state.isClosed(id)) pumps.push(queueOf(id).pump(false));
      else pumps.push(forget(id));
    }
    return pumps;
  }

  async function forget(id: string): Promise<void> {
    queues.delete(id);
    await state.forget(id);
  }

  return {
    async run() {
      const broken = Promise.withResolvers<never>();
      const follow = async () => {
        while (!signal.aborted) {
          for (const pump of await sweep()) pump.catch(broken.reject);
          await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
        }
      };
      await Promise.race([follow(), broken.promise]);
    },
    async drain() {
      await Promise.all(await sweep());
    },
    behindSince() {
      const times = [...queues.values()].map((queue) => queue.behindSince()).filter((since) => since !== null);
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}
