import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@clickhouse/client';
import { z } from 'zod';
import { askCompleteness } from '../../clickhouse/query/completeness.ts';
import type { AttemptRow, BodyRow } from '../../clickhouse/rows.ts';
import { encodeExchange } from '../../domain/encode-exchange.ts';
import type { Exchange } from '../../domain/exchange.ts';
import { createPrepare } from '../../ingest/prepare.ts';
import { createProcess } from '../../ingest/process.ts';
import { compressionTypes } from '../../kafka/client.ts';
import { exchangeMessage } from '../../kafka/message.ts';
import { type Broker, startBroker } from '../harness/broker.ts';
import { chatAttempt, chatExchange, jsonBody } from '../harness/exchanges.ts';
import { type MigratedWarehouse, startMigrated } from '../harness/ingest.ts';
import { makeTestTopic, type TestTopic } from '../harness/topic.ts';
import { cpuSeconds } from './figures.ts';
import { stepsOf } from './ingest-profile.ts';

const MAIN = new URL('../../ingest/main.ts', import.meta.url);
/** Of kafkajs's idle timer, as the supervisor starts it. */
const QUIET = '--disable-warning=TimeoutNegativeWarning';
const PARTITIONS = 4;
const BODY_BYTES = 2_048;
const BATCH = 200;
/** While memory is watched. */
const PER_SECOND = 500;
/** Until the engine has optimised what it runs and its heap has found its size. */
const WARM_UP_MINUTES = 3;
/** Rows of one raw insert, as many as a slice of ingest has at most. */
const BLOCK = 2_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

export interface IngestBenchOptions {
  readonly exchanges: number;
  /** Of steady traffic while the ingester's memory is watched; 0 = not watched. */
  readonly memoryMinutes: number;
}

/** From Kafka to visible rows, beside the same rows sent by the warehouse's own client. */
export async function benchIngest({ exchanges, memoryMinutes }: IngestBenchOptions): Promise<void> {
  say(`${cpus().length} cores, Node ${process.versions.node}; broker, ingester and warehouse share these cores`);
  say(`request and response bodies of ${BODY_BYTES} bytes each, ${PARTITIONS} partitions, one ingester\n`);
  const [broker, warehouse] = await Promise.all([startBroker(), startMigrated()]);
  try {
    if (memoryMinutes > 0) await watchMemory(broker, warehouse, memoryMinutes);
    else {
      const ingested = await ingestAll(broker, warehouse, exchanges);
      const raw = await insertRaw(warehouse, Math.min(exchanges, 30_000));
      say(`  ratio                        ${(ingested.rate / raw.rate).toFixed(2)} of the raw rate,`);
      say(`                               ${(ingested.cost / raw.cost).toFixed(2)} times its processor time`);
    }
  } finally {
    await warehouse.stop();
    await broker.remove();
  }
}

const words = 'the price of a call is what it takes and what it gives over the days that a team has to look at'.split(
  ' ',
);

/** Prose without end, never the same, so that compression has as little to go on as real prompts give it. */
function prose(bytes: number, seed: number): string {
  let text = '';
  for (let state = seed + 1; text.length < bytes; ) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    text += `${words[state % words.length]}${state % 7 === 0 ? state.toString(36) : ''} `;
  }
  return text.slice(0, bytes);
}

function exchangeOf(seed: number): Exchange {
  const messages = [{ role: 'user', content: prose(BODY_BYTES - 80, seed) }];
  const answer = { role: 'assistant', content: prose(BODY_BYTES - 260, seed + 7) };
  const response = jsonBody({
    id: `chatcmpl-${seed}`,
    object: 'chat.completion',
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, message: answer, finish_reason: 'stop' }],
    usage: { prompt_tokens: 400 + (seed % 50), completion_tokens: 380, total_tokens: 780 + (seed % 50) },
  });
  return chatExchange({
    request: jsonBody({ model: 'gpt-4o-mini', messages }),
    attempts: [chatAttempt({ response })],
    requestHeaders: [
      ['content-type', 'application/json'],
      ['user-agent', 'openai-python/1.99.0'],
      ['x-stainless-lang', 'python'],
    ],
  });
}

/** Stands for forwarders: an outbox for each partition, batches in turn. */
interface Filler {
  send(count: number): Promise<void>;
  close(): Promise<void>;
}

async function openFiller(topic: TestTopic): Promise<Filler> {
  const producer = topic.kafka.producer({ idempotent: false, allowAutoTopicCreation: false });
  await producer.connect();
  const seqs = Array.from({ length: PARTITIONS }, () => 0);
  const compression = compressionTypes[topic.settings.compression];
  let sent = 0;
  let batches = 0;

  async function sendBatch(count: number): Promise<void> {
    const partition = batches++ % PARTITIONS;
    const messages = Array.from({ length: count }, () => {
      const seq = (seqs[partition] ?? 0) + 1;
      seqs[partition] = seq;
      const encoded = Buffer.from(encodeExchange(exchangeOf(sent++)));
      return { ...exchangeMessage(`bench${partition}`, seq, encoded), partition };
    });
    await producer.send({ topic: topic.settings.topic, acks: -1, compression, messages });
  }

  return {
    async send(count) {
      for (let left = count; left > 0; left -= BATCH) await sendBatch(Math.min(BATCH, left));
    },
    close: () => producer.disconnect(),
  };
}

interface Ingester {
  readonly child: ChildProcess;
  /** Ends it, and says where its time went. */
  stop(): Promise<[step: string, share: number][]>;
}

async function startIngester(topic: TestTopic, { access }: MigratedWarehouse, profiled: boolean): Promise<Ingester> {
  const folder = await mkdtemp(join(tmpdir(), 'spendlens-ingest-profile-'));
  const child = fork(MAIN, [], {
    // A profile is kept in memory until the end.
    execArgv: [QUIET, ...(profiled ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [])],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ...topic.env,
      SPENDLENS_DATA: folder,
      SPENDLENS_LOG_LEVEL: 'warn',
      CLICKHOUSE_URL: access.url,
      CLICKHOUSE_USER: access.user,
      CLICKHOUSE_PASSWORD: access.password,
    },
  });
  await once(child, 'message');
  return {
    child,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      const [file = ''] = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
      const steps = profiled ? stepsOf(JSON.parse(await readFile(join(folder, file), 'utf8'))) : [];
      await rm(folder, { recursive: true, force: true });
      return steps;
    },
  };
}

const count = z.object({ n: z.coerce.number() });

async function rows({ warehouse }: MigratedWarehouse): Promise<number> {
  const [row] = await warehouse.rows(count, { text: 'SELECT count() AS n FROM spendlens.requests', params: {} });
  return row?.n ?? 0;
}

/** Exchanges per second, and microseconds of processor time for one, all processes together. */
interface Speed {
  readonly rate: number;
  readonly cost: number;
}

/** From the first visible rows to the last. */
async function ingestAll(broker: Broker, warehouse: MigratedWarehouse, exchanges: number): Promise<Speed> {
  const topic = await makeTestTopic(broker, PARTITIONS);
  const filler = await openFiller(topic);
  await filler.send(exchanges);
  await filler.close();
  const ingester = await startIngester(topic, warehouse, true);
  const pids = { ingester: ingester.child.pid ?? 0, warehouse: warehouse.server.pid, broker: broker.pid() };
  const cpu = () => Object.values(pids).map(cpuSeconds);
  // What it takes to join the group is not what is measured.
  while ((await rows(warehouse)) === 0) await sleep(20);
  const [begun, first, before] = [performance.now(), await rows(warehouse), cpu()];
  while ((await rows(warehouse)) < exchanges) await sleep(100);
  const seconds = (performance.now() - begun) / 1000;
  const after = cpu();
  const rate = (exchanges - first) / seconds;
  say(`from Kafka to visible rows: ${exchanges.toLocaleString('en')} exchanges`);
  say(`  exchanges/s                  ${rate.toFixed(0)} (aim ≥ 5,000)`);
  let cost = 0;
  for (const [index, name] of Object.keys(pids).entries()) {
    const used = (after[index] ?? 0) - (before[index] ?? 0);
    const each = (1e6 * used) / (exchanges - first);
    cost += each;
    say(`  ${name.padEnd(12)} µs each        ${each.toFixed(0)} (${((100 * used) / seconds).toFixed(0)} % of a core)`);
  }
  // What others take of the cores is not in these figures.
  const possible = (1e6 * cpus().length) / cost;
  say(
    `  together     µs each        ${cost.toFixed(0)}: ${cpus().length} cores of our own could do ${possible.toFixed(0)}/s`,
  );
  const { complete } = await askCompleteness(warehouse.warehouse);
  say(`  complete, none twice         ${complete && (await rows(warehouse)) === exchanges}`);
  say('  where the ingester spends its time:');
  for (const [step, share] of await ingester.stop()) {
    if (share >= 0.005) say(`    ${step.padEnd(27)}${(100 * share).toFixed(1).padStart(5)} %`);
  }
  await topic.remove();
  return { rate, cost };
}

/** The rows that ingest makes, made beforehand, sent by @clickhouse/client into tables like ours: exchanges per second. */
async function insertRaw({ warehouse, access, server }: MigratedWarehouse, exchanges: number): Promise<Speed> {
  const tables = ['bodies', 'attempts'] as const;
  for (const table of tables) await warehouse.run(`CREATE TABLE spendlens.raw_${table} AS spendlens.${table}`);
  const blocks: { attempts: AttemptRow[]; bodies: BodyRow[] }[] = [];
  const prepare = createPrepare(createProcess(), () => new Date());
  for (let from = 0; from < exchanges; from += BLOCK) {
    const events = Array.from({ length: BLOCK }, (_, index) => ({
      outboxId: 'raw',
      seq: from + index + 1,
      encoded: encodeExchange(exchangeOf(from + index)),
    }));
    const ranges = [{ outboxId: 'raw', firstSeq: from + 1, lastSeq: from + BLOCK }];
    blocks.push(await prepare({ ranges, gaps: [], ask: false, condemned: '' }, events, new Map()));
  }
  const client = createClient({ url: access.url, username: access.user, password: access.password });
  const used = () => cpuSeconds(process.pid) + cpuSeconds(server.pid);
  const [begun, before] = [performance.now(), used()];
  for (const block of blocks) {
    for (const table of tables) {
      const values: (AttemptRow | BodyRow)[] = block[table];
      await client.insert({ table: `spendlens.raw_${table}`, values, format: 'JSONEachRow' });
    }
  }
  const seconds = (performance.now() - begun) / 1000;
  await client.close();
  const rate = (blocks.length * BLOCK) / seconds;
  const cost = (1e6 * (used() - before)) / (blocks.length * BLOCK);
  say('the same rows, made beforehand and inserted raw by @clickhouse/client, block by block:');
  say(`  exchanges/s                  ${rate.toFixed(0)}, client and warehouse ${cost.toFixed(0)} µs each`);
  return { rate, cost };
}

/** Steady traffic, far below what ingest can do, while its resident memory is read. */
async function watchMemory(broker: Broker, warehouse: MigratedWarehouse, minutes: number): Promise<void> {
  const topic = await makeTestTopic(broker, PARTITIONS);
  const filler = await openFiller(topic);
  const ingester = await startIngester(topic, warehouse, false);
  const perMinute: number[] = [];
  for (let minute = 1; minute <= WARM_UP_MINUTES + minutes; minute++) {
    // The least of a minute: what stands between two collections comes and goes.
    let least = Number.POSITIVE_INFINITY;
    for (let second = 0; second < 60; second++) {
      const until = performance.now() + 1_000;
      await filler.send(PER_SECOND);
      await sleep(Math.max(0, until - performance.now()));
      least = Math.min(least, await residentMiB(ingester.child.pid ?? 0));
    }
    perMinute.push(least);
    say(`  minute ${minute}: ${perMinute.at(-1)?.toFixed(1)} MiB resident, ${await rows(warehouse)} rows`);
  }
  await filler.close();
  const growth = slope(perMinute.slice(WARM_UP_MINUTES));
  say(`resident memory grows ${growth.toFixed(2)} MiB a minute over the last ${minutes} minutes (aim < 1)`);
  await ingester.stop();
  await topic.remove();
}

async function residentMiB(pid: number): Promise<number> {
  const pages = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1];
  return (Number(pages) * 4_096) / 2 ** 20;
}

/** Of the line that fits best (least squares). */
function slope(values: readonly number[]): number {
  const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
  const middle = (values.length - 1) / 2;
  const average = mean(values);
  const covariance = mean(values.map((value, index) => (value - average) * (index - middle)));
  return covariance / mean(values.map((_, index) => (index - middle) ** 2));
}
