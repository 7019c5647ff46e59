import { setTimeout as sleep } from 'node:timers/promises';
import type { RawEvent } from '../event.ts';
import { expectedBefore, type Held, skipCovered } from '../held.ts';
import type { Gap, Slice } from '../slice.ts';
import type { LogMessage, PartitionQueue } from './partition-queue.ts';
import type { Cut, CutLimits, Source } from './source.ts';

export interface PartitionSourceParts {
  readonly queue: PartitionQueue;
  /** What the warehouse said of an outbox when it was first seen. */
  readonly beyond: (outboxId: string, mark: number) => Promise<Held>;
  /** Sets a message without identity aside; again and again is the same as once. */
  readonly bury: (message: Extract<LogMessage, { kind: 'stray' }>) => Promise<void>;
  readonly limits: CutLimits;
  readonly signal: AbortSignal;
}

const WAIT_MS = 50;
/** Characters that ranges and gaps of one slice may take in the offset's metadata, halving it left room for. */
const INTENT_ROOM = 1_800;
const PER_RANGE = 24;

interface Piece {
  firstSeq: number;
  lastSeq: number;
}

/**
 * One partition of the topic: its messages in the log's order. What is done is told by the marks alone, so that a slice
 * may pass over an outbox whose next message does not fit it, and take those of the others.
 */
export function createPartitionSource({ queue, beyond, bury, limits, signal }: PartitionSourceParts): Source {
  async function cut(marks: ReadonlyMap<string, number>): Promise<Cut> {
    const passed = new Map<string, number>();
    const pieces = new Map<string, Piece>();
    const blocked = new Set<string>();
    const gaps: Gap[] = [];
    const events: RawEvent[] = [];
    let ask: boolean | null = null;
    let bytes = 0;
    let room = INTENT_ROOM;

    /** Where an outbox goes on, behind what is marked, taken and held. */
    async function nextOf(id: string): Promise<{ next: number; held: Held }> {
      const mark = pieces.get(id)?.lastSeq ?? passed.get(id) ?? marks.get(id) ?? 0;
      const held = await beyond(id, marks.get(id) ?? 0);
      const next = skipCovered(held, mark + 1);
      if (next > mark + 1 && !pieces.has(id)) passed.set(id, next - 1);
      return { next, held };
    }

    function note(id: string, expectedSeq: number, foundSeq: number): void {
      gaps.push({ outboxId: id, expectedSeq, foundSeq });
      room -= id.length + PER_RANGE;
    }

    /** False where it has to wait for another slice, and with it whatever follows of its outbox. */
    async function take(message: Extract<LogMessage, { kind: 'exchange' }>): Promise<boolean> {
      const { outboxId: id, seq, encoded } = message;
      const piece = pieces.get(id);
      const { next, held } = await nextOf(id);
      if (seq < next) return !piece || seq <= piece.lastSeq;
      const asks = seq <= held.upTo;
      if ((piece && seq > next) || (piece && next > piece.lastSeq + 1) || (ask !== null && asks !== ask)) return false;
      if (!piece && room < 2 * (id.length + PER_RANGE)) return false;
      // Holes below what the warehouse has were told when they were passed.
      const expected = expectedBefore(held, next, seq);
      if (seq > expected) note(id, expected, seq);
      if (piece) piece.lastSeq = seq;
      else {
        pieces.set(id, { firstSeq: seq, lastSeq: seq });
        room -= id.length + PER_RANGE;
      }
      ask = asks;
      bytes += encoded.length;
      events.push({ outboxId: id, seq, encoded });
      return true;
    }

    /** What a closed outbox says it sent and nobody saw is a gap that no later message tells of. */
    async function close(id: string, lastSeq: number): Promise<void> {
      if (pieces.has(id)) return;
      const { next, held } = await nextOf(id);
      const expected = expectedBefore(held, next, lastSeq + 1);
      if (expected <= lastSeq) note(id, expected, lastSeq + 1);
      else if (next <= lastSeq) passed.set(id, lastSeq);
      else if ((marks.get(id) ?? 0) < lastSeq) passed.set(id, next - 1);
    }

    let full = false;
    for (const message of queue.pending(marks)) {
      full = events.length >= limits.entries || (events.length > 0 && bytes >= limits.bytes) || room <= 0;
      if (full) break;
      if (message.kind === 'stray') await bury(message);
      else if (blocked.has(message.outboxId)) continue;
      else if (message.kind === 'closed') await close(message.outboxId, message.lastSeq);
      else if (!(await take(message))) blocked.add(message.outboxId);
    }
    if (pieces.size + gaps.length === 0) return { passed, slice: null, more: false };
    const ranges = [...pieces].map(([outboxId, piece]) => ({ outboxId, ...piece }));
    return {
      passed,
      slice: { slice: { ranges, gaps, ask: ask ?? false, condemned: '' }, events },
      more: !full && queue.isFilling(),
    };
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
