import type { RawEvent } from '../event.ts';
import type { Slice } from '../slice.ts';

export interface CutSlice {
  readonly slice: Slice;
  readonly events: readonly RawEvent[];
}

/** What one look at the log came to: marks that only move on, since the warehouse has those entries, and a slice. */
export interface Cut {
  readonly passed: ReadonlyMap<string, number>;
  readonly slice: CutSlice | null;
  /** The slice could hold more, and more is on its way. */
  readonly more: boolean;
}

export interface CutLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** The log as one ingester sees it: outboxes on this machine, or a partition of a topic. */
export interface Source {
  /** What comes next behind `marks`. */
  cut(marks: ReadonlyMap<string, number>): Promise<Cut>;
  /** The events of a slice that was begun, read again; fewer where some are gone. */
  recall(slice: Slice): Promise<RawEvent[]>;
  /** Of these marks the ones that say nothing any more: their outboxes are closed and done. */
  gone(marks: ReadonlyMap<string, number>): ReadonlySet<string>;
  /** What came once more since the last call, and was dropped. */
  takeResends(): number;
  /** True where something was read that needs no slice, and is to be noted as done all the same. */
  moved(): boolean;
}
