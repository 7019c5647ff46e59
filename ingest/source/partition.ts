import { setTimeout as sleep } from 'node:timers/promises';
import type { RawEvent } from '../event.ts';
import type { HeldQueries } from '../held.ts';
import type { Slice } from '../slice.ts';
import { beginCutting } from './cutting.ts';
import type { LogMessage, PartitionQueue } from './partition-queue.ts';
import type { Cut, CutLimits, Source } from './source.ts';

export interface PartitionSourceParts {
  readonly queue: PartitionQueue;
  /** What the warehouse said of an outbox when it was first seen. */
  readonly beyond: HeldQueries['beyond'];
  /** Sets a message without identity aside; again and again is the same as once. */
  readonly bury: (message: Extract<LogMessage, { kind: 'stray' }>) => Promise<void>;
  readonly limits: CutLimits;
  readonly signal: AbortSignal;
}

const WAIT_MS = 50;

/**
 * One partition of the topic: its messages in the log's order. What is done is told by the marks alone, so that a slice
 * may pass over an outbox whose next message does not fit it, and take those of the others.
 */
export function createPartitionSource({ queue, beyond, bury, limits, signal }: PartitionSourceParts): Source {
  async function cut(marks: ReadonlyMap<string, number>): Promise<Cut> {
    const cutting = beginCutting(marks, beyond, limits);
    const blocked = new Set<string>();
    for (const message of queue.pending(marks)) {
      if (cutting.isFull()) return { ...cutting.result(), more: false };
      if (message.kind === 'stray') await bury(message);
      else if (blocked.has(message.outboxId)) continue;
      else if (message.kind === 'closed') await cutting.close(message.outboxId, message.lastSeq);
      else if (!(await cutting.take(message))) blocked.add(message.outboxId);
    }
    const result = cutting.result();
    return { ...result, more: result.slice !== null && !cutting.isFull() && queue.isFilling() };
  }

  /** Waits until the queue has been filled with all that was there when the slice was cut. */
  async function recall({ ranges }: Slice): Promise<RawEvent[]> {
    while (queue.isBehind()) await sleep(WAIT_MS, undefined, { signal });
    const wanted = new Map(ranges.map((range) => [range.outboxId, range]));
    const events: RawEvent[] = [];
    for (const message of queue.all()) {
      if (message.kind !== 'exchange') continue;
      const { outboxId, seq, encoded } = message;
      const range = wanted.get(outboxId);
      if (range && range.firstSeq <= seq && seq <= range.lastSeq) events.push({ outboxId, seq, encoded });
    }
    return events;
  }

  return { cut, recall, gone: queue.gone, takeResends: queue.takeResends, moved: queue.moved };
}
