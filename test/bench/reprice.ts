import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createWarehouse, type Warehouse } from '../../clickhouse/client.ts';
import { createInserts } from '../../clickhouse/inserts.ts';
import { migrate } from '../../clickhouse/migrate.ts';
import { askCompleteness } from '../../clickhouse/query/completeness.ts';
import { nanoUsd, toDecimal } from '../../domain/money.ts';
import { lateCalls } from '../harness/late-calls.ts';
import { fillAttempts } from '../harness/many-rows.ts';
import { carryOnUntilDone, repricingBy, sumsOf } from '../harness/repricing.ts';
import { startWarehouse, type TestWarehouse } from '../harness/warehouse.ts';

const CHILD = new URL('../harness/repricing-child.ts', import.meta.url);
const FACTOR = 300n;
const HOUR_MS = 3_600_000;
const always = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
const why = { who: 'bench', why: 'measurement' };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Bench {
  readonly folder: string;
  engine: TestWarehouse;
  readonly warehouse: Warehouse;
}

/** Prices `rows` calls again while others arrive, undoes it, and does it once more with everything killed half-way. */
export async function benchRepricing(rows: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spendlens-reprice-bench-'));
  const engine = await startWarehouse({ folder });
  const { username: user, password } = engine.users.ingest;
  const bench: Bench = { folder, engine, warehouse: createWarehouse({ url: engine.url, user, password }) };
  try {
    await migrate(bench.warehouse);
    await fillAttempts(bench.warehouse, rows, 60);
    await askBack(bench.warehouse);
    await measure(bench, rows);
  } finally {
    await bench.warehouse.close();
    await bench.engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rows of long ago, as those are that somebody prices again. */
async function askBack(warehouse: Warehouse): Promise<void> {
  await warehouse.run(
    'ALTER TABLE spendlens.attempts UPDATE inserted_at = created_at WHERE true SETTINGS mutations_sync = 1',
  );
}

async function measure(bench: Bench, rows: number): Promise<void> {
  const { warehouse } = bench;
  const first = await sumsOf(warehouse);
  say(
    `${rows.toLocaleString('en')} calls, $${first.attempts}, ${first.unpriced.toLocaleString('en')} of them unpriced`,
  );

  const plain = await timed('priced again while calls arrive', async () => {
    const traffic = startTraffic(bench);
    const { id } = await repricingBy(warehouse, () => Number(FACTOR)).begin(always, why);
    await carryOnUntilDone(
      repricingBy(warehouse, () => Number(FACTOR)),
      1_800_000,
    );
    say(`  ${await traffic.stop()} calls arrived meanwhile`);
    return id;
  });
  await expectRight(bench, 'after it');
  const changed = await receiptsOf(warehouse);

  await timed('undone', async () => {
    await repricingBy(warehouse, () => 0).undo(plain, why);
    await carryOnUntilDone(
      repricingBy(warehouse, () => 0),
      1_800_000,
    );
  });
  const undone = await sumsOf(warehouse);
  say(
    `  sum over the old calls as before, to the nano, and every receipt: ${(await receiptsOf(warehouse)) === first.receipts}`,
  );
  say(`  $${undone.attempts} with the calls that arrived`);

  await timed('again, the job and then the warehouse killed -9 half-way', async () => {
    await repricingBy(warehouse, () => Number(FACTOR)).begin(always, why);
    await killedJob(bench, 'planning', Math.floor(rows / 20_000));
    await killedJob(bench, 'applying', 1);
    const later = repricingBy(
      warehouse,
      () => 0,
      'later',
      () => Date.now() + 31_000,
    );
    const finished = carryOnUntilDone(later, 1_800_000);
    await sleep(700);
    await bench.engine.kill();
    bench.engine = await startWarehouse({ folder: bench.folder, port: Number(new URL(bench.engine.url).port) });
    await finished;
  });
  await expectRight(bench, 'after it');
  say(`  the same figures and receipts as without the kills: ${(await receiptsOf(warehouse)) === changed}`);
}

async function killedJob({ engine }: Bench, state: string, words: number): Promise<void> {
  const { username, password } = engine.users.ingest;
  const child = fork(CHILD, [engine.url, username, password, state, String(words)], { stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  say(`  job ended by ${signal} while ${state}`);
  // The lease of the dead has to run out.
  await sleep(31_000);
}

/** As long as ingest may price by the rules of before. */
const LAG_MS = 3_000;

/** 100 calls a second, from all over the range: for a while as they were priced before the change, then by the new. */
function startTraffic({ warehouse }: Bench): { stop(): Promise<number> } {
  const inserts = createInserts(warehouse);
  let sent = 0;
  let stopped = false;
  const lagging = Date.now() + LAG_MS;
  const flow = async () => {
    while (!stopped) {
      const cost = Date.now() < lagging ? 1_000n : 150n * FACTOR;
      const calls = Array.from({ length: 50 }, () => {
        const at = Date.now() - (++sent % 1400) * HOUR_MS;
        return lateCalls('late', sent, at, cost);
      }).flat();
      await inserts.attempts(calls, `late:${sent}`);
      await sleep(500);
    }
  };
  const flowing = flow();
  return {
    async stop() {
      stopped = true;
      await flowing;
      return sent * 2;
    },
  };
}

async function expectRight({ warehouse }: Bench, when: string): Promise<void> {
  const sums = await sumsOf(warehouse);
  const due = toDecimal(nanoUsd(BigInt(sums.tokens) * FACTOR));
  const { complete, outboxes } = await askCompleteness(warehouse);
  say(
    `  ${when}: $${sums.attempts} over calls, $${sums.requests} over requests, due $${due}; ${sums.unpriced} unpriced`,
  );
  say(`  every row counted once: ${complete && outboxes.every(({ duplicated }) => duplicated === 0)}`);
}

/** A fingerprint of every figure and receipt of the calls that were there from the beginning. */
async function receiptsOf(warehouse: Warehouse): Promise<string> {
  const [row] = await warehouse.rows(z.object({ receipts: z.string() }), {
    text: `SELECT toString(groupBitXor(cityHash64(outbox_id, seq, attempt, toString(cost_usd), cost_status, cost_breakdown,
        price_version, toString(total_cost_usd), total_cost_status))) AS receipts
      FROM spendlens.attempts WHERE outbox_id != 'late'`,
    params: {},
  });
  return row?.receipts ?? '';
}

async function timed<Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> {
  say(`${what} …`);
  const started = performance.now();
  const answer = await work();
  say(`  ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return answer;
}
