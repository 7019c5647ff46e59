import type { OutboxReader, OutboxState } from '../../proxy/outbox/reader.ts';
import type { RawEvent } from '../event.ts';
import { expectedBefore, type Held, skipCovered } from '../held.ts';
import type { Gap, Range } from '../slice.ts';
import type { Cut, CutLimits, Source } from './source.ts';

interface Piece {
  readonly range: Range;
  readonly events: readonly RawEvent[];
  readonly ask: boolean;
}

/** The outboxes of this machine, read where they stand. `beyond` is what the warehouse said of one when it was first seen. */
export function createOutboxSource(
  reader: OutboxReader,
  beyond: (outboxId: string, mark: number) => Promise<Held>,
  limits: CutLimits,
): Source {
  let outboxes: readonly OutboxState[] = [];
  return {
    async cut(marks) {
      outboxes = await reader.outboxes();
      const held = new Map<string, Held>();
      for (const { id } of outboxes) held.set(id, await beyond(id, marks.get(id) ?? 0));
      return cutSlice(reader, outboxes, marks, held, limits);
    },
    async recall({ ranges }) {
      outboxes = await reader.outboxes();
      return ranges.flatMap((range) => readRange(reader, range));
    },
    gone(marks) {
      const present = new Set(outboxes.map(({ id }) => id));
      return new Set([...marks.keys()].filter((id) => !present.has(id)));
    },
    takeResends: () => 0,
    moved: () => false,
  };
}

function readRange(reader: OutboxReader, { outboxId, firstSeq, lastSeq }: Range): RawEvent[] {
  return reader
    .read(outboxId, firstSeq, { entries: lastSeq - firstSeq + 1, bytes: Number.POSITIVE_INFINITY })
    .filter(({ seq }) => seq <= lastSeq)
    .map(({ seq, encoded }) => ({ outboxId, seq, encoded }));
}

/**
 * Takes the next entries of each outbox behind its mark, every outbox its share. A range ends where seqs skip, where
 * the warehouse has what follows, and where it no longer has to be asked.
 */
export function cutSlice(
  reader: Pick<OutboxReader, 'read'>,
  outboxes: readonly OutboxState[],
  marks: ReadonlyMap<string, number>,
  held: ReadonlyMap<string, Held>,
  limits: CutLimits,
): Cut {
  const passed = new Map<string, number>();
  const pieces: Piece[] = [];
  const gaps: Gap[] = [];
  const waiting = outboxes.filter(({ firstSeq }) => firstSeq !== null);
  const share = {
    entries: Math.max(1, Math.floor(limits.entries / Math.max(1, waiting.length))),
    bytes: Math.max(1, Math.floor(limits.bytes / Math.max(1, waiting.length))),
  };
  for (const { id } of waiting) {
    const known = held.get(id) ?? { covered: [], upTo: 0 };
    const mark = marks.get(id) ?? 0;
    const next = skipCovered(known, mark + 1);
    if (next > mark + 1) passed.set(id, next - 1);
    const piece = takePiece(reader, id, next, known, share);
    if (!piece) continue;
    // Holes below what the warehouse has were told when they were passed.
    const expectedSeq = expectedBefore(known, next, piece.range.firstSeq);
    if (piece.range.firstSeq > expectedSeq) {
      gaps.push({ outboxId: id, expectedSeq, foundSeq: piece.range.firstSeq });
    }
    pieces.push(piece);
  }
  const [first] = pieces;
  if (!first) return { passed, slice: null, more: false };
  // Slices that ask and slices that need not are kept apart: only the first kind depends on more than its events.
  const alike = pieces.filter(({ ask }) => ask === first.ask);
  const ranges = alike.map(({ range }) => range);
  const ours = gaps.filter((gap) => ranges.some(({ outboxId }) => outboxId === gap.outboxId));
  return {
    passed,
    slice: {
      slice: { ranges, gaps: ours, ask: first.ask, condemned: '' },
      events: alike.flatMap(({ events }) => events),
    },
    more: false,
  };
}

function takePiece(
  reader: Pick<OutboxReader, 'read'>,
  id: string,
  from: number,
  held: Held,
  limits: CutLimits,
): Piece | null {
  const entries = reader.read(id, from, limits);
  const [first] = entries;
  if (!first) return null;
  const start = skipCovered(held, first.seq);
  if (start > first.seq) return takePiece(reader, id, start, held, limits);
  const ask = first.seq <= held.upTo;
  const nextCovered = held.covered.find(({ firstSeq }) => firstSeq > first.seq)?.firstSeq ?? Number.MAX_SAFE_INTEGER;
  const end = Math.min(ask ? held.upTo : Number.MAX_SAFE_INTEGER, nextCovered - 1);
  const taken = entries.filter(({ seq }, index) => seq === first.seq + index && seq <= end);
  const events = taken.map(({ seq, encoded }) => ({ outboxId: id, seq, encoded }));
  return { range: { outboxId: id, firstSeq: first.seq, lastSeq: first.seq + taken.length - 1 }, events, ask };
}
