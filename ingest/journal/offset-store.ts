import type { PartitionQueue } from '../source/partition-queue.ts';
import { encodeOffsetState, type OffsetState } from './offset-metadata.ts';
import type { StateStore } from './state.ts';

/** @throws SpendlensError partition_lost */
export type CommitOffset = (offset: number, metadata: string, trying: () => void) => Promise<void>;

/**
 * The state as the metadata of the group's committed offset, so that both move in one write. The offset is that of the
 * first message that is not done: while a slice is under way, it stays.
 */
export function createOffsetStore(start: OffsetState, queue: PartitionQueue, commit: CommitOffset): StateStore {
  let { until } = start;
  return {
    load: async () => start.state,
    async save(state, trying) {
      // What was found under way may not have been fetched again yet.
      until = state.intent === null ? 0 : queue.endOf([state.intent.slice, ...state.due]) || until;
      await commit(queue.position(state.marks), encodeOffsetState({ state, until }), trying);
      queue.settle(state.marks);
    },
  };
}
