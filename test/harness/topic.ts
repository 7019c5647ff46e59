import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Admin, Kafka } from 'kafkajs';
import { Registry } from 'prom-client';
import { encodeExchange } from '../../domain/encode-exchange.ts';
import type { Exchange } from '../../domain/exchange.ts';
import type { DeliveryPoint } from '../../ingest/deliver.ts';
import { decodeOffsetState, type OffsetState } from '../../ingest/journal/offset-metadata.ts';
import { type RunningIngest, startIngest } from '../../ingest/start.ts';
import { createKafka } from '../../kafka/client.ts';
import { closedMessage, exchangeMessage, type OutgoingMessage } from '../../kafka/message.ts';
import { readCommitted } from '../../kafka/offsets.ts';
import { type KafkaSettings, readKafkaSettings } from '../../kafka/settings.ts';
import { makeTopics } from '../../kafka/topics.ts';
import type { Broker } from './broker.ts';
import { type MigratedWarehouse, quietLog } from './ingest.ts';

const CHILD = new URL('./ingest-child.ts', import.meta.url);

/** A topic of its own on a real broker, with a group of its own. */
export interface TestTopic {
  readonly settings: KafkaSettings;
  readonly env: Readonly<Record<string, string>>;
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** As they are, without any check, to one partition. */
  write(messages: readonly OutgoingMessage[], partition?: number): Promise<void>;
  /** What the group has committed of a partition. */
  committed(partition?: number): Promise<{ offset: number | null; state: OffsetState | null }>;
  remove(): Promise<void>;
}

export async function makeTestTopic(broker: Broker, partitions = 1): Promise<TestTopic> {
  const name = `t${randomBytes(4).toString('hex')}`;
  const env = { ...broker.env, KAFKA_TOPIC: name, KAFKA_GROUP: name, KAFKA_PARTITIONS: String(partitions) };
  const settings = readKafkaSettings(env);
  if (settings === null) throw new Error('no brokers named');
  const kafka = createKafka(settings, 'test', quietLog);
  const admin = kafka.admin();
  await admin.connect();
  // Right after it was made, a broker under load may not know a topic yet.
  for (let tries = 0; (await makeTopics(admin, settings).catch(() => null)) === null; tries++) {
    if (tries === 5) throw new Error(`topic ${name} could not be made`);
  }
  const producer = kafka.producer({ idempotent: false, allowAutoTopicCreation: false });
  await producer.connect();
  return {
    settings,
    env,
    kafka,
    admin,
    async write(messages, partition = 0) {
      await producer.send({ topic: name, acks: -1, messages: messages.map((each) => ({ ...each, partition })) });
    },
    async committed(partition = 0) {
      // A broker that has just started does not know its groups yet.
      const read = await readCommitted(admin, name, name).catch(() => null);
      const { offset = null, metadata = null } = read?.(partition) ?? {};
      return { offset, state: decodeOffsetState(metadata) };
    },
    async remove() {
      await producer.disconnect();
      await admin.disconnect();
    },
  };
}

/** Stands for a forwarder and the outbox that it empties. */
export interface Sender {
  readonly outboxId: string;
  send(exchanges: readonly Exchange[]): Promise<void>;
  /** The messages of these seqs once more, as after a lost answer. */
  resend(firstSeq: number, lastSeq: number): Promise<void>;
  /** The next seqs go to nobody. */
  skip(count: number): void;
  close(): Promise<void>;
}

export function createSender(topic: TestTopic, partition = 0, outboxId = `o${randomBytes(5).toString('hex')}`): Sender {
  let seq = 0;
  const sent: OutgoingMessage[] = [];
  return {
    outboxId,
    async send(exchanges) {
      const messages = exchanges.map((each) => exchangeMessage(outboxId, ++seq, Buffer.from(encodeExchange(each))));
      sent.push(...messages);
      await topic.write(messages, partition);
    },
    async resend(firstSeq, lastSeq) {
      await topic.write(
        sent.filter(({ headers }) => Number(headers.seq) >= firstSeq && Number(headers.seq) <= lastSeq),
        partition,
      );
    },
    skip(count) {
      seq += count;
    },
    close: () => topic.write([closedMessage(outboxId, seq)], partition),
  };
}

export interface TopicIngester extends RunningIngest {
  /** A figure of its metrics, all labels together. */
  metric(name: string): Promise<number>;
}

export async function ingestTestTopic(topic: TestTopic, { access }: MigratedWarehouse): Promise<TopicIngester> {
  const registry = new Registry();
  const ingest = await startIngest({
    config: { data: '', configPath: null, kafka: topic.settings, warehouse: access },
    log: quietLog,
    registry,
    limits: { entries: 100, bytes: 8 * 1024 * 1024 },
  });
  return {
    ...ingest,
    async metric(name) {
      const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
      return values.reduce((sum, { value }) => sum + value, 0);
    },
  };
}

/** An ingester of its own process, which dies at that point where one is named. */
export function forkIngester(
  topic: TestTopic,
  { access }: MigratedWarehouse,
  options: { dieAt?: DeliveryPoint; slowMs?: number } = {},
): ChildProcess {
  const args = ['', access.url, access.user, access.password, options.dieAt ?? '', String(options.slowMs ?? 0)];
  return fork(CHILD, args, { stdio: 'inherit', env: { ...process.env, ...topic.env } });
}

export async function topicIngestUntilDeath(
  topic: TestTopic,
  migrated: MigratedWarehouse,
  dieAt: DeliveryPoint,
): Promise<void> {
  const [, signal] = await once(forkIngester(topic, migrated, { dieAt }), 'exit');
  if (signal !== 'SIGKILL') throw new Error(`the ingester was to be killed and ended with ${signal}`);
}
