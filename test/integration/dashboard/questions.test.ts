import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { createInserts } from '../../../clickhouse/inserts.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import type { Asking } from '../../../clickhouse/query/asking.ts';
import { askBreakdown } from '../../../clickhouse/query/breakdown.ts';
import { askPropertyNames, askValues } from '../../../clickhouse/query/catalogue.ts';
import { askDetail } from '../../../clickhouse/query/detail.ts';
import { askNewer, askRequests } from '../../../clickhouse/query/requests.ts';
import { askSeries } from '../../../clickhouse/query/series.ts';
import { askSummary } from '../../../clickhouse/query/summary.ts';
import type { AttemptRow } from '../../../clickhouse/rows.ts';
import * as api from '../../../domain/api.ts';
import { fromDecimal, nanoUsd, toDecimal } from '../../../domain/money.ts';
import { metric, plainDimension, type View } from '../../../domain/view.ts';
import { attemptRow } from '../../harness/attempt-row.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const HOUR = 3_600_000;

let engine: TestWarehouse;
let warehouse: Warehouse;
let asking: Asking;

const view = (over: Partial<View> = {}): View => ({
  range: { preset: '24h' },
  timeZone: 'UTC',
  kind: 'app',
  filters: [],
  ...over,
});

const ANN_ID = '018bcfe5-687b-7000-8000-000000000001';
const users = ['ann', 'bob', 'cho', 'dan', 'eve', 'fay', 'gus', 'hal', 'ivy'];

// Nine users, the first the dearest; two requests of nobody; one of a demo; one of yesterday's view.
const rows: AttemptRow[] = [
  ...users.map((user_id, index) =>
    attemptRow(NOW - (index + 1) * HOUR, 'one', index + 1, {
      user_id,
      feature: index % 2 === 0 ? 'chat' : 'search',
      model: index < 3 ? 'gpt-4o' : 'gpt-4o-mini',
      properties: { plan: index % 2 === 0 ? 'pro' : 'free' },
      cost_usd: toDecimal(nanoUsd(BigInt(1_000_000_000 - index * 100_000_001))),
      latency_ms: 100 * (index + 1),
      ttft_ms: index === 0 ? null : 10 * (index + 1),
      ...(index === 0 ? { request_id: ANN_ID, attempts: 2, attempt: 2 } : {}),
    }),
  ),
  attemptRow(NOW - HOUR, 'one', 1, {
    request_id: ANN_ID,
    attempt: 1,
    attempts: 2,
    final: false,
    status: 500,
    error_kind: 'status',
    cost_usd: '0',
    user_id: 'ann',
  }),
  attemptRow(NOW - HOUR / 2, 'one', 10, {
    cost_usd: null,
    cost_status: 'unpriced',
    key_id: 'key-x',
    user_agent: 'curl/8',
    error_kind: 'status',
    status: 500,
  }),
  attemptRow(NOW - HOUR / 4, 'one', 11, {
    cost_usd: '0.000000007',
    cost_status: 'estimated',
    key_id: 'key-x',
    user_agent: 'curl/8',
    error_kind: 'client_disconnect',
  }),
  attemptRow(NOW - HOUR, 'one', 12, { kind: 'demo', user_id: 'demo', cost_usd: '99' }),
  // Three days ago: a stream that nobody asked about, one that broke off, one that told its usage, and no stream.
  ...[
    { streamed: true, cost_status: 'estimated', cost_usd: '0.000000300' },
    { streamed: true, cost_status: 'estimated', cost_usd: '0.000000001', error_kind: 'client_disconnect' },
    { streamed: true, cost_status: 'partial', cost_usd: '0.000000040', usage_raw: '{"prompt_tokens":1}' },
    { streamed: false, cost_status: 'estimated', cost_usd: '0.000000005' },
  ].map((columns, index) => attemptRow(NOW - 72 * HOUR, 'one', 20 + index, { kind: 'demo', ...columns })),
  attemptRow(NOW - 30 * HOUR, 'one', 13, { user_id: 'ann', cost_usd: '2.5' }),
];

// 1 + 0.899999999 + … in nano-dollars: 9 × 10^9 - 100,000,001 × 36, and the 7 of the estimate.
const SPEND = toDecimal(nanoUsd(9_000_000_000n - 100_000_001n * 36n + 7n));

beforeAll(async () => {
  engine = await startWarehouse();
  const as = ({ username, password }: { username: string; password: string }) =>
    createWarehouse({ url: engine.url, user: username, password });
  const ingest = as(engine.users.ingest);
  await migrate(ingest);
  const inserts = createInserts(ingest);
  await inserts.attempts(rows, 'rows');
  const body = {
    outbox_id: 'one',
    seq: 1,
    request_id: ANN_ID,
    created_at: ((NOW - HOUR) / 1000).toFixed(3),
    request_headers: '',
    request: '',
    response_headers: 'content-type: application/json',
    response: '',
    flags: [],
  };
  const bodies = [
    {
      ...body,
      attempt: 1,
      request_headers: 'content-type: application/json',
      request: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Who spends most?' }] }),
      response: '{"error":{"message":"try again"}}',
    },
    {
      ...body,
      attempt: 2,
      response: JSON.stringify({
        choices: [{ message: { role: 'assistant', content: 'Ann does.' }, finish_reason: 'stop' }],
      }),
    },
  ];
  await inserts.bodies(bodies, 'bodies');
  await inserts.bodies(bodies, 'bodies again, as halves of a refused slice may');
  await ingest.close();
  warehouse = as(engine.users.dashboard);
  asking = { warehouse, now: NOW };
});

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
});

describe('the summary', () => {
  it('adds money exactly and names what is uncertain', async () => {
    const answer = api.summaryAnswer.parse(await askSummary(asking, view()));
    expect(answer.current).toMatchObject({
      spend: SPEND,
      requests: 11,
      unpricedRequests: 1,
      estimatedRequests: 1,
      estimatedSpend: '0.000000007',
      tokens: 11 * 150,
      errorRate: 1 / 11, // who hung up is no error
      latencyP50: 600,
    });
    expect(answer.previous).toMatchObject({ spend: '2.500000000', requests: 1 });
  });

  it('shows the money that names neither user nor feature', async () => {
    const { unattributed } = await askSummary(asking, view());
    expect(unattributed).toEqual({
      spend: '0.000000007',
      requests: 2,
      rows: [{ keyId: 'key-x', userAgent: 'curl/8', spend: '0.000000007', requests: 2 }],
    });
  });

  it('names the streams that nobody asked for their usage, and what they cost by our count', async () => {
    const range = { from: new Date(NOW - 73 * HOUR).toISOString(), to: new Date(NOW - 71 * HOUR).toISOString() };
    const { unasked } = await askSummary(asking, view({ kind: 'demo', range }));
    expect(unasked).toEqual({ spend: '0.000000300', requests: 1 });
  });

  it('keeps demo apart', async () => {
    expect((await askSummary(asking, view({ kind: 'demo' }))).current).toMatchObject({
      spend: '99.000000000',
      requests: 1,
    });
  });

  it('answers an empty range with unknowns, never with NaN', async () => {
    const range = { from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z' };
    const answer = api.summaryAnswer.parse(await askSummary(asking, view({ range })));
    expect(answer.current).toMatchObject({ requests: 0, latencyP50: null, ttftP95: null, costPerRequest: null });
  });
});

describe('a series', () => {
  it('shows the seven largest and puts the rest into Other', async () => {
    const answer = api.seriesAnswer.parse(
      await askSeries(asking, { view: view(), metric: 'spend', splitBy: 'user_id' }),
    );
    expect(answer.series.map(({ value }) => value)).toEqual([...users.slice(0, 7), 'Other']);
    const other = answer.series.at(-1);
    const sum = (other?.exact ?? []).reduce((total, each) => total + fromDecimal(each ?? '0'), 0n);
    // hal and ivy: 2 × 10^9 - 100,000,001 × (7 + 8), and the estimate's 7
    expect(toDecimal(nanoUsd(sum))).toBe(toDecimal(nanoUsd(2_000_000_000n - 100_000_001n * 15n + 7n)));
    expect(answer.running).toBe(answer.buckets.length - 1);
  });

  it.each([
    { name: 'even buckets', range: { preset: '24h' } as const, timeZone: 'UTC' },
    {
      name: 'a day of 25 hours',
      range: { from: '2026-10-20T00:00:00Z', to: '2026-11-02T10:00:00Z' },
      timeZone: 'Europe/Berlin',
    },
    {
      name: 'months',
      range: { from: '2010-01-01T00:00:00Z', to: '2026-11-02T10:00:00Z' },
      timeZone: 'America/New_York',
    },
  ])('adds up to the summary: $name', async ({ range, timeZone }) => {
    const wanted = await askSummary(asking, view({ range, timeZone }));
    const { series } = await askSeries(asking, { view: view({ range, timeZone }), metric: 'spend', splitBy: null });
    const total = (series[0]?.exact ?? []).reduce((sum, each) => sum + fromDecimal(each ?? '0'), 0n);
    expect(toDecimal(nanoUsd(total))).toBe(wanted.current.spend);
  });

  it('leaves a gap where a quantile has nothing to say, and a zero where a count has', async () => {
    const quiet = view({ filters: [{ field: 'user_id', op: 'is', values: ['bob'] }] });
    const latency = await askSeries(asking, { view: quiet, metric: 'latency_p95', splitBy: null });
    expect(latency.series[0]?.points.filter((point) => point !== null)).toEqual([200]);
    const requests = await askSeries(asking, { view: quiet, metric: 'requests', splitBy: null });
    expect(requests.series[0]?.points.filter((point) => point === 0)).toHaveLength(requests.buckets.length - 1);
  });

  it.each(metric.options)('of %s can be asked for, split by a property', async (each) => {
    api.seriesAnswer.parse(await askSeries(asking, { view: view(), metric: each, splitBy: 'property.plan' }));
  });
});

describe('a breakdown', () => {
  const ask = {
    dimension: 'user_id',
    second: null,
    sort: { metric: 'spend', descending: true },
    search: '',
    limit: 3,
    offset: 0,
  } as const;

  it('pages through the values, dearest first', async () => {
    const first = api.breakdownAnswer.parse(await askBreakdown(asking, { ...ask, view: view() }));
    expect(first.rows.map(({ value }) => value)).toEqual(['ann', 'bob', 'cho']);
    expect(first.total).toBe(10); // nine and nobody
    expect(first.rows[0]?.figures.spend).toBe('1.000000000');
    expect(first.rows[0]?.spark.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
    expect(first.rows[0]?.lastAt).toBe('2026-11-02T09:00:00.000Z');
    const last = await askBreakdown(asking, { ...ask, view: view(), offset: 9 });
    expect(last.rows.map(({ value }) => value)).toEqual(['']);
    const beyond = await askBreakdown(asking, { ...ask, view: view(), offset: 50 });
    expect(beyond).toMatchObject({ rows: [], total: 10 });
  });

  it('searches without minding case', async () => {
    const { rows: found, total } = await askBreakdown(asking, { ...ask, view: view(), search: 'A' });
    expect(found.map(({ value }) => value)).toEqual(['ann', 'dan', 'fay']);
    expect(total).toBe(4); // and hal
  });

  it('makes rows of pairs', async () => {
    const pairs = await askBreakdown(asking, {
      ...ask,
      view: view(),
      dimension: 'feature',
      second: 'property.plan',
      limit: 10,
    });
    expect(pairs.rows.map(({ value, second }) => [value, second])).toEqual([
      ['chat', 'pro'],
      ['search', 'free'],
      ['', ''],
    ]);
  });

  it.each(plainDimension.options)('by %s', async (dimension) => {
    const answer = api.breakdownAnswer.parse(
      await askBreakdown(asking, { ...ask, view: view(), dimension, limit: 100 }),
    );
    expect(answer.rows.reduce((sum, row) => sum + row.figures.requests, 0)).toBe(11);
  });

  it.each(metric.options)('sorted by %s, up and down', async (each) => {
    for (const descending of [true, false]) {
      await askBreakdown(asking, { ...ask, view: view(), sort: { metric: each, descending } });
    }
  });
});

describe('requests', () => {
  it.each(api.requestSort.options.flatMap((sort) => [true, false].map((descending) => ({ sort, descending }))))(
    'by $sort, descending $descending: every one once, page by page, the unknown last',
    async ({ sort, descending }) => {
      const seen: api.RequestLine[] = [];
      let after: string | null = null;
      do {
        const page: api.RequestsAnswer = api.requestsAnswer.parse(
          await askRequests(asking, { view: view(), sort, descending, after, limit: 2 }),
        );
        seen.push(...page.rows);
        after = page.next;
      } while (after !== null);
      expect(new Set(seen.map(({ seq }) => seq)).size).toBe(11);
      expect(seen).toHaveLength(11);
      const values = seen.map(sortValue(sort));
      const known = values.filter((value) => value !== null);
      expect(values.slice(0, known.length)).toEqual(known);
      const ordered = [...known].sort((one, two) => (descending ? two - one : one - two));
      expect(known).toEqual(ordered);
    },
  );

  const sortValue = (sort: (typeof api.requestSort.options)[number]) => (line: api.RequestLine) => {
    const values = {
      created_at: Date.parse(line.createdAt),
      cost_usd: line.cost === null ? null : Number(line.cost),
      latency_ms: line.latencyMs,
      ttft_ms: line.ttftMs,
      input_tokens: line.inputTokens,
      output_tokens: line.outputTokens,
    };
    return values[sort];
  };

  it.each([
    { name: 'no user', filter: { field: 'user_id', op: 'is', values: [''] } as const, seqs: [10, 11] },
    { name: 'a property', filter: { field: 'property.plan', op: 'is', values: ['free'] } as const, seqs: [2, 4, 6, 8] },
    {
      name: 'not a user',
      filter: { field: 'user_id', op: 'is_not', values: ['ann', 'bob', ''] } as const,
      seqs: [3, 4, 5, 6, 7, 8, 9],
    },
    {
      name: 'a part of a name',
      filter: { field: 'model', op: 'contains', values: ['MINI'] } as const,
      seqs: [4, 5, 6, 7, 8, 9, 10, 11],
    },
    { name: 'a status', filter: { field: 'status', op: 'is', values: ['500'] } as const, seqs: [10] },
    { name: 'slow ones', filter: { field: 'latency_ms', op: 'at_least', values: ['850'] } as const, seqs: [9] },
    {
      name: 'money to the nano',
      filter: { field: 'cost_usd', op: 'at_most', values: ['0.000000007'] } as const,
      seqs: [11],
    },
    { name: 'an id', filter: { field: 'request_id', op: 'is', values: [ANN_ID] } as const, seqs: [1] },
    { name: 'streamed', filter: { field: 'streamed', op: 'is', values: ['true'] } as const, seqs: [] },
    { name: 'an attack', filter: { field: 'user_id', op: 'is', values: ["' OR 1=1 --"] } as const, seqs: [] },
    { name: 'a tab and a newline', filter: { field: 'user_id', op: 'is', values: ['a\tb\nc\\'] } as const, seqs: [] },
  ])('filtered: $name', async ({ filter, seqs }) => {
    const filters = [{ ...filter, values: [...filter.values] }];
    const page = await askRequests(asking, {
      view: view({ filters }),
      sort: 'created_at',
      descending: true,
      after: null,
      limit: 50,
    });
    expect(page.rows.map(({ seq }) => seq).sort((one, two) => one - two)).toEqual(seqs);
  });

  it('counts those that came since', async () => {
    const since = { createdAt: new Date(NOW - HOUR).toISOString(), outboxId: 'one', seq: 1 };
    expect(await askNewer(asking, { view: view(), since })).toEqual({ count: 2 });
  });

  it('can be cut short by who asked', async () => {
    const gone = new AbortController();
    const answer = askSummary({ ...asking, signal: gone.signal }, view());
    gone.abort();
    await expect(answer).rejects.toMatchObject({ code: 'warehouse_busy' });
  });
});

describe('one request', () => {
  it('is shown with its attempts, its bodies once, and what was said', async () => {
    const detail = api.requestDetail.parse(await askDetail(asking, ANN_ID, null));
    expect(detail.line).toMatchObject({ userId: 'ann', cost: '1.000000000' });
    expect(detail.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 200],
    ]);
    expect(detail.attempts[0]?.requestBody).toContain('Who spends most?');
    expect(detail.conversation?.sent.at(-1)?.parts).toEqual([{ type: 'text', text: 'Who spends most?' }]);
    expect(detail.conversation?.received[0]?.parts).toEqual([{ type: 'text', text: 'Ann does.' }]);
    expect(detail.sameId).toBe(1);
    expect(detail.attempts[1]?.receipt.reason).not.toBe('');
  });

  it('is not found by an id that nobody has', async () => {
    await expect(askDetail(asking, '018bcfe5-687b-7000-8000-00000000ffff', null)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('what a filter offers', () => {
  it('is the most frequent values', async () => {
    const { values } = api.valuesAnswer.parse(await askValues(asking, 'model', 'MINI', 'app'));
    expect(values).toEqual([{ value: 'gpt-4o-mini', requests: 9 }]);
    expect((await askValues(asking, 'property.plan', '', 'app')).values).toEqual([
      { value: 'pro', requests: 5 },
      { value: 'free', requests: 4 },
    ]);
    expect(await askPropertyNames(asking, 'app')).toEqual({ names: ['plan'] });
  });
});
