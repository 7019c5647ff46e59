import type { RawEvent } from '../event.ts';
import { expectedBefore, type Held, type HeldQueries, skipCovered } from '../held.ts';
import type { Gap, Range } from '../slice.ts';
import type { LogMessage } from './partition-queue.ts';
import type { Cut, CutLimits } from './source.ts';

type ExchangeMessage = Extract<LogMessage, { kind: 'exchange' }>;

/** A slice that is being put together, message by message in the log's order. */
export interface Cutting {
  /** False where it has to wait for another slice, and with it whatever follows of its outbox. */
  take(message: ExchangeMessage): Promise<boolean>;
  /** What a closed outbox says it sent and nobody saw is a gap that no later message tells of. */
  close(outboxId: string, lastSeq: number): Promise<void>;
  isFull(): boolean;
  result(): Omit<Cut, 'more'>;
}

/** Characters that ranges and gaps of one slice may take in the offset's metadata, halving it left room for. */
const INTENT_ROOM = 1_800;
const PER_RANGE = 24;

/** `beyond` is what the warehouse said of an outbox when it was first seen. */
export function beginCutting(
  marks: ReadonlyMap<string, number>,
  beyond: HeldQueries['beyond'],
  limits: CutLimits,
): Cutting {
  const passed = new Map<string, number>();
  const lasts = new Map<string, number>();
  const firsts = new Map<string, number>();
  const gaps: Gap[] = [];
  const events: RawEvent[] = [];
  let ask: boolean | null = null;
  let bytes = 0;
  let room = INTENT_ROOM;

  /** Where an outbox goes on, behind what is marked, taken and held. */
  async function nextOf(id: string): Promise<{ next: number; held: Held }> {
    const mark = lasts.get(id) ?? passed.get(id) ?? marks.get(id) ?? 0;
    const held = await beyond(id, marks.get(id) ?? 0);
    const next = skipCovered(held, mark + 1);
    if (next > mark + 1 && !lasts.has(id)) passed.set(id, next - 1);
    return { next, held };
  }

  function noteGap(outboxId: string, expectedSeq: number, foundSeq: number): void {
    gaps.push({ outboxId, expectedSeq, foundSeq });
    room -= outboxId.length + PER_RANGE;
  }

  /** The first of its outbox in this slice; what the log skipped before it goes along. */
  function begin(id: string, seq: number, expected: number): boolean {
    const size = id.length + PER_RANGE;
    if (room < 2 * size) return false;
    if (seq > expected) noteGap(id, expected, seq);
    firsts.set(id, seq);
    room -= size;
    return true;
  }

  /** Slices that ask and slices that need not are kept apart: only the first kind depends on more than its events. */
  const fits = (asks: boolean) => ask === null || asks === ask;

  return {
    async take({ outboxId: id, seq, encoded }) {
      const last = lasts.get(id);
      const { next, held } = await nextOf(id);
      if (seq < next) return last === undefined || seq <= last;
      if (!fits(seq <= held.upTo)) return false;
      // A range has no holes, be they skipped by the log or held by the warehouse.
      if (last !== undefined && seq > last + 1) return false;
      // Holes below what the warehouse has were told when they were passed.
      if (last === undefined && !begin(id, seq, expectedBefore(held, next, seq))) return false;
      lasts.set(id, seq);
      ask = seq <= held.upTo;
      bytes += encoded.length;
      events.push({ outboxId: id, seq, encoded });
      return true;
    },
    async close(id, lastSeq) {
      if (lasts.has(id)) return;
      const { next, held } = await nextOf(id);
      const expected = expectedBefore(held, next, lastSeq + 1);
      if (expected <= lastSeq) noteGap(id, expected, lastSeq + 1);
      else if ((marks.get(id) ?? 0) < lastSeq) passed.set(id, Math.max(lastSeq, next - 1));
    },
    isFull: () => events.length >= limits.entries || (events.length > 0 && bytes >= limits.bytes) || room <= 0,
    result() {
      const ranges = [...lasts].map(([outboxId, lastSeq]): Range => {
        return { outboxId, firstSeq: firsts.get(outboxId) ?? lastSeq, lastSeq };
      });
      if (ranges.length + gaps.length === 0) return { passed, slice: null };
      return { passed, slice: { slice: { ranges, gaps, ask: ask ?? false, condemned: '' }, events } };
    },
  };
}
