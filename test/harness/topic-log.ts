import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '../../kafka/client.ts';
import { type ParsedMessage, parseMessage } from '../../kafka/message.ts';
import { type KafkaSettings, readKafkaSettings } from '../../kafka/settings.ts';
import { createLog } from '../../process/log.ts';

export interface LoggedMessage {
  readonly partition: number;
  readonly offset: number;
  readonly parsed: ParsedMessage;
}

/** Everything that stands in a topic now, each partition in its order. */
export async function readTopicLog(env: Readonly<Record<string, string>>, topic: string): Promise<LoggedMessage[]> {
  const kafka = createKafka(settingsFrom(env), 'test-reader', createLog('test', 'silent'));
  const admin = kafka.admin();
  await admin.connect();
  const ends = await onceLed(() => admin.fetchTopicOffsets(topic));
  await admin.disconnect();
  const due = ends.reduce((sum, { high }) => sum + Number(high), 0);
  const read: LoggedMessage[] = [];
  if (due === 0) return read;
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}`, maxBytesPerPartition: 16 * 1024 ** 2 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    consumer
      .run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          read.push({ partition, offset: Number(message.offset), parsed: parseMessage(message) });
          if (read.length === due) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return read.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** A broker that was stopped leads its partitions again a moment after it goes on. */
async function onceLed<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 20) throw error;
      await sleep(250);
    }
  }
}

export function settingsFrom(env: Readonly<Record<string, string>>): KafkaSettings {
  const settings = readKafkaSettings(env);
  if (settings === null) throw new Error('the environment names no broker');
  return settings;
}
