import { randomBytes } from 'node:crypto';
import type { Admin, Kafka, KafkaMessage } from 'kafkajs';
import { SpendlensError } from '../../domain/error.ts';
import { kafkaFailure } from '../../kafka/failure.ts';
import { readCommitted, readEnds } from '../../kafka/offsets.ts';
import type { KafkaSettings } from '../../kafka/settings.ts';

/** Offsets of one partition: the first, and the one behind the last. */
export interface Stretch {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** What the group has ingested of the topic between two times of the broker's clock, in milliseconds since 1970. */
export async function stretchesBetween(
  admin: Admin,
  { topic, group }: KafkaSettings,
  from: number,
  to: number | null,
): Promise<Stretch[]> {
  const committed = await readCommitted(admin, group, topic);
  const ends = await readEnds(admin, topic);
  try {
    const begins = await admin.fetchTopicOffsetsByTimestamp(topic, from);
    const stops = to === null ? [] : await admin.fetchTopicOffsetsByTimestamp(topic, to);
    const stretches = begins.map(({ partition, offset }) => {
      const stop = stops.find((each) => each.partition === partition)?.offset ?? Number.MAX_SAFE_INTEGER;
      const low = ends.get(partition)?.low ?? 0;
      // Beyond the committed offset a slice may be under way: it is ingest's.
      const done = committed(partition).offset ?? 0;
      return { partition, from: Math.max(low, Number(offset)), to: Math.min(done, Number(stop)) };
    });
    return stretches.filter((stretch) => stretch.from < stretch.to);
  } catch (error) {
    throw kafkaFailure(error);
  }
}

/**
 * Hands the messages of these stretches over, batch by batch, in a group of its own that commits nothing. Messages that
 * fell to retention meanwhile are passed.
 */
export async function readStretches(
  kafka: Kafka,
  { topic, group }: KafkaSettings,
  stretches: readonly Stretch[],
  take: (partition: number, messages: readonly KafkaMessage[]) => Promise<void>,
): Promise<void> {
  const left = new Map(stretches.map((stretch) => [stretch.partition, stretch]));
  const over = Promise.withResolvers<void>();
  const groupId = `${group}.replay.${randomBytes(4).toString('hex')}`;
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 500 });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) over.reject(kafkaFailure(payload.error));
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      async eachBatch({ batch: { partition, messages }, resolveOffset, heartbeat }) {
        const stretch = left.get(partition);
        if (!stretch) return consumer.pause([{ topic, partitions: [partition] }]);
        const within = messages.filter(({ offset }) => Number(offset) >= stretch.from && Number(offset) < stretch.to);
        await take(partition, within).catch(over.reject);
        const last = messages.at(-1)?.offset ?? String(stretch.from);
        resolveOffset(last);
        await heartbeat();
        if (Number(last) + 1 < stretch.to) return;
        left.delete(partition);
        consumer.pause([{ topic, partitions: [partition] }]);
        if (left.size === 0) over.resolve();
      },
    });
    for (const { partition, from } of stretches) consumer.seek({ topic, partition, offset: String(from) });
    await over.promise;
  } catch (error) {
    throw error instanceof SpendlensError ? error : kafkaFailure(error);
  } finally {
    await consumer.disconnect();
  }
}
