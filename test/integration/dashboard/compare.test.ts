import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { createInserts } from '../../../clickhouse/inserts.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { askCompare } from '../../../clickhouse/query/compare.ts';
import { noRules } from '../../../domain/prices/rules.ts';
import type { View } from '../../../domain/view.ts';
import { attemptRow } from '../../harness/attempt-row.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const view: View = { range: { preset: '24h' }, timeZone: 'UTC', kind: 'app', filters: [] };

let engine: TestWarehouse;
let warehouse: Warehouse;

const call = (seq: number, over: Parameters<typeof attemptRow>[3]) =>
  attemptRow(NOW - seq * 1_000, 'one', seq, { input_tokens: 1_000, output_tokens: 500, ...over });
const mini = { model: 'gpt-4o-mini', cost_usd: '0.000450000', latency_ms: 500, ttft_ms: 150 };
const full = { model: 'gpt-4o', cost_usd: '0.007500000', latency_ms: 2_000, ttft_ms: 300 };

beforeAll(async () => {
  engine = await startWarehouse();
  const { username: user, password } = engine.users.ingest;
  warehouse = createWarehouse({ url: engine.url, user, password });
  await migrate(warehouse);
  await createInserts(warehouse).attempts(
    [
      ...[1, 2, 3, 4].map((seq) => call(seq, mini)),
      ...[5, 6].map((seq) => call(seq, { ...full, streamed: true })),
      call(7, {
        ...full,
        status: 500,
        error_kind: 'status',
        cost_usd: '0',
        input_tokens: null,
        output_tokens: null,
        ttft_ms: null,
      }),
      call(8, { ...full, cost_usd: null, cost_status: 'unpriced' }),
      call(10, { ...mini, cost_usd: '0', latency_ms: 1, ttft_ms: 1, cache_outcome: 'hit' }),
      call(9, { model: 'house-blend', provider: 'vllm', cost_usd: null, cost_status: 'unpriced' }),
    ],
    'rows',
  );
});

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
});

const compare = (...models: string[]) => askCompare({ warehouse, now: NOW }, { view, models }, noRules);

describe('models side by side', () => {
  it('are told in the order in which they were asked for', async () => {
    expect((await compare('gpt-4o', 'gpt-4o-mini')).models.map(({ model }) => model)).toEqual([
      'gpt-4o',
      'gpt-4o-mini',
    ]);
    expect((await compare('gpt-4o', 'never-called')).models).toHaveLength(1);
  });

  it('are those that are called most where none is named, of those that write before those that embed', async () => {
    const embedding = { model: 'text-embedding-3-small', output_tokens: null, latency_ms: 90 };
    const asked = (...calls: Parameters<typeof call>[]) =>
      createInserts(warehouse).attempts(
        calls.map(([seq, over]) => call(seq, { ...over, kind: 'demo' })),
        `demo ${calls.length}`,
      );
    const chosen = async () => {
      const answer = await askCompare(
        { warehouse, now: NOW },
        { view: { ...view, kind: 'demo' }, models: [] },
        noRules,
      );
      return answer.models.map(({ model }) => model);
    };
    expect(await chosen()).toEqual([]);
    await asked([20, embedding], [21, embedding], [22, embedding]);
    expect(await chosen()).toEqual(['text-embedding-3-small']);
    await asked([23, mini], [24, full], [25, full], [26, { model: '' }]);
    expect(await chosen()).toEqual(['gpt-4o', 'gpt-4o-mini']);
  });

  it('with cost per request and per thousand tokens of output, of what is priced', async () => {
    const [cheap, dear] = (await compare('gpt-4o-mini', 'gpt-4o')).models;
    /* 4 · 0.00045 / 4; 0.0018 · 1000 / 2000 tokens */
    expect(cheap).toMatchObject({
      requests: 4,
      unpriced: 0,
      costPerRequest: '0.000450000',
      costPerThousandOutput: '0.000900000',
    });
    /* 0.015 / 3 priced, one of them failed for nothing; 0.015 · 1000 / 1000 */
    expect(dear).toMatchObject({
      requests: 4,
      unpriced: 1,
      costPerRequest: '0.005000000',
      costPerThousandOutput: '0.015000000',
    });
    expect(dear?.errorRate).toBe(0.25);
  });

  it('with where latencies lie, as shares of all', async () => {
    const answer = await compare('gpt-4o-mini', 'gpt-4o');
    const [cheap, dear] = answer.models;
    const at = answer.latencyBounds.indexOf(800);
    expect(cheap?.latency[at]).toBe(1);
    expect(dear?.latency.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
    expect(dear?.ttft[answer.latencyBounds.indexOf(400)]).toBe(1);
    /* 500 tokens in 2 s less 0.3 s */
    expect(dear?.tokensPerSecond).toBeCloseTo(500 / 1.7, 1);
    expect(cheap?.tokensPerSecond).toBeNull();
  });

  it('with what all of this traffic would have cost on each', async () => {
    const answer = await compare('gpt-4o-mini', 'gpt-4o');
    const [cheap, dear] = answer.models;
    /* seven calls with usage, 1,000 in and 500 out: at 0.15 and 0.60, and at 2.50 and 10 dollars a million */
    expect(answer.countedRequests).toBe(7);
    expect(cheap?.allOnThis).toBe('0.003150000');
    expect(dear?.allOnThis).toBe('0.052500000');
  });

  it('says nothing of money that it has no price for', async () => {
    const [own] = (await compare('house-blend')).models;
    expect(own).toMatchObject({ costPerRequest: null, allOnThis: null, unpriced: 1 });
  });
});
