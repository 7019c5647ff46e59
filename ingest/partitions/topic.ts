import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPatience } from '../../clickhouse/patience.ts';
import { createKafka } from '../../kafka/client.ts';
import { kafkaFailure } from '../../kafka/failure.ts';
import type { KafkaSettings } from '../../kafka/settings.ts';
import { createDeadTopic } from '../dead-topic.ts';
import { shareTurns } from '../turns.ts';
import type { IngestWorks, RunningSource } from '../works.ts';
import { consumeTopic, type RunningConsumer } from './consume.ts';
import { startLoop } from './start-loop.ts';
import { startWatchdog } from './watchdog.ts';

/** Two on their way, one being prepared. */
const SLICES = 3;
/** To finish the slices under way and to leave the group. */
const STOP_MS = 10_000;

/** Ingests the partitions of the topic that the consumer group gives to this process, by a loop each. */
export async function ingestTopic(works: IngestWorks, settings: KafkaSettings): Promise<RunningSource> {
  const { warehouse, inserts, prepare, metrics, limits, reached, log, signal } = works;
  const { topic, group } = settings;
  const kafka = createKafka(settings, 'spendlens-ingest', log);
  const admin = kafka.admin();
  const deadTopic = createDeadTopic(kafka, settings, log);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const fail = failed.reject;
  let consumer: RunningConsumer | null = null;

  const progress = startWatchdog({
    admin,
    group,
    topic,
    partitions: () => consumer?.assignment()?.partitions ?? [],
    fail,
    log,
    signal,
  });
  const turnsOf = shareTurns(SLICES);
  const parts = { topic, warehouse, inserts, prepare, turnsOf, deadTopic, metrics, limits, log, progress };
  const start: Parameters<typeof consumeTopic>[0]['startLoop'] = (committed, options) =>
    startLoop({ ...parts, ...(reached && { reached }) }, committed, options);
  metrics.watchLag(() =>
    (consumer?.assignment()?.started() ?? []).map(({ partition, queue }) => ({ partition, ...queue.lag() })),
  );

  async function connect(): Promise<RunningConsumer> {
    await admin.connect().catch((error: unknown) => {
      throw kafkaFailure(error);
    });
    return consumeTopic({ kafka, admin, settings, startLoop: start, metrics, log, fail, progress });
  }

  return {
    async run() {
      consumer = await createPatience(log, signal, 'the broker')(connect);
      try {
        await Promise.race([failed.promise, signal.aborted ? undefined : once(signal, 'abort')]);
      } finally {
        // What it hangs on may be the consumer.
        await Promise.race([consumer.stop(), sleep(STOP_MS, undefined, { ref: false })]);
      }
    },
    async close() {
      await Promise.race([
        Promise.all([deadTopic.close(), admin.disconnect()]),
        sleep(1_000, undefined, { ref: false }),
      ]);
    },
  };
}
