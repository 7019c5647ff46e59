import { createHash } from 'node:crypto';
import { z } from 'zod';

const seq = z.number().int().positive();

/** Entries of one outbox without a gap, both ends included. */
export const range = z.object({ outboxId: z.string().min(1), firstSeq: seq, lastSeq: seq });
export type Range = z.infer<typeof range>;

/** Seqs that an outbox never delivered: `foundSeq` came where `expectedSeq` was due. */
export const gap = z.object({ outboxId: z.string(), expectedSeq: seq, foundSeq: seq });
export type Gap = z.infer<typeof gap>;

/** What is inserted at once: of each outbox at most one range. */
export const slice = z.object({
  ranges: z.array(range),
  /** In front of its ranges; without any range, what a closed outbox says it sent and nobody saw. */
  gaps: z.array(gap),
  /** Rows of it may stand in the warehouse as part of another slice: ask, and leave those out. */
  ask: z.boolean(),
  /** Not empty where its one event goes to the dead letters unread, and why. */
  condemned: z.string(),
});
export type Slice = z.infer<typeof slice>;

/** Names a slice by what it covers, so that whoever delivers it again calls it the same. */
export function sliceId({ ranges, gaps }: Slice): string {
  const names = ranges.map(({ outboxId, firstSeq, lastSeq }) => `${outboxId}:${firstSeq}-${lastSeq}`);
  const missing = gaps.map(({ outboxId, expectedSeq, foundSeq }) => `${outboxId}:${expectedSeq}..${foundSeq}`);
  const all = ranges.length > 0 ? names : missing;
  return createHash('sha256').update(all.sort().join('\n')).digest('hex').slice(0, 32);
}

/**
 * Two slices that together cover what this one does; null where it covers a single entry. Parts of the whole may have
 * landed under its own token, so the halves ask.
 */
export function halve({ ranges, gaps }: Slice): [Slice, Slice] | null {
  const [only] = ranges;
  if (ranges.length > 1) {
    const middle = Math.floor(ranges.length / 2);
    return [half(ranges.slice(0, middle), gaps), half(ranges.slice(middle), [])];
  }
  if (!only || only.firstSeq === only.lastSeq) return null;
  const middle = Math.floor((only.firstSeq + only.lastSeq) / 2);
  return [half([{ ...only, lastSeq: middle }], gaps), half([{ ...only, firstSeq: middle + 1 }], [])];
}

const half = (ranges: Range[], gaps: Gap[]): Slice => ({ ranges, gaps, ask: true, condemned: '' });

export function spanOf({ ranges }: Slice): number {
  return ranges.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0);
}
