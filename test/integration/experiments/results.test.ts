import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { askExperiment } from '../../../clickhouse/query/experiment.ts';
import { type Experiment, experiment } from '../../../domain/experiments/experiment.ts';
import type { ExperimentResults } from '../../../domain/experiments/results.ts';
import { type ArmPlan, fillExposures } from '../../harness/exposures.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const scoreRow = z.object({ n: z.coerce.number(), mean: z.number() });
const sumRow = z.object({ cost: z.number(), errors: z.coerce.number() });

let engine: TestWarehouse;
let warehouse: Warehouse;

beforeAll(async () => {
  engine = await startWarehouse();
  const { username: user, password } = engine.users.ingest;
  warehouse = createWarehouse({ url: engine.url, user, password });
  await migrate(warehouse);
});

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
});

const setup: Experiment = experiment.parse({
  name: 'A cheaper model for summaries',
  unit: 'user',
  variants: [
    { name: 'control', share: 0.5 },
    { name: 'b', share: 0.5, model: 'gpt-4o-mini' },
  ],
  goal: 'cost_per_unit',
  guards: [{ metric: 'score', limit: 0.1 }],
  scoreName: 'rating',
  smallestEffect: 0.1,
  status: 'running',
  salt: 'a-salt-of-its-own',
});

const control: ArmPlan = { name: 'control', share: 0.5, medianCost: 0.01, goodShare: 0.9 };
const results = (id: string) => askExperiment({ warehouse, now: Date.now() }, id, setup, 'app');
const fill = (id: string, b: Partial<ArmPlan>, controlShare = 0.5, seed = 1) =>
  fillExposures(warehouse, {
    experiment: id,
    units: 5_000,
    requestsPerUnit: 4,
    days: 7,
    seed,
    arms: [
      { ...control, share: controlShare },
      { ...control, name: 'b', share: 1 - controlShare, ...b },
    ],
  });
const line = ({ arms }: ExperimentResults, metric: string) =>
  arms.find(({ name }) => name === 'b')?.metrics.find((each) => each.metric === metric);

describe('an experiment of 5,000 users', () => {
  it('whose variant is 40 % cheaper and a little worse rated: ship it', async () => {
    await fill('cheaper', { medianCost: 0.006, goodShare: 0.88 });
    const found = await results('cheaper');
    expect(found.verdict).toMatchObject({ kind: 'ship', variant: 'b' });
    const cost = line(found, 'cost_per_unit');
    expect(cost?.interval?.low).toBeLessThan(-0.4);
    expect(cost?.interval?.high).toBeGreaterThan(-0.4);
    expect(found.mixedUnits).toBe(0);
    expect(found.arms.map(({ units }) => units).reduce((a, b) => a + b)).toBe(5_000);
    expect(found.arms.map(({ requests }) => requests).reduce((a, b) => a + b)).toBe(20_000);
    // 40 % of four requests at 0.01 · e^0.32 dollars, of 5,000 users a week
    const saved = 0.4 * 4 * 0.01 * Math.exp(0.32) * (5_000 / 7) * (365.25 / 12);
    expect(Math.abs((found.monthly?.dollars ?? 0) + saved) / saved).toBeLessThan(0.1);
  });

  it('has the sums of the rows, and intervals on every metric that was measured', async () => {
    const found = await results('cheaper');
    const [row] = await warehouse.rows(sumRow, {
      text: `SELECT toFloat64(sum(cost_usd)) AS cost, countIf(error_kind != '') AS errors FROM spendlens.requests
        WHERE experiment = 'cheaper' AND variant = 'b'`,
      params: {},
    });
    const b = found.arms.find(({ name }) => name === 'b');
    expect(b?.cost).toBeCloseTo(row?.cost ?? 0, 6);
    expect(b?.errors).toBe(row?.errors);
    const [scored] = await warehouse.rows(scoreRow, {
      text: `SELECT count() AS n, avg(value) AS mean FROM spendlens.scores
        WHERE (outbox_id, seq) IN (SELECT outbox_id, seq FROM spendlens.requests
          WHERE experiment = 'cheaper' AND variant = 'b')`,
      params: {},
    });
    expect(b?.scored).toBe(scored?.n);
    expect(line(found, 'score')?.value).toBeCloseTo(scored?.mean ?? 0, 9);
    for (const metric of [
      'cost_per_request',
      'error_rate',
      'latency_p50',
      'latency_p95',
      'latency_p99',
      'ttft_p50',
      'score',
    ]) {
      expect(line(found, metric)?.missing, metric).toBe('');
      expect(line(found, metric)?.interval, metric).not.toBeNull();
    }
    // Both arms take the same time: the truth, 0, lies inside.
    for (const metric of ['latency_p50', 'latency_p95', 'latency_p99', 'ttft_p50', 'error_rate'] as const) {
      const { low, high } = line(found, metric)?.differenceInterval ?? { low: 1, high: -1 };
      expect(low, metric).toBeLessThan(0);
      expect(high, metric).toBeGreaterThan(0);
    }
    expect(line(found, 'latency_p50')?.value).toBeGreaterThan(750);
    expect(line(found, 'latency_p50')?.value).toBeLessThan(850);
  });

  it('of the same against the same: no verdict', async () => {
    await fill('same', {});
    expect((await results('same')).verdict.kind).not.toBe('ship');
  });

  it('whose variant costs less and is rated far worse: keep what there is', async () => {
    await fill('worse', { medianCost: 0.006, goodShare: 0.6 });
    const found = await results('worse');
    expect(found.verdict.kind).toBe('keep');
    expect(found.verdict.findings.map(({ kind }) => kind)).toContain('guardCrossed');
  });

  it('whose assignment is broken: invalid, whatever else was found', async () => {
    await fill('broken', { medianCost: 0.006 }, 0.56);
    const found = await results('broken');
    expect(found.verdict.kind).toBe('invalid');
    expect(found.sampleRatio?.p).toBeLessThan(0.001);
  });

  it('with users in two variants: counted, and left out of the tests', async () => {
    await fill('mixed', {});
    await warehouse.run(`ALTER TABLE spendlens.attempts UPDATE variant = if(variant = 'b', 'control', 'b')
      WHERE experiment = 'mixed' AND unit_id IN ('user-1', 'user-2', 'user-3') AND seq % 2 = 0 SETTINGS mutations_sync = 1`);
    const found = await results('mixed');
    expect(found.mixedUnits).toBe(3);
    expect(found.arms.map(({ units }) => units).reduce((a, b) => a + b)).toBe(4_997);
  });

  it('with slow units in two variants: their latency counts as little as their cost', async () => {
    await fill('slow-mixed', {});
    // Every tenth user, and with them every tenth answer, which would be all of the p95.
    await warehouse.run(`ALTER TABLE spendlens.attempts UPDATE latency_ms = 60000, total_latency_ms = 60000,
        variant = if(seq % 2 = 0, 'control', 'b')
      WHERE experiment = 'slow-mixed' AND intDiv(seq - 1, 4) % 10 = 0 SETTINGS mutations_sync = 1`);
    const found = await results('slow-mixed');
    expect(found.mixedUnits).toBe(500);
    // Log-normal around 800 ms with σ = 0.5: 800 · e^(1.645 · 0.5) = 1,821 and 800 · e^(2.326 · 0.5) = 2,560
    expect(line(found, 'latency_p95')?.value).toBeCloseTo(1_821, -2);
    expect(Math.abs((line(found, 'latency_p99')?.value ?? 0) - 2_560)).toBeLessThan(200);
  });

  it('with a variant that nobody was assigned yet, or with nobody at all: waits', async () => {
    const found = await results('nobody');
    expect(found.verdict.kind).toBe('wait');
    expect(found.firstAt).toBeNull();
    expect(found.arms.map(({ units }) => units)).toEqual([0, 0]);
  });
});
