import type { Admin } from 'kafkajs';
import { kafkaFailure } from './failure.ts';

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

/** Messages that the group has not done yet, of all partitions. @throws SpendlensError, see kafkaFailure */
export async function readLag(admin: Admin, group: string, topic: string): Promise<number> {
  const [committed, ends] = await Promise.all([readCommitted(admin, group, topic), readEnds(admin, topic)]);
  const lags = [...ends].map(([partition, { low, high }]) => high - Math.max(low, committed(partition).offset ?? low));
  return lags.reduce((sum, lag) => sum + Math.max(0, lag), 0);
}
