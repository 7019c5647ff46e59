import { readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import { encodeExchange } from '../../domain/encode-exchange.ts';
import { compressionTypes, createKafka } from '../../kafka/client.ts';
import { exchangeMessage } from '../../kafka/message.ts';
import { type Compression, readKafkaSettings } from '../../kafka/settings.ts';
import { makeTopics } from '../../kafka/topics.ts';
import { type Broker, startBroker } from '../harness/broker.ts';
import { openTestOutbox, quietLog, runIngester, startMigrated, type TestOutbox } from '../harness/ingest.ts';
import { brokerMissing } from '../harness/kafka-jars.ts';
import { type SizeLoad, sizeLoads } from './size-loads.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const compressions: readonly Compression[] = ['none', 'gzip', 'zstd'];
/** Exchanges that go to the broker at once, and are compressed together: about the MiB that a busy forwarder sends. */
const BATCH = 200;
const WAIT_MS = 600_000;

/** Bytes for one exchange. */
interface Sizes {
  readonly bodies: number;
  readonly outbox: number;
  readonly kafka: Readonly<Record<Compression, number>> | null;
  readonly facts: number;
  readonly texts: number;
  readonly rest: number;
}

/** What an exchange takes in the outbox, in Kafka and in the warehouse, once its parts are merged. */
export async function benchSizes(count: number): Promise<void> {
  const broker = brokerMissing() === null ? await startBroker() : null;
  try {
    say(
      `${count} exchanges of each kind, bytes for one; Kafka in batches of ${BATCH}, ClickHouse after OPTIMIZE … FINAL`,
    );
    say('');
    say('| exchange | both bodies | outbox | Kafka, none | gzip | zstd | ClickHouse: facts | bodies | the rest |');
    say('|---|---|---|---|---|---|---|---|---|');
    for (const load of sizeLoads(count)) say(rowOf(load.name, await measure(load, broker)));
  } finally {
    await broker?.remove();
  }
}

function rowOf(name: string, { bodies, outbox, kafka, facts, texts, rest }: Sizes): string {
  const inKafka = compressions.map((compression) => kafka?.[compression] ?? null);
  const cells = [bodies, outbox, ...inKafka, facts, texts, rest].map((bytes) =>
    bytes === null ? 'not measured' : Math.round(bytes).toLocaleString('en-US'),
  );
  return `| ${[name, ...cells].join(' | ')} |`;
}

async function measure(load: SizeLoad, broker: Broker | null): Promise<Sizes> {
  const { exchanges } = load;
  const each = (total: number) => total / exchanges.length;
  const sent = exchanges.map(({ request, attempts }) => request.size + (attempts[0]?.response.size ?? 0));
  const kafka = broker === null ? null : await kafkaBytes(load, broker);
  const own = await openTestOutbox();
  try {
    await fill(own, load);
    const outbox = each(own.outbox.stats().bytes);
    const tables = await warehouseBytes(own, exchanges.length);
    const { attempts = 0, bodies = 0, ...others } = tables;
    return {
      bodies: each(sent.reduce((sum, size) => sum + size, 0)),
      outbox,
      kafka,
      facts: each(attempts),
      texts: each(bodies),
      rest: each(Object.values(others).reduce((sum, bytes) => sum + bytes, 0)),
    };
  } finally {
    await own.remove();
  }
}

async function fill({ send }: TestOutbox, { exchanges }: SizeLoad): Promise<void> {
  for (let from = 0; from < exchanges.length; from += BATCH) {
    const accepted = await Promise.all(exchanges.slice(from, from + BATCH).map(send));
    if (accepted.includes(false)) throw new Error('the outbox refused an exchange');
  }
}

const tableBytes = z.object({ table: z.string(), bytes: z.coerce.number() });
const tally = z.object({ rows: z.coerce.number() });

async function warehouseBytes(own: TestOutbox, count: number): Promise<Record<string, number>> {
  const server = await startMigrated();
  const { warehouse } = server;
  const ingester = await runIngester(own.data, server);
  try {
    await untilThere(warehouse, count);
    const tables = await warehouse.rows(z.object({ name: z.string() }), {
      text: `SELECT name FROM system.tables WHERE database = 'spendlens' AND engine LIKE '%MergeTree'`,
      params: {},
    });
    for (const { name } of tables) await warehouse.run(`OPTIMIZE TABLE spendlens.${name} FINAL`);
    const bytes = await warehouse.rows(tableBytes, {
      text: `SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts
        WHERE database = 'spendlens' AND active GROUP BY table`,
      params: {},
    });
    return Object.fromEntries(bytes.map((row) => [row.table, row.bytes]));
  } finally {
    await ingester.stop();
    await server.stop();
  }
}

async function untilThere(warehouse: Warehouse, count: number): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (Date.now() < deadline) {
    const [row] = await warehouse.rows(tally, { text: 'SELECT count() AS rows FROM spendlens.requests', params: {} });
    if ((row?.rows ?? 0) >= count) return;
    await sleep(500);
  }
  throw new Error(`${count} exchanges did not arrive within ${WAIT_MS / 60_000} minutes`);
}

async function kafkaBytes(load: SizeLoad, broker: Broker): Promise<Record<Compression, number>> {
  const [none, gzip, zstd] = [
    await topicBytes(load, broker, 'none'),
    await topicBytes(load, broker, 'gzip'),
    await topicBytes(load, broker, 'zstd'),
  ];
  return { none, gzip, zstd };
}

/** Of the segment that the broker keeps, which is what fills its disk. */
async function topicBytes({ exchanges }: SizeLoad, broker: Broker, compression: Compression): Promise<number> {
  const topic = `sizes.${compression}.${Date.now()}`;
  const settings = readKafkaSettings({ KAFKA_BROKERS: broker.address, KAFKA_TOPIC: topic, KAFKA_PARTITIONS: '1' });
  if (settings === null) throw new Error('no brokers in the settings');
  const kafka = createKafka(settings, 'spendlens-sizes', quietLog);
  const admin = kafka.admin();
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await admin.connect();
  await makeTopics(admin, settings);
  await producer.connect();
  for (let from = 0; from < exchanges.length; from += BATCH) {
    const messages = exchanges
      .slice(from, from + BATCH)
      .map((exchange, i) => ({ ...exchangeMessage('sizes000', from + i + 1, encoded(exchange)), partition: 0 }));
    const topicMessages = [{ topic, messages: messages.map((one) => ({ ...one, headers: { ...one.headers } })) }];
    await producer.sendBatch({ acks: -1, compression: compressionTypes[compression], topicMessages });
  }
  await producer.disconnect();
  await admin.disconnect();
  return (await segmentBytes(broker, topic)) / exchanges.length;
}

const encoded = (exchange: SizeLoad['exchanges'][number]) => Buffer.from(encodeExchange(exchange));

/** The broker runs in its own folder. */
async function segmentBytes(broker: Broker, topic: string): Promise<number> {
  const folder = join(await readlink(`/proc/${broker.pid()}/cwd`), 'data', `${topic}-0`);
  const logs = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const sizes = await Promise.all(logs.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
