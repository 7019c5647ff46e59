import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { createInserts } from '../../../clickhouse/inserts.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { createApp } from '../../../dashboard/server/app.ts';
import { listen } from '../../../dashboard/server/listen.ts';
import { type RepricingWorker, startRepricingWorker } from '../../../dashboard/server/repricing-worker.ts';
import * as api from '../../../domain/api.ts';
import * as moneyApi from '../../../domain/money-api.ts';
import { encodePricingFacts } from '../../../domain/prices/pricing-facts.ts';
import { createLog } from '../../../process/log.ts';
import { attemptRow } from '../../harness/attempt-row.ts';
import { moneyParts, plainExperiments } from '../../harness/money-parts.ts';
import { until } from '../../harness/stack.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const TOKEN = 'a-token-of-the-tests-only';
const NOON = Date.parse('2026-11-02T12:00:00Z');
const DAY = 86_400_000;
const declared = { id: 'own-gpu', version: 0, value: { provider: 'vllm', model: '*', free: true as const, note: '' } };

let engine: TestWarehouse;
let warehouse: Warehouse;
let worker: RepricingWorker;
let server: Server;
let url: string;

// A model that no list knows, at 100 + 50 tokens a call: two calls a day, on two days.
const unknown = [0, 1, 2, 3].map((n) => {
  const at = NOON + (n % 2) * DAY + n;
  const names = { provider: 'openai', model: 'house-blend', response_model: 'house-blend-v2' };
  return attemptRow(at, 'one', n + 1, {
    ...names,
    request_id: `018bcfe5-687b-7000-8000-00000000000${n}`,
    cost_usd: null,
    cost_status: 'unpriced',
    cost_breakdown: JSON.stringify({
      lines: [],
      priceModel: '',
      source: '',
      priceFrom: '',
      tier: '',
      reason: 'no price',
    }),
    pricing_facts: encodePricingFacts({
      provider: names.provider,
      model: names.model,
      responseModel: names.response_model,
      at: new Date(at),
      usage: {
        input: 100,
        cacheRead: 0,
        cacheWrite5m: null,
        cacheWrite1h: null,
        output: 50,
        reasoning: 0,
        audioInput: null,
        audioOutput: null,
        image: null,
      },
      reportedCost: null,
      status: 200,
      estimated: false,
      hiddenReasoning: false,
      complete: true,
    }),
  });
});

beforeAll(async () => {
  engine = await startWarehouse();
  const as = ({ username, password }: { username: string; password: string }) =>
    createWarehouse({ url: engine.url, user: username, password });
  const ingest = as(engine.users.ingest);
  await migrate(ingest);
  await createInserts(ingest).attempts([...unknown, attemptRow(NOON, 'one', 9, { cost_usd: '0.25' })], 'rows');
  await ingest.close();
  // As in production: with the dashboard's credential, which may do nothing but its work.
  warehouse = as(engine.users.dashboard);
  const log = createLog('dashboard', 'silent');
  const parts = moneyParts(warehouse, { overrides: [declared], aliases: [] });
  worker = startRepricingWorker(parts.repricing, log);
  const config = {
    host: '127.0.0.1',
    port: 0,
    publicHosts: [],
    token: TOKEN,
    proxyUrl: 'http://127.0.0.1:9',
    proxyKey: null,
    configPath: null,
    warehouse: { url: engine.url, user: '', password: '' },
  };
  const money = { ...parts, wake: worker.wake };
  server = createServer(
    createApp({
      config,
      warehouse,
      children: () => [],
      log,
      money,
      experiments: plainExperiments,
      routes: async () => [],
      web: '/nowhere',
    }),
  );
  url = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}`;
});

afterAll(async () => {
  await worker.stop();
  server.closeAllConnections();
  server.close();
  await warehouse.close();
  await engine.stop();
});

const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
const get = (path: string) => fetch(`${url}/api${path}`, { headers }).then((response) => response.json());
const send = (path: string, body: unknown) =>
  fetch(`${url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
const post = async (path: string, body: unknown) => {
  const response = await send(path, body);
  const answer: unknown = await response.json();
  expect({ path, status: response.status, answer }).toMatchObject({ status: 200 });
  return answer;
};
const problem = async (path: string, body: unknown) => {
  const response = await send(path, body);
  return { status: response.status, ...api.apiError.parse(await response.json()).error };
};

const priced = { provider: 'openai', model: 'house-blend*', prices: { input: '1', output: '2' }, note: '' };

describe('price overrides', () => {
  it('are made, changed and deleted, each with its trail; those of the file are read', async () => {
    const made = moneyApi.configEntry.parse(await post('/price-overrides', { version: 0, value: priced }));
    expect(made).toMatchObject({ version: 1, source: 'dashboard', who: 'dashboard', value: priced });
    const changed = { ...priced, note: 'by contract' };
    await post('/price-overrides', { id: made.id, version: 1, value: changed });
    expect(await problem('/price-overrides', { id: made.id, version: 1, value: priced })).toMatchObject({
      status: 409,
      code: 'stale',
    });
    const { entries } = moneyApi.configEntries.parse(await get('/price-overrides'));
    expect(entries).toMatchObject([
      { id: 'own-gpu', version: 0, source: 'file', at: null },
      { id: made.id, version: 2, value: changed },
    ]);
    await post('/price-overrides/delete', { id: made.id, version: 2 });
    const trail = moneyApi.configEntries.parse(await get(`/price-overrides/history?id=${made.id}`));
    expect(trail.entries.map(({ version, deleted }) => [version, deleted])).toEqual([
      [3, true],
      [2, false],
      [1, false],
    ]);
  });

  it('refuse what is no price, and what the file declares', async () => {
    const wrong = { provider: 'openai', model: 'x', prices: { input: 'free' } };
    expect(await problem('/price-overrides', { version: 0, value: wrong })).toMatchObject({
      status: 400,
      message: /value\.prices\.input: dollars/,
    });
    expect(await problem('/price-overrides', { id: 'own-gpu', version: 0, value: priced })).toMatchObject({
      status: 409,
      code: 'read_only',
    });
    expect(await problem('/price-overrides/delete', { id: 'nobody', version: 1 })).toMatchObject({ status: 404 });
  });

  it('are for those who are signed in, and for no page of another site', async () => {
    const body = JSON.stringify({ version: 0, value: priced });
    const stranger = { 'content-type': 'application/json' };
    for (const path of ['/price-overrides', '/repricing', '/reconciliation']) {
      expect((await fetch(`${url}/api${path}`, { method: 'POST', headers: stranger, body })).status).toBe(401);
      const foreign = { ...headers, origin: 'https://evil.example' };
      expect((await fetch(`${url}/api${path}`, { method: 'POST', headers: foreign, body })).status).toBe(403);
    }
  });
});

describe('a model without a price', () => {
  it('is listed with its traffic, gets a price, and its calls are priced by it, with the correction on the receipt', async () => {
    const { models } = moneyApi.unpricedModels.parse(await get('/unpriced-models'));
    expect(models).toMatchObject([
      {
        provider: 'openai',
        model: 'house-blend-v2',
        requests: 4,
        inputTokens: 400,
        outputTokens: 200,
        reason: 'no price',
      },
    ]);
    await post('/price-overrides', { version: 0, value: priced });

    const selection = { from: '2026-11-01T00:00:00Z', to: '2026-11-10T00:00:00Z', model: 'house-blend-v2' };
    const { id: preview } = await post('/repricing/preview', selection).then(idOf);
    const ask = async () => moneyApi.repricingPreview.parse(await get(`/repricing/preview/${preview}`));
    expect(await until(async () => (await ask()).state !== 'running')).toBe(true);
    // 100 × $1 + 50 × $2 a million = 200,000 n$ a call
    expect((await ask()).difference).toMatchObject({
      calls: 4,
      changed: 4,
      oldCost: '0.000000000',
      newCost: '0.000800000',
      rows: [
        {
          day: '2026-11-02',
          model: 'house-blend-v2',
          changed: 2,
          newCost: '0.000400000',
          oldUnpriced: 2,
          newUnpriced: 0,
        },
        {
          day: '2026-11-03',
          model: 'house-blend-v2',
          changed: 2,
          newCost: '0.000400000',
          oldUnpriced: 2,
          newUnpriced: 0,
        },
      ],
    });

    const { id } = await post('/repricing', { selection, why: 'the house has prices' }).then(idOf);
    expect(api.statusAnswer.parse(await get('/status')).repricing?.id).toBe(id);
    const job = async () => moneyApi.repricingJob.parse(await get(`/repricing/${id}`));
    expect(await until(async () => (await job()).state === 'done')).toBe(true);
    expect(await job()).toMatchObject({ changed: 4, newCost: '0.000800000', who: 'dashboard' });
    expect(moneyApi.unpricedModels.parse(await get('/unpriced-models')).models).toEqual([]);

    const detail = api.requestDetail.parse(await get(`/requests/${unknown[0]?.request_id}`));
    expect(detail.line).toMatchObject({ cost: '0.000200000', costStatus: 'exact' });
    expect(detail.attempts[0]?.receipt.lines.map(({ amountNano }) => amountNano)).toEqual(['100000', '100000']);
    expect(detail.corrections).toMatchObject([
      {
        jobId: id,
        why: 'the house has prices',
        oldCost: null,
        newCost: '0.000200000',
        oldStatus: 'unpriced',
        newStatus: 'exact',
      },
    ]);

    await post('/repricing/undo', { id, why: 'it has none' });
    const jobs = async () => moneyApi.repricingJobs.parse(await get('/repricing')).jobs;
    expect(await until(async () => (await jobs()).every(({ state }) => state === 'done'))).toBe(true);
    expect((await jobs()).map(({ undoes, undoneBy }) => [undoes !== '', undoneBy !== ''])).toEqual([
      [true, false],
      [false, true],
    ]);
    // An answer is given again for a second.
    const corrections = async () =>
      api.requestDetail.parse(await get(`/requests/${unknown[0]?.request_id}`)).corrections;
    await expect.poll(corrections).toHaveLength(2);
    expect(moneyApi.unpricedModels.parse(await get('/unpriced-models')).models).toHaveLength(1);
  }, 120_000);
});

describe('an invoice', () => {
  it('is held against what stands here', async () => {
    const text = 'date,model,amount_usd\n2026-11-02,gpt-4o-mini-2024-07-18,0.25\n2026-11-02,gpt-9,1.5\n';
    const answer = moneyApi.reconciliationAnswer.parse(await post('/reconciliation', { text, provider: 'openai' }));
    expect(answer).toMatchObject({
      format: 'generic-csv',
      from: '2026-11-02',
      to: '2026-11-02',
      difference: '1.500000000',
    });
    expect(answer.rows.map(({ model, reason }) => [model, reason])).toEqual([
      ['gpt-4o-mini-2024-07-18', 'equal'],
      ['gpt-9', 'bypassed'],
      ['house-blend-v2', 'unpriced'],
    ]);
  });

  it('that cannot be read is refused with its place, and one that is too long before it is read', async () => {
    const text = 'date,model,amount_usd\n2026-11-02,gpt-9,many\n';
    expect(await problem('/reconciliation', { text })).toMatchObject({
      status: 400,
      message: 'line 2, column amount_usd: not an amount: "many"',
    });
    expect(await problem('/reconciliation', { text: 'x'.repeat(26_000_000) })).toMatchObject({ status: 413 });
  });
});

const idOf = (answer: unknown) => {
  if (typeof answer === 'object' && answer !== null && 'id' in answer) return { id: String(answer.id) };
  throw new Error('no id in the answer');
};
