import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaMessage } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { askCompleteness } from '../../../clickhouse/query/completeness.ts';
import type { Exchange } from '../../../domain/exchange.ts';
import { createDeadLetters } from '../../../ingest/dead-letters.ts';
import { createPrepare } from '../../../ingest/prepare.ts';
import { createProcess } from '../../../ingest/process.ts';
import { replayTopic } from '../../../ingest/replay/replay.ts';
import { type Broker, startBroker } from '../../harness/broker.ts';
import { chatAttempt, chatExchange } from '../../harness/exchanges.ts';
import { type MigratedWarehouse, quietLog, standing, startMigrated } from '../../harness/ingest.ts';
import { brokerMissing } from '../../harness/kafka-jars.ts';
import { until } from '../../harness/stack.ts';
import {
  createSender,
  forkIngester,
  ingestTestTopic,
  makeTestTopic,
  type Sender,
  type TestTopic,
} from '../../harness/topic.ts';

const whole = { holes: [], missing: 0, duplicated: 0, attemptsOff: 0, uneven: 0 };
const chats = (count: number) => Array.from({ length: count }, () => chatExchange());
const notOurs: Exchange = { ...chatExchange(), requestId: 'not a uuid' };
/** The steps have nothing against this time; the warehouse does. */
const refused: Exchange = { ...chatExchange(), arrivedAt: 1e300 };

describe.skipIf(brokerMissing() !== null)('a topic in trouble', () => {
  let broker: Broker;
  let migrated: MigratedWarehouse;

  beforeAll(async () => {
    [broker, migrated] = await Promise.all([startBroker(), startMigrated()]);
  });
  afterAll(async () => {
    await migrated?.stop();
    await broker?.remove();
  });

  const rowsOf = async ({ outboxId }: Sender) => (await standing(migrated.warehouse, outboxId)).seqs;
  async function accountOf({ outboxId }: Sender) {
    const { outboxes } = await askCompleteness(migrated.warehouse);
    return outboxes.find((account) => account.outboxId === outboxId);
  }
  /** Until the group stands at this offset. */
  async function reaches(topic: TestTopic, offset: number, partition = 0): Promise<void> {
    const done = async () => ((await topic.committed(partition)).offset ?? 0) >= offset;
    expect(await until(done), `the group reaches ${offset}`).toBe(true);
  }

  it.concurrent('an ingester that stood still while its successor went on changes nothing', async () => {
    const topic = await makeTestTopic(broker);
    const sender = createSender(topic);
    await sender.send(chats(300));
    const paused = forkIngester(topic, migrated, { slowMs: 200 });
    expect(await until(async () => (await rowsOf(sender)) > 0)).toBe(true);
    // In the middle of a delivery: every insert is followed by a pause.
    paused.kill('SIGSTOP');
    const successor = await ingestTestTopic(topic, migrated);
    await reaches(topic, 300);
    paused.kill('SIGCONT');
    await sender.send(chats(50));
    await reaches(topic, 350);
    await sleep(2_000);
    await successor.stop();
    paused.kill('SIGTERM');
    await once(paused, 'exit');
    expect(await accountOf(sender)).toMatchObject({ ...whole, delivered: 350, exchanges: 350 });
    await topic.remove();
  });

  it.concurrent('rebalances among three ingesters lose nothing and count nothing twice', async () => {
    const topic = await makeTestTopic(broker, 6);
    const senders = Array.from({ length: 6 }, (_, partition) => createSender(topic, partition));
    const steady = [await ingestTestTopic(topic, migrated), await ingestTestTopic(topic, migrated)];
    for (let round = 0; round < 4; round++) {
      const guest = await ingestTestTopic(topic, migrated);
      for (let batch = 0; batch < 5; batch++) {
        await Promise.all(senders.map((sender) => sender.send(chats(20))));
        await Promise.all(
          senders.map((sender) => sender.resend(round * 100 + batch * 20 + 1, round * 100 + batch * 20 + 9)),
        );
        await sleep(200);
      }
      await guest.stop();
    }
    const all = async () => (await Promise.all(senders.map(rowsOf))).every((rows) => rows >= 400);
    expect(await until(all)).toBe(true);
    expect(await steady[0]?.metric('spendlens_ingest_rebalances_total')).toBeGreaterThan(1);
    await Promise.all(steady.map((ingest) => ingest.stop()));
    for (const sender of senders) expect(await accountOf(sender)).toMatchObject({ ...whole, delivered: 400 });
    await topic.remove();
  });

  it.concurrent('offsets that were lost, and a topic read from its beginning, add only what is new', async () => {
    const topic = await makeTestTopic(broker);
    const sender = createSender(topic);
    await sender.send(chats(250));
    const first = await ingestTestTopic(topic, migrated);
    await reaches(topic, 250);
    await first.stop();
    await topic.admin.deleteGroups([topic.settings.group]);
    await sender.send(chats(70));
    const second = await ingestTestTopic(topic, migrated);
    await reaches(topic, 320);
    await second.stop();
    const { group: groupId, topic: name } = topic.settings;
    await topic.admin.resetOffsets({ groupId, topic: name, earliest: true });
    await sender.send(chats(10));
    const third = await ingestTestTopic(topic, migrated);
    await reaches(topic, 330);
    await third.stop();
    expect(await accountOf(sender)).toMatchObject({ ...whole, delivered: 330, exchanges: 330 });
    await topic.remove();
  });

  it.concurrent('what steps and warehouse refuse is found, stands in the table and goes to the dead topic', async () => {
    const topic = await makeTestTopic(broker);
    const sender = createSender(topic);
    await sender.send([...chats(20), { ...notOurs }, ...chats(20), { ...refused }, ...chats(20)]);
    await topic.write([
      { key: 'x', value: Buffer.from('garbage'), headers: { outbox: '', seq: '', version: '', kind: '' } },
    ]);
    await sender.send(chats(5));
    const ingest = await ingestTestTopic(topic, migrated);
    await reaches(topic, 68);
    expect(await ingest.metric('spendlens_ingest_dead_letters_total')).toBe(3);
    await ingest.stop();
    expect(await accountOf(sender)).toMatchObject({ ...whole, delivered: 67, exchanges: 65, deadLetters: 2 });
    const strays = await migrated.warehouse.rows(
      z.object({ origin: z.string(), event: z.string(), tries: z.number() }),
      {
        text: `SELECT origin, event, tries FROM spendlens.dead_letters WHERE outbox_id = '' AND startsWith(origin, {topic:String})`,
        params: { topic: topic.settings.topic },
      },
    );
    expect(strays).toEqual([
      { origin: `${topic.settings.topic}/0@62`, event: Buffer.from('garbage').toString('base64'), tries: 1 },
    ]);
    const letters = createDeadLetters(migrated.warehouse, createProcess(), () => new Date());
    const lost = { outboxId: '', seq: 0, origin: `${topic.settings.topic}/0@62` };
    expect(await letters.list(lost)).toMatchObject([{ ...lost, step: 'identify', bytes: 7 }]);
    expect(await letters.replay(lost)).toMatchObject({ kind: 'stillDead' });
    await letters.drop(lost);
    expect(await letters.list(lost)).toEqual([]);
    const dead = await readDead(topic, 3);
    const told = dead.map(({ headers }) => String(headers?.['seq'] ?? headers?.['origin']));
    expect(told.sort()).toEqual(['21', '42', `${topic.settings.topic}/0@62`]);
    const stray = dead.find(({ headers }) => headers?.['origin'] !== undefined);
    expect(String(stray?.value)).toBe('garbage');
    expect(String(stray?.headers?.['reason'])).toContain('header outbox');
    expect(String(stray?.headers?.['tries'])).toBe('1');
    await topic.remove();
  });

  it.concurrent('seqs that skip, and a partition cut short, are gaps', async () => {
    const topic = await makeTestTopic(broker);
    const sender = createSender(topic);
    await sender.send(chats(10));
    sender.skip(3);
    await sender.send(chats(5));
    const first = await ingestTestTopic(topic, migrated);
    await reaches(topic, 15);
    await first.stop();
    await sender.send(chats(20));
    await topic.admin.deleteTopicRecords({
      topic: topic.settings.topic,
      partitions: [{ partition: 0, offset: '25' }],
    });
    const second = await ingestTestTopic(topic, migrated);
    await reaches(topic, 35);
    expect(await second.metric('spendlens_ingest_cut_messages_total')).toBe(10);
    await second.stop();
    const gaps = await migrated.warehouse.rows(
      z.object({ expected_seq: z.coerce.number(), found_seq: z.coerce.number() }),
      {
        text: 'SELECT expected_seq, found_seq FROM spendlens.gaps WHERE outbox_id = {id:String} ORDER BY expected_seq',
        params: { id: sender.outboxId },
      },
    );
    expect(gaps).toEqual([
      { expected_seq: 11, found_seq: 14 },
      { expected_seq: 19, found_seq: 29 },
    ]);
    await topic.remove();
  });

  it.concurrent('outboxes that are closed leave the marks; too many of them open leave the oldest to the warehouse', async () => {
    const topic = await makeTestTopic(broker);
    const [closing, staying] = [createSender(topic), createSender(topic)];
    await Promise.all([closing.send(chats(3)), staying.send(chats(3))]);
    await closing.close();
    const ingest = await ingestTestTopic(topic, migrated);
    await reaches(topic, 7);
    expect([...((await topic.committed()).state?.state.marks.keys() ?? [])]).toEqual([staying.outboxId]);
    const many = Array.from({ length: 330 }, () => createSender(topic));
    await Promise.all(many.map((sender) => sender.send(chats(1))));
    await reaches(topic, 337);
    await ingest.stop();
    const marks = (await topic.committed()).state?.state.marks;
    expect(marks?.size).toBeLessThan(330);
    expect(marks?.has(staying.outboxId)).toBe(false);
    await staying.resend(1, 3);
    await staying.send(chats(2));
    const again = await ingestTestTopic(topic, migrated);
    await reaches(topic, 342);
    await again.stop();
    expect(await accountOf(staying)).toMatchObject({ ...whole, delivered: 5, exchanges: 5 });
    await topic.remove();
  });

  it.concurrent('rows deleted behind our back are brought back by a replay, none twice', async () => {
    const topic = await makeTestTopic(broker);
    const sender = createSender(topic);
    const begun = Date.now() - 1_000;
    const twoCalls = chatExchange({ attempts: [chatAttempt({ status: 500 }), chatAttempt({ attempt: 2 })] });
    await sender.send([...chats(200), { ...notOurs }, ...chats(98), twoCalls]);
    const ingest = await ingestTestTopic(topic, migrated);
    await reaches(topic, 300);
    const erase = (table: string, where: string) =>
      migrated.warehouse.run(
        `ALTER TABLE spendlens.${table} DELETE WHERE outbox_id = {id:String} AND ${where} SETTINGS mutations_sync = 1`,
        { id: sender.outboxId },
      );
    const replay = () =>
      replayTopic(
        {
          settings: topic.settings,
          warehouse: migrated.warehouse,
          prepare: createPrepare(createProcess(), () => new Date()),
          log: quietLog,
          say: () => undefined,
        },
        begun,
        null,
      );
    await erase('attempts', 'seq BETWEEN 50 AND 120');
    await erase('dead_letters', 'true');
    expect(await accountOf(sender)).toMatchObject({ missing: 72 });
    expect(await replay()).toEqual({ messages: 300, exchanges: 71, deadLetters: 1, leftOut: 0 });
    expect(await accountOf(sender)).toMatchObject({ ...whole, delivered: 300, exchanges: 299, deadLetters: 1 });
    // The same rows once more, and with them the slices' own: as after a backup of before.
    await erase('attempts', 'seq > 50');
    await erase('slices', 'last_seq > 50');
    expect(await replay()).toMatchObject({ exchanges: 249 });
    expect(await accountOf(sender)).toMatchObject({ ...whole, delivered: 300, exchanges: 299, deadLetters: 1 });
    expect(await replay()).toEqual({ messages: 300, exchanges: 0, deadLetters: 0, leftOut: 0 });
    await erase('attempts', 'seq = 300 AND attempt = 1');
    expect(await accountOf(sender)).toMatchObject({ attemptsOff: -1 });
    expect(await replay()).toMatchObject({ exchanges: 1 });
    expect(await accountOf(sender)).toMatchObject(whole);
    await erase('attempts', 'seq = 7');
    // Its code tells whether all is complete, and this warehouse has other tests' gaps in it.
    const { printed } = await replayCommand({ ...topic.env, ...accessEnv() }, new Date(begun).toISOString());
    expect(printed).toContain('300 messages read, 1 exchanges and 0 dead letters brought back');
    expect(await accountOf(sender)).toMatchObject(whole);
    await ingest.stop();
    await topic.remove();
  });

  const accessEnv = () => ({
    CLICKHOUSE_URL: migrated.access.url,
    CLICKHOUSE_USER: migrated.access.user,
    CLICKHOUSE_PASSWORD: migrated.access.password,
  });

  it.concurrent('without Kafka there is no log to replay from, and the command says so', async () => {
    expect(await replayCommand(accessEnv(), '2026-01-01')).toEqual({
      code: 78,
      printed: expect.stringContaining('there is no log to replay from'),
    });
    expect(await replayCommand({ ...broker.env, ...accessEnv() }, 'yesterday')).toEqual({
      code: 78,
      printed: expect.stringContaining('--from: yesterday is no time'),
    });
  });
});

/** `npm run replay` with nothing else in its environment. */
async function replayCommand(env: Readonly<Record<string, string>>, from: string) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '..', '..', '..', 'bin', 'replay.ts'), '--from', from],
    {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  const [code]: (number | null)[] = await once(child, 'close');
  return { code, printed };
}

async function readDead({ kafka, settings }: TestTopic, count: number): Promise<KafkaMessage[]> {
  const consumer = kafka.consumer({ groupId: `${settings.group}.dead` });
  const read: KafkaMessage[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [settings.deadTopic], fromBeginning: true });
  await consumer.run({ autoCommit: false, eachMessage: async ({ message }) => void read.push(message) });
  await until(() => read.length >= count);
  await consumer.disconnect();
  return read;
}
