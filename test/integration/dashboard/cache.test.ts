import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { createInserts } from '../../../clickhouse/inserts.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { askCache } from '../../../clickhouse/query/cache.ts';
import { askPromptCaches } from '../../../clickhouse/query/prompt-caches.ts';
import { askRepeats } from '../../../clickhouse/query/repeats.ts';
import type { BodyRow } from '../../../clickhouse/rows.ts';
import { emptyReceipt, type Receipt } from '../../../domain/prices/receipt.ts';
import type { View } from '../../../domain/view.ts';
import { attemptRow } from '../../harness/attempt-row.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const view: View = { range: { preset: '30d' }, timeZone: 'UTC', kind: 'app', filters: [] };
const only = (field: 'feature' | 'prompt_id', value: string): View => ({
  ...view,
  filters: [{ field, op: 'is', values: [value] }],
});

let engine: TestWarehouse;
let warehouse: Warehouse;

type Over = Parameters<typeof attemptRow>[3];
let seq = 0;
const made = (at: number, over: Over, request = '', flags: string[] = []) => {
  seq += 1;
  const row = attemptRow(at, 'one', seq, over);
  const body: BodyRow = {
    ...{ outbox_id: 'one', seq, attempt: row.attempt, request_id: row.request_id, created_at: row.created_at },
    ...{ request_headers: '', request, response_headers: '', response: '', flags },
  };
  return { row, body };
};
const asks = (question: string) =>
  JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: question }] });

const miss: Over = { feature: 'faq', cache_outcome: 'miss', lane: 'routed', latency_ms: 900 };
/* The call took 900 ms when it was made, the hit 4. */
const hit: Over = {
  ...{ feature: 'faq', cache_outcome: 'hit', lane: 'routed', attempt: 0, attempts: 0, cost_usd: '0.000000000' },
  ...{ cache_saved_usd: '0.000045001', input_tokens: null, output_tokens: null, latency_ms: 900, total_latency_ms: 4 },
};
const plain: Over = { feature: 'plain', prompt_id: 'greeting', cost_usd: '0.000045000', latency_ms: 800 };

const exchanges = [
  made(NOW - 5 * HOUR, miss, asks('Where is my order?')),
  made(NOW - 4 * HOUR, hit, asks('Where is my order?')),
  made(NOW - 4 * HOUR, hit, asks('Where is my order?')),
  made(NOW - 4 * HOUR, { ...miss, model: 'gpt-4o' }, asks('How do I pay?')),
  /* Waited for the call of another, and longer than that took. */
  made(NOW - 4 * HOUR, { ...hit, model: 'gpt-4o', total_latency_ms: 950 }, asks('How do I pay?')),
  /* No price is known of what it saved. */
  made(NOW - 3 * HOUR, { ...hit, model: 'house-blend', cache_saved_usd: '0' }, asks('Who are you?')),

  made(NOW - 20 * DAY, plain, asks('Hello')),
  made(NOW - 16 * DAY, { ...plain, latency_ms: 700 }, asks('Hello')),
  /* 7 days and an hour after the first: a new call, which is kept in turn. */
  made(NOW - 13 * DAY + HOUR, plain, asks('Hello')),
  made(NOW - 7 * DAY, { ...plain, cost_usd: '9.500000001', latency_ms: 600 }, asks('Hello')),
  made(NOW - 7 * DAY + HOUR, { ...plain, cost_usd: null, cost_status: 'unpriced', latency_ms: 500 }, asks('Hello')),
  /* None of these repeats it: another key, another model, an error, a body that was cut. */
  made(NOW - 7 * DAY, { ...plain, key_id: 'key-2' }, asks('Hello')),
  made(NOW - 7 * DAY, { ...plain, model: 'gpt-4o' }, asks('Hello')),
  made(NOW - 7 * DAY, { ...plain, status: 500, error_kind: 'status' }, asks('Hello')),
  made(NOW - 7 * DAY, plain, asks('Hello'), ['request_truncated']),
];

const receipt = (cacheSavedNano: string, lines: Receipt['lines'] = []) =>
  JSON.stringify({ ...emptyReceipt, lines, cacheSavedNano });
/* A model that bills what it reads from its cache as any other input. */
const asInput = {
  item: 'cacheRead',
  units: 400,
  pricePico: '1000',
  amountNano: '400',
  note: '',
  model: '',
  source: '',
};
const long: Over = { feature: 'long', provider: 'anthropic', model: 'claude-sonnet-4-5', input_tokens: 1_000 };
const calls = [
  { ...long, cache_write_5m_tokens: 9_000, cost_breakdown: receipt('0') },
  { ...long, cache_read_tokens: 9_000, cost_breakdown: receipt('24300000') },
  { ...long, cache_read_tokens: 9_000, cost_breakdown: receipt('24300001') },
  { ...long, cache_read_tokens: 400, cost_breakdown: receipt('0', [asInput]) },
  /* The provider's own figure was billed, and says nothing of it. */
  { ...long, cache_read_tokens: 100, cost_breakdown: receipt('0') },
].map((over) => made(NOW - HOUR, over));

beforeAll(async () => {
  engine = await startWarehouse();
  const { username: user, password } = engine.users.ingest;
  warehouse = createWarehouse({ url: engine.url, user, password });
  await migrate(warehouse);
  const all = [...exchanges, ...calls];
  const inserts = createInserts(warehouse);
  const bodies = all.map(({ body }) => body);
  await inserts.bodies(bodies, 'bodies');
  /* As after a refused slice: its bodies stand twice. */
  await inserts.bodies(bodies.slice(6, 8), 'bodies again');
  await inserts.attempts(
    all.map(({ row }) => row),
    'rows',
  );
});

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
});

describe('what the cache did', () => {
  const ask = (by: 'feature' | 'model', of = view) => askCache({ warehouse, now: NOW }, { view: of, by });

  it('adds up to the ledger, to the nano-dollar', async () => {
    const { total } = await ask('model');
    const text = `SELECT sum(cache_saved_usd) AS saved, countIf(cache_outcome = 'hit') AS hits FROM spendlens.requests`;
    const ledger = z.object({ saved: z.string(), hits: z.coerce.number() });
    const [stands] = await warehouse.rows(ledger, { text, params: {} });
    expect(stands).toEqual({ saved: total.saved, hits: total.hits });
    /* 3 × 0.000045001, and one whose price nobody knows */
    expect(total).toMatchObject({ hits: 4, misses: 2, saved: '0.000135003', unpricedHits: 1 });
  });

  it('saved the time that the calls took, less that of the hits', async () => {
    /* 3 × (900 − 4), and no less than nothing for the one that waited */
    expect((await ask('model')).total.savedMs).toBeCloseTo(2_688, 1);
  });

  it('by what was asked for', async () => {
    const { rows } = await ask('model');
    expect(rows.map(({ value, hits, misses, saved }) => [value, hits, misses, saved])).toEqual([
      ['gpt-4o-mini', 2, 1, '0.000090002'],
      ['gpt-4o', 1, 1, '0.000045001'],
      ['house-blend', 1, 0, '0.000000000'],
    ]);
    expect((await ask('feature')).rows).toMatchObject([{ value: 'faq', hits: 4, misses: 2 }]);
  });

  it('over time, with gaps where nobody asked', async () => {
    const day: View = { ...view, range: { preset: '24h' } };
    const { buckets, hitRates } = await ask('model', day);
    const at = (value: string | null, hoursAgo: number) => {
      const line = hitRates.find((each) => each.value === value);
      return line?.points[buckets.indexOf(new Date(NOW - hoursAgo * HOUR).toISOString())];
    };
    expect(at(null, 5)).toBe(0);
    /* 2 of gpt-4o-mini and 1 of gpt-4o, one of whose two was a miss */
    expect(at(null, 4)).toBe(3 / 4);
    expect(at('gpt-4o', 4)).toBe(1 / 2);
    expect(at('gpt-4o', 5)).toBeNull();
    expect(at(null, 2)).toBeNull();
  });

  it('says nothing where nobody asked it', async () => {
    const answer = await ask('model', only('feature', 'plain'));
    expect(answer.total).toEqual({ hits: 0, misses: 0, saved: '0.000000000', unpricedHits: 0, savedMs: 0 });
    expect(answer.hitRates).toHaveLength(1);
  });
});

describe('the same request again', () => {
  const ask = (of = view) => askRepeats({ warehouse, now: NOW }, of);

  it('would have been answered for a week after each call', async () => {
    const answer = await ask(only('prompt_id', 'greeting'));
    /* called on day 20, kept for day 16; called on day 13, kept for the two of day 7 */
    expect(answer).toMatchObject({ repeats: 3, unpricedRepeats: 1, couldSave: '9.500045001', couldSaveMs: 1_800 });
    expect(answer.prompts).toHaveLength(1);
    expect(answer.prompts[0]).toMatchObject({
      ...{ text: 'Hello', model: 'gpt-4o-mini', feature: 'plain', promptId: 'greeting' },
      ...{ requests: 5, hits: 0, repeats: 3, couldSave: '9.500045001' },
    });
    expect(answer.prompts[0]?.requestIds).toHaveLength(5);
  });

  it('shows what was repeated and was asked of the cache, whose savings are had already', async () => {
    const answer = await ask(only('feature', 'faq'));
    expect(answer.repeats).toBe(0);
    expect(answer.prompts.map(({ text, requests, hits, saved }) => [text, requests, hits, saved])).toEqual([
      ['Where is my order?', 3, 2, '0.000090002'],
      ['How do I pay?', 2, 1, '0.000045001'],
    ]);
  });

  it('names the requests that it found', async () => {
    const [prompt] = (await ask(only('feature', 'faq'))).prompts;
    const wanted = exchanges.slice(0, 3).map(({ row }) => row.request_id);
    expect(prompt?.requestIds.toSorted()).toEqual(wanted.toSorted());
  });

  it('says how far it looked', async () => {
    const whole = await ask(only('prompt_id', 'greeting'));
    expect(whole).toMatchObject({ compared: 8, cut: false, since: new Date(NOW - 20 * DAY).toISOString() });
    const few = (bounds: { requests: number; bytes: number }) =>
      askRepeats({ warehouse, now: NOW }, only('prompt_id', 'greeting'), bounds);
    expect(await few({ requests: 4, bytes: 1e9 })).toMatchObject({ compared: 4, cut: true });
    /* 400 bytes each */
    expect(await few({ requests: 100, bytes: 1_000 })).toMatchObject({ compared: 2, cut: true });
  });
});

describe('the providers’ own prompt caches', () => {
  it('saved what the receipts say', async () => {
    const answer = await askPromptCaches({ warehouse, now: NOW }, only('feature', 'long'));
    /* 9,000 × (3,000 − 300) n$ twice, one of them a nano-dollar more */
    expect(answer).toMatchObject({ saved: '0.048600001', untold: 1, readTokens: 18_500, inputTokens: 32_500 });
    expect(answer.rows).toEqual([
      {
        ...{ provider: 'anthropic', model: 'claude-sonnet-4-5', calls: 5 },
        ...{ inputTokens: 32_500, readTokens: 18_500, writtenTokens: 9_000, saved: '0.048600001', untold: 1 },
      },
    ]);
  });
});
