import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { createInserts } from '../../../clickhouse/inserts.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { askExperiment } from '../../../clickhouse/query/experiment.ts';
import { askExperimentDistributions } from '../../../clickhouse/query/experiment-distributions.ts';
import type { AttemptRow } from '../../../clickhouse/rows.ts';
import { type DistributionMetric, experimentDistributions } from '../../../domain/experiments/distributions.ts';
import { type Experiment, experiment } from '../../../domain/experiments/experiment.ts';
import { attemptRow } from '../../harness/attempt-row.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const ENOUGH_FOR_P99 = 381;

const setup: Experiment = experiment.parse({
  name: 'A cheaper model for summaries',
  unit: 'user',
  variants: [
    { name: 'control', share: 0.5 },
    { name: 'b', share: 0.5, model: 'gpt-4o-mini' },
  ],
  confidence: 'fixed',
  status: 'running',
  salt: 'a-salt-of-its-own',
});

let engine: TestWarehouse;
let warehouse: Warehouse;
let seq = 0;

const call = (experimentId: string, variant: string, user: string, over: Partial<AttemptRow> = {}) => {
  seq += 1;
  return attemptRow(NOW - seq, 'one', seq, {
    experiment: experimentId,
    variant,
    answered_variant: variant,
    unit_id: user,
    ...over,
  });
};
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

beforeAll(async () => {
  engine = await startWarehouse();
  const { username: user, password } = engine.users.ingest;
  warehouse = createWarehouse({ url: engine.url, user, password });
  await migrate(warehouse);
  const half = { cost_usd: '0.005000000', latency_ms: 1_000, ttft_ms: 100 };
  const slow = { cost_usd: '1.000000000', latency_ms: 10_000, ttft_ms: null };
  await createInserts(warehouse).attempts(
    [
      // 8 users of 2 × 0.005 dollars, one of 1 dollar, one without any cost
      ...times(8, (n) => [call('known', 'control', `c${n}`, half), call('known', 'control', `c${n}`, half)]).flat(),
      call('known', 'control', 'dear', slow),
      call('known', 'control', 'free', { ...half, cost_usd: '0.000000000', error_kind: 'client_disconnect' }),
      ...times(4, (n) => call('known', 'b', `b${n}`, { ...half, cost_usd: '0.010000000', latency_ms: 0 })),
      // In both variants: in neither of them
      call('known', 'control', 'mixed', { ...slow, cost_usd: '50.000000000' }),
      call('known', 'b', 'mixed', { ...slow, cost_usd: '50.000000000' }),
      // A header forced it: no unit
      call('known', 'b', '', slow),
      // 1, 2, … 380 ms and one answer more than that in the other arm
      ...times(ENOUGH_FOR_P99 - 1, (n) => call('tail', 'control', `c${n}`, { latency_ms: n + 1, ttft_ms: n + 1 })),
      ...times(ENOUGH_FOR_P99, (n) => call('tail', 'b', `b${n}`, { latency_ms: n + 1, ttft_ms: n + 1 })),
      ...times(1_000, (n) => call('enough', 'control', `c${n}`, { latency_ms: n + 1 })),
      ...times(1_000, (n) => call('enough', 'b', `b${n}`, { latency_ms: 2 * (n + 1) })),
    ],
    'rows',
  );
});

afterAll(async () => {
  await warehouse?.close();
  await engine?.stop();
});

const ask = async (id: string) =>
  experimentDistributions.parse(await askExperimentDistributions({ warehouse, now: NOW }, id, setup, 'app'));

async function shown(id: string, metric: DistributionMetric) {
  const found = (await ask(id)).distributions.find((each) => each.metric === metric);
  const [control, b] = found?.arms ?? [];
  /** Lower ends of the buckets in which something lies, with the share that does. */
  const filled = (arm: typeof control) =>
    (arm?.shares ?? []).flatMap((share, index) => (share === 0 ? [] : [[found?.bounds[index], share]]));
  return { control, b, filled };
}

describe('distributions of an experiment', () => {
  it('of cost are of whole units, with a place for those that cost nothing', async () => {
    const { control, b, filled } = await shown('known', 'cost_per_unit');
    expect(control).toMatchObject({ measured: 10, zero: 0.1, p50: 0.01, p99: null });
    expect(control?.mean).toBeCloseTo((8 * 0.01 + 1) / 10, 9);
    // 0.01 and 1 dollar are bounds: they belong to the buckets that they begin
    expect(filled(control)).toEqual([
      [0.01, 0.8],
      [1, 0.1],
    ]);
    expect(filled(b)).toEqual([[0.01, 1]]);
    expect(b).toMatchObject({ measured: 4, zero: 0 });
  });

  it('of latency leave out what the app broke off', async () => {
    const { control, b, filled } = await shown('known', 'latency');
    expect(control).toMatchObject({ measured: 17, zero: 0, p50: 1_000 });
    expect(control?.mean).toBeCloseTo((16 * 1_000 + 10_000) / 17, 6);
    expect(filled(control)).toEqual([
      [1_000, 16 / 17],
      [10_000, 1 / 17],
    ]);
    expect(b).toMatchObject({ measured: 4, zero: 1, mean: 0, p50: 0 });
  });

  it('of the time to first token are of the answers that began', async () => {
    const { control, filled } = await shown('known', 'ttft');
    expect(control).toMatchObject({ measured: 17, p50: 100 });
    expect(filled(control)).toEqual([[100, 1]]);
  });

  it('count a unit of two variants and have it nowhere', async () => {
    const { mixedUnits, distributions } = await ask('known');
    expect(mixedUnits).toBe(1);
    const measured = (at: number) => distributions[at]?.arms.map((arm) => arm.measured);
    expect(distributions[0]?.bounds.at(-1)).toBeLessThan(50);
    expect([measured(0), measured(1), measured(2)]).toEqual([
      [10, 4],
      [17, 4],
      [17, 4],
    ]);
  });

  it('tell a p99 from 381 answers on', async () => {
    const { control, b } = await shown('tail', 'latency');
    expect(control).toMatchObject({ measured: 380, p99: null });
    /* the value at place ⌊0.99 · 381⌋ = 377 from 0 */
    expect(b).toMatchObject({ measured: 381, p50: 191, p99: 378 });
  });

  it('of nobody are empty', async () => {
    const { mixedUnits, distributions } = await ask('nobody');
    expect(mixedUnits).toBe(0);
    expect(distributions.map(({ metric, bounds }) => ({ metric, bounds }))).toEqual([
      { metric: 'cost_per_unit', bounds: [] },
      { metric: 'latency', bounds: [] },
      { metric: 'ttft', bounds: [] },
    ]);
    expect(distributions[0]?.arms.map(({ measured, mean, p50 }) => ({ measured, mean, p50 }))).toEqual([
      { measured: 0, mean: null, p50: null },
      { measured: 0, mean: null, p50: null },
    ]);
  });
});

describe('latency p99 among the metrics', () => {
  it('says below 381 answers what it lacks, and where its interval has no end yet', async () => {
    const { arms } = await askExperiment({ warehouse, now: NOW }, 'tail', setup, 'app');
    const lines = arms.map(({ metrics }) => metrics.find(({ metric }) => metric === 'latency_p99'));
    expect(lines[0]).toMatchObject({
      value: 377,
      missing: '380 measured; an interval of this quantile needs at least 381',
    });
    expect(lines[1]).toMatchObject({
      value: 378,
      interval: null,
      missing: '381 measured; the interval would reach beyond the largest of them',
    });
  });

  it('with its difference and interval where there are enough', async () => {
    const { arms } = await askExperiment({ warehouse, now: NOW }, 'enough', setup, 'app');
    const b = arms[1]?.metrics.find(({ metric }) => metric === 'latency_p99');
    /* places ⌊0.99 · 1000⌋ of 1 … 1000 and of 2 … 2000 ms */
    expect(b).toMatchObject({ value: 1_982, difference: 991, missing: '' });
    expect(b?.differenceInterval?.low).toBeLessThan(991);
    expect(b?.differenceInterval?.low).toBeGreaterThan(900);
    expect(b?.differenceInterval?.high).toBeGreaterThan(991);
    expect(b?.differenceInterval?.high).toBeLessThan(1_080);
  });
});
