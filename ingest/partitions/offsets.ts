import type { Admin } from 'kafkajs';
import { kafkaFailure } from '../../kafka/failure.ts';

/** What the group has committed of a partition; nulls where nothing. */
export interface Committed {
  readonly offset: number | null;
  readonly metadata: string | null;
}

export interface PartitionEnds {
  /** The first offset that still stands, and the one behind the last. */
  readonly low: number;
  readonly high: number;
}

const nothing: Committed = { offset: null, metadata: null };

/** By partition. @throws SpendlensError, see kafkaFailure */
export async function readCommitted(admin: Admin, group: string, topic: string): Promise<(p: number) => Committed> {
  try {
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const committed = new Map(
      (found?.partitions ?? [])
        // Below 0 it is none at all, or stands for "the earliest" or "the latest".
        .filter(({ offset }) => Number(offset) >= 0)
        .map(({ partition, offset, metadata }) => [partition, { offset: Number(offset), metadata }]),
    );
    return (partition) => committed.get(partition) ?? nothing;
  } catch (error) {
    throw kafkaFailure(error);
  }
}

/** By partition. @throws SpendlensError, see kafkaFailure */
export async function readEnds(admin: Admin, topic: string): Promise<ReadonlyMap<number, PartitionEnds>> {
  try {
    const ends = await admin.fetchTopicOffsets(topic);
    return new Map(ends.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
  } catch (error) {
    throw kafkaFailure(error);
  }
}
