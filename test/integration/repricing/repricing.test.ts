import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { createInserts } from '../../../clickhouse/inserts.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { askCompleteness } from '../../../clickhouse/query/completeness.ts';
import { nanoUsd, toDecimal } from '../../../domain/money.ts';
import { lateCalls } from '../../harness/late-calls.ts';
import { fillAttempts } from '../../harness/many-rows.ts';
import { carryOnUntilDone, repricingBy, type Sums, sumsOf } from '../../harness/repricing.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const COUNT = 30_000;
const CHILD = new URL('../../harness/repricing-child.ts', import.meta.url);
const why = { who: 'test', why: 'the prices were wrong' };
const always = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
const anyRow = z.record(z.string(), z.unknown());
const minute = () => AbortSignal.timeout(60_000);

let folder: string;
let engine: TestWarehouse;
let warehouse: Warehouse;
let first: Sums;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spendlens-repricing-'));
  engine = await startWarehouse({ folder });
  const ingest = access();
  warehouse = createWarehouse(ingest);
  await migrate(warehouse);
  await fillAttempts(warehouse, COUNT, 40);
  first = await sumsOf(warehouse);
});

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

const access = () => ({ url: engine.url, user: engine.users.ingest.username, password: engine.users.ingest.password });

/** Kills the engine and starts it again where it was. */
async function crash(): Promise<void> {
  await engine.kill();
  await sleep(300);
  engine = await startWarehouse({ folder, port: Number(new URL(engine.url).port) });
}

async function childUntilDeath(state: string, words: number): Promise<void> {
  const { url, user, password } = access();
  const child = fork(CHILD, [url, user, password, state, String(words)], { stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
}

/** At `factor` nano-dollars a token, to the nano, over both views, with every row counted once. */
async function expectFactor(factor: number): Promise<Sums> {
  const sums = await sumsOf(warehouse);
  const due = toDecimal(nanoUsd(BigInt(sums.tokens) * BigInt(factor))).replace(/\.?0+$/, '');
  expect({ attempts: sums.attempts.replace(/\.?0+$/, ''), rows: sums.rows }).toEqual({
    attempts: due,
    rows: first.rows,
  });
  expect(sums.requests).toBe(sums.attempts);
  expect((await askCompleteness(warehouse)).complete).toBe(true);
  return sums;
}

describe('repricing', () => {
  it('shows what it would change and changes nothing', async () => {
    const seen: number[] = [];
    const difference = await repricingBy(warehouse, () => 300).preview(always, {
      signal: minute(),
      progress: (done) => seen.push(done),
    });
    expect(difference).toMatchObject({ calls: COUNT, changed: COUNT, skipped: 0 });
    expect(difference.newCost).toBe(toDecimal(nanoUsd(BigInt(first.tokens) * 300n)));
    expect(difference.rows.reduce((sum, { changed }) => sum + changed, 0)).toBe(COUNT);
    expect(difference.rows.reduce((sum, { oldUnpriced }) => sum + oldUnpriced, 0)).toBe(first.unpriced);
    expect(seen.at(-1)).toBe(COUNT);
    expect(await sumsOf(warehouse)).toEqual(first);
  });

  it('changes every figure, and undoing it brings back every figure and every receipt', async () => {
    const repricing = repricingBy(warehouse, () => 300);
    const { id } = await repricing.begin(always, why);
    await expect(repricing.begin(always, why)).rejects.toMatchObject({ code: 'busy' });
    await carryOnUntilDone(repricing);
    expect((await expectFactor(300)).corrected).toBe(COUNT);
    expect(await repricing.get(id)).toMatchObject({ state: 'done', changed: COUNT, ...why });

    await repricing.undo(id, { who: 'test', why: 'they were right' });
    await carryOnUntilDone(repricing);
    expect(await sumsOf(warehouse)).toEqual({ ...first, corrected: COUNT });
    await expect(repricing.undo(id, why)).rejects.toMatchObject({ code: 'request_invalid', message: /undone already/ });
  });

  it('undoes the last one first', async () => {
    const repricing = repricingBy(warehouse, () => 7);
    const one = await repricing.begin(always, why);
    await carryOnUntilDone(repricing);
    const two = await repricingBy(warehouse, () => 9).begin(always, why);
    await carryOnUntilDone(repricing);
    await expectFactor(9);
    await expect(repricing.undo(one.id, why)).rejects.toMatchObject({ message: new RegExp(two.id) });
    await repricing.undo(two.id, why);
    await carryOnUntilDone(repricing);
    await expectFactor(7);
    await repricing.undo(one.id, why);
    await carryOnUntilDone(repricing);
    expect((await sumsOf(warehouse)).receipts).toBe(first.receipts);
  });

  it('keeps to the model, the provider and the time that were asked for', async () => {
    const repricing = repricingBy(warehouse, () => 11);
    const noon = new Date(Date.now() - 20 * 86_400_000).toISOString();
    const selection = { from: noon, to: always.to, provider: 'openai', model: 'gpt-5' };
    const { id } = await repricing.begin(selection, why);
    await carryOnUntilDone(repricing);
    const touched = await warehouse.rows(anyRow, {
      text: `SELECT uniqExact(model) AS models, count() AS n, toString(min(created_at) >= {noon:DateTime64(3)}) AS later
        FROM spendlens.attempts WHERE price_version = 'test 2'`,
      params: { noon: noon.replace('T', ' ').replace('Z', '') },
    });
    expect(touched).toMatchObject([{ models: '1', later: '1' }]);
    const { changed } = await repricing.get(id);
    expect(String(changed)).toBe(touched[0]?.['n']);
    await repricing.undo(id, why);
    await carryOnUntilDone(repricing);
    expect((await sumsOf(warehouse)).receipts).toBe(first.receipts);
  });
});

describe('a repricing that is killed', () => {
  it.each([
    { name: 'before it planned anything', state: 'planning', words: 0 },
    { name: 'half-way through the plan', state: 'planning', words: 1 },
    { name: 'between plan and rows', state: 'applying', words: 0 },
    { name: 'behind the rows', state: 'applying', words: 1 },
  ])('$name ends in the same figures', async ({ state, words }) => {
    // The lease of the dead runs out after half a minute; the clock of whoever goes on is ahead of that.
    const { id } = await repricingBy(warehouse, () => 300).begin(always, why);
    await childUntilDeath(state, words);
    const repricing = repricingBy(
      warehouse,
      () => 300,
      'later',
      () => Date.now() + 31_000,
    );
    await carryOnUntilDone(repricing);
    await expectFactor(300);
    expect((await repricing.get(id)).changed).toBe(COUNT);
    await repricing.undo(id, why);
    await carryOnUntilDone(repricing);
    expect((await sumsOf(warehouse)).receipts).toBe(first.receipts);
  });

  it('warehouse included: it waits, goes on, and ends in the same figures', async () => {
    const repricing = repricingBy(warehouse, () => 300);
    const { id } = await repricing.begin(always, why);
    const crashes: Promise<void>[] = [];
    const seen = new Set<string>();
    await repricing.carryOn(AbortSignal.timeout(100_000), async ({ state, progress }) => {
      if (seen.has(state) || progress.round > 1) return;
      seen.add(state);
      const soon = sleep(state === 'applying' ? 40 : 0).then(crash);
      if (state === 'planning') await soon;
      crashes.push(soon);
    });
    await Promise.all(crashes);
    expect([...seen]).toEqual(['planning', 'applying']);
    await expectFactor(300);
    expect((await repricing.get(id)).changed).toBe(COUNT);
    await repricing.undo(id, why);
    await carryOnUntilDone(repricing);
    expect((await sumsOf(warehouse)).receipts).toBe(first.receipts);
  });
});

describe('what arrives meanwhile', () => {
  it('is neither missed nor priced twice', async () => {
    const inserts = createInserts(warehouse);
    const repricing = repricingBy(warehouse, () => 300);
    const { id } = await repricing.begin(always, why);
    let sent = 0;
    // One exchange of two calls into the middle of the range at every word: priced as ingest did before the change.
    await repricing.carryOn(minute(), async ({ progress }) => {
      if (progress.round > 1) return;
      sent++;
      await inserts.attempts(lateCalls('late', sent, Date.now() - sent * 86_400_000), `late:${sent}`);
    });
    expect(sent).toBeGreaterThan(3);
    const sums = await sumsOf(warehouse);
    expect(sums.rows).toBe(first.rows + 2 * sent);
    expect(sums.attempts).toBe(sums.requests);
    expect((await repricing.get(id)).changed).toBe(COUNT + 2 * sent);
    const late = await warehouse.rows(anyRow, {
      text: `SELECT sum(cost_usd) AS calls, sumIf(total_cost_usd, final) AS totals, sum(corrected) AS corrected
        FROM spendlens.attempts WHERE outbox_id = 'late'`,
      params: {},
    });
    // 150 tokens a call × 300 n$ × 2 calls
    const due = toDecimal(nanoUsd(90_000n * BigInt(sent)));
    expect(late).toEqual([{ calls: due, totals: due, corrected: String(2 * sent) }]);
  });
});
