import type { OutboxReader, OutboxState } from '../proxy/outbox/reader.ts';
import type { RawEvent } from './event.ts';
import type { Held } from './held.ts';
import type { Gap, Range, Slice } from './slice.ts';

export interface CutSlice {
  readonly slice: Slice;
  readonly events: readonly RawEvent[];
}

/** What one look at the outboxes came to: marks that only move on, since the warehouse has those entries, and a slice. */
export interface Cut {
  readonly passed: ReadonlyMap<string, number>;
  readonly slice: CutSlice | null;
}

export interface CutLimits {
  readonly entries: number;
  readonly bytes: number;
}

interface Piece {
  readonly range: Range;
  readonly events: readonly RawEvent[];
  readonly ask: boolean;
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
    if (piece.range.firstSeq > next) {
      gaps.push({ outboxId: id, expectedSeq: next, foundSeq: piece.range.firstSeq });
    }
    pieces.push(piece);
  }
  const [first] = pieces;
  if (!first) return { passed, slice: null };
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
  };
}

function skipCovered({ covered }: Held, from: number): number {
  let next = from;
  for (const { firstSeq, lastSeq } of covered) {
    if (firstSeq <= next && next <= lastSeq) next = lastSeq + 1;
  }
  return next;
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
