import { z } from 'zod';
import { type Slice, slice } from '../slice.ts';

export const intent = z.object({
  slice,
  /** How many ingesters began on it and were not seen to finish. */
  tries: z.number().int().nonnegative(),
});
export type Intent = z.infer<typeof intent>;

/** All that ingest remembers: what is done, and what is being done. */
export interface JournalState {
  /** The highest seq of each outbox that stands in the warehouse, the latest to move last. */
  readonly marks: ReadonlyMap<string, number>;
  /** What is being inserted, before anything of it may have landed. */
  readonly intent: Intent | null;
  /** Parts of a slice that was cut up, due before anything new. */
  readonly due: readonly Slice[];
}

export const emptyState: JournalState = { marks: new Map(), intent: null, due: [] };

/** Where a journal's state stands, and survives. */
export interface StateStore {
  /** Also makes this the one who may save. */
  load(): Promise<JournalState>;
  /**
   * Calls `trying` before each try of its own.
   * @throws SpendlensError slice_too_old or partition_lost where somebody else has taken over
   */
  save(state: JournalState, trying: () => void): Promise<void>;
}
