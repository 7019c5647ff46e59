import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { createApp } from '../../../dashboard/server/app.ts';
import { listen } from '../../../dashboard/server/listen.ts';
import { experimentsOf, parseConfig } from '../../../domain/config.ts';
import { experimentDistributions } from '../../../domain/experiments/distributions.ts';
import { experimentPreview, experimentResults, experimentSeries } from '../../../domain/experiments/results.ts';
import { configEntries, configEntry } from '../../../domain/money-api.ts';
import { builtInProviders } from '../../../domain/providers.ts';
import { createLog } from '../../../process/log.ts';
import { fillExposures } from '../../harness/exposures.ts';
import { moneyParts } from '../../harness/money-parts.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const TOKEN = 'a-token-of-the-tests-only';
const file = `
experiments:
  - id: from-the-file
    name: Declared in the file
    unit: user
    variants: [{ name: control, share: 0.5 }, { name: b, share: 0.5, model: gpt-4o-mini }]
`;

let engine: TestWarehouse;
let ingest: Warehouse;
let warehouse: Warehouse;
let server: Server;
let url: string;

beforeAll(async () => {
  engine = await startWarehouse();
  const as = ({ username, password }: { username: string; password: string }) =>
    createWarehouse({ url: engine.url, user: username, password });
  ingest = as(engine.users.ingest);
  await migrate(ingest);
  await fillExposures(ingest, {
    experiment: 'from-the-file',
    units: 600,
    requestsPerUnit: 4,
    days: 6,
    seed: 3,
    arms: [
      { name: 'control', share: 0.5, medianCost: 0.01, goodShare: 0.9 },
      { name: 'b', share: 0.5, medianCost: 0.006, goodShare: 0.9 },
    ],
  });
  warehouse = as(engine.users.dashboard);
  const config = {
    host: '127.0.0.1',
    port: 0,
    publicHosts: [],
    token: TOKEN,
    proxyUrl: 'http://127.0.0.1:1',
    proxyKey: null,
    configPath: null,
    warehouse: { url: engine.url, user: '', password: '' },
  };
  const experiments = {
    declared: async () => experimentsOf(parseConfig(file, 'spendlens.yaml')),
    providers: async () =>
      builtInProviders.map((each) => (each.name === 'groq' ? { ...each, keyFrom: 'GROQ_KEY' } : each)),
  };
  const money = { ...moneyParts(warehouse), wake: () => undefined };
  const log = createLog('test', 'silent');
  server = createServer(
    createApp({
      config,
      warehouse,
      children: () => [],
      log,
      money,
      experiments,
      routes: async () => [],
      web: '/nowhere',
    }),
  );
  url = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await Promise.all([warehouse.close(), ingest.close()]);
  await engine.stop();
});

async function call(method: 'GET' | 'POST', path: string, body?: unknown, token = TOKEN) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

const setup = {
  name: 'A cheaper model',
  unit: 'user',
  variants: [
    { name: 'control', share: 0.5 },
    { name: 'b', share: 0.5, model: 'gpt-4o-mini' },
  ],
};
const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const messageOf = (body: unknown) => refusal.parse(body).error.message;

async function make(value: object) {
  return configEntry.parse((await call('POST', '/api/experiments', { version: 0, value })).body);
}

describe('experiments over the API', () => {
  it('are made with a salt of their own, started, and stopped for good; each step stays in the trail', async () => {
    const draft = await make(setup);
    expect(draft.value['salt']).toMatch(/^[0-9a-f]{24}$/);
    const step = async (version: number, status: string) =>
      call('POST', '/api/experiments', { id: draft.id, version, value: { ...draft.value, status } });
    expect((await step(1, 'running')).status).toBe(200);
    expect((await step(2, 'stopped')).status).toBe(200);
    const again = await step(3, 'running');
    expect(again.status).toBe(400);
    expect(messageOf(again.body)).toBe('it is stopped and cannot become running');
    const history = configEntries.parse((await call('GET', `/api/experiments/history?id=${draft.id}`)).body);
    expect(history.entries.map(({ value }) => value['status'])).toEqual(['stopped', 'running', 'draft']);
  });

  it.each([
    {
      name: 'a share that is missing',
      change: {
        variants: [
          { name: 'control', share: 0.5 },
          { name: 'b', share: 0.4 },
        ],
      },
      says: /add up to 1/,
    },
    {
      name: 'a control that changes something',
      change: {
        variants: [
          { name: 'control', share: 0.5, model: 'x' },
          { name: 'b', share: 0.5 },
        ],
      },
      says: /control that changes nothing/,
    },
    { name: 'a single variant', change: { variants: [{ name: 'control', share: 1 }] }, says: /two to six/ },
    {
      name: 'a parameter that decides what is asked',
      change: {
        variants: [
          { name: 'control', share: 0.5 },
          { name: 'b', share: 0.5, parameters: { messages: [] } },
        ],
      },
      says: /no model, messages/,
    },
    { name: 'a goal without its score', change: { goal: 'score' }, says: /name of the scores/ },
    {
      name: 'a provider without a credential, at the start',
      change: {
        status: 'running',
        variants: [
          { name: 'control', share: 0.5 },
          { name: 'b', share: 0.5, model: 'mistral/mistral-small' },
        ],
      },
      says: /variant b: mistral has no credential; name its variable as providers\.mistral\.keyFrom/,
    },
    {
      name: 'a provider that nobody knows, at the start',
      change: {
        status: 'running',
        variants: [
          { name: 'control', share: 0.5 },
          { name: 'b', share: 0.5, fallbacks: ['nowhere/x'] },
        ],
      },
      says: /variant b: there is no provider nowhere/,
    },
  ])('refuses $name', async ({ change, says }) => {
    const answer = await call('POST', '/api/experiments', { version: 0, value: { ...setup, ...change } });
    expect(answer.status).toBe(400);
    expect(messageOf(answer.body)).toMatch(says);
  });

  it('with a provider that has a credential starts', async () => {
    const entry = await make({
      ...setup,
      status: 'running',
      variants: [
        { name: 'control', share: 0.5 },
        { name: 'b', share: 0.5, model: 'groq/llama-3.3-70b-versatile' },
      ],
    });
    expect(entry.value['status']).toBe('running');
  });

  it('keeps what decides about units once it has run, and refuses a stale change', async () => {
    const { id, value } = await make({ ...setup, status: 'running' });
    const moved = { ...value, unit: 'session' };
    const refused = await call('POST', '/api/experiments', { id, version: 1, value: moved });
    expect(messageOf(refused.body)).toMatch(/stay once it has run/);
    expect(
      (await call('POST', '/api/experiments', { id, version: 1, value: { ...value, exposure: 0.2 } })).status,
    ).toBe(200);
    expect((await call('POST', '/api/experiments', { id, version: 1, value })).status).toBe(409);
  });

  it('declared in spendlens.yaml are listed, judged, and cannot be changed here', async () => {
    const { entries } = configEntries.parse((await call('GET', '/api/experiments')).body);
    expect(entries.find(({ id }) => id === 'from-the-file')).toMatchObject({ source: 'file', version: 0 });
    const change = await call('POST', '/api/experiments', { id: 'from-the-file', version: 0, value: setup });
    expect(change.status).toBe(409);
    const results = experimentResults.parse((await call('GET', '/api/experiments/from-the-file/results')).body);
    expect(results.arms.map(({ requests }) => requests).reduce((a, b) => a + b)).toBe(2_400);
  });

  it('has distributions of as many units and answers as the results have', async () => {
    const answer = await call('GET', '/api/experiments/from-the-file/distributions');
    const [cost, latency] = experimentDistributions.parse(answer.body).distributions;
    const { arms } = experimentResults.parse((await call('GET', '/api/experiments/from-the-file/results')).body);
    expect(cost?.arms.map(({ measured }) => measured)).toEqual(arms.map(({ units }) => units));
    expect(latency?.arms.map(({ measured }) => measured)).toEqual(arms.map(({ requests }) => requests));
  });

  it('has a course over time that ends where the results stand', async () => {
    const { points } = experimentSeries.parse((await call('GET', '/api/experiments/from-the-file/series')).body);
    const results = experimentResults.parse((await call('GET', '/api/experiments/from-the-file/results')).body);
    const last = points.filter(({ variant }) => variant === 'b').at(-1);
    const arm = results.arms.find(({ name }) => name === 'b');
    const cost = arm?.metrics.find(({ metric }) => metric === 'cost_per_unit');
    expect(last?.units).toBe(arm?.units);
    expect(last?.cost).toBeCloseTo(cost?.value ?? 0, 9);
    expect(last?.interval?.low).toBeCloseTo(cost?.interval?.low ?? 0, 6);
    expect(points.filter(({ variant }) => variant === 'b').reduce((sum, { newUnits }) => sum + newUnits, 0)).toBe(
      arm?.units,
    );
  });

  it('tells how much traffic matches and what it takes', async () => {
    const question = { unit: 'user', targeting: [{ field: 'feature', value: 'summaries' }], smallestEffect: 0.2 };
    const preview = experimentPreview.parse((await call('POST', '/api/experiments/preview', question)).body);
    expect(preview).toMatchObject({ requests: 2_400, units: 600, withoutUnit: 0 });
    // Per arm, at 600 new users in seven days for both.
    expect(preview.days).toBeCloseTo(((preview.unitsPerArm ?? 0) * 2) / (600 / 7), 6);
    const none = experimentPreview.parse(
      (await call('POST', '/api/experiments/preview', { unit: 'session', targeting: [] })).body,
    );
    expect(none).toMatchObject({ units: 0, withoutUnit: 2_400, unitsPerArm: null });
  });

  it('is nobody’s to ask without the token, and unknown ones are not found', async () => {
    expect((await call('GET', '/api/experiments', undefined, 'a-wrong-token-of-length')).status).toBe(401);
    expect((await call('GET', '/api/experiments/none/results')).status).toBe(404);
    expect((await call('GET', '/api/experiments/none/distributions')).status).toBe(404);
  });
});

describe('scores', () => {
  const idOf = async () => {
    const [row] = await ingest.rows(z.object({ request_id: z.string() }), {
      text: 'SELECT request_id FROM spendlens.requests ORDER BY seq LIMIT 1',
      params: {},
    });
    return row?.request_id ?? '';
  };

  it('by our path and by both of Helicone’s; the latest of a name stands', async () => {
    const id = await idOf();
    const ours = [
      { name: 'tone', value: 'friendly', comment: 'as agreed' },
      { name: 'accuracy', value: 0.7 },
    ];
    expect((await call('POST', `/api/requests/${id}/scores`, { scores: ours })).status).toBe(200);
    expect((await call('POST', `/v1/request/${id}/score`, { scores: { accuracy: 95, safe: true } })).status).toBe(200);
    expect((await call('POST', `/v1/request/${id}/feedback`, { rating: false })).status).toBe(200);
    const detail = (await call('GET', `/api/requests/${id}`)).body;
    const { scores } = z.object({ scores: z.array(z.object({ name: z.string(), value: z.unknown() })) }).parse(detail);
    expect(Object.fromEntries(scores.map(({ name, value }) => [name, value]))).toMatchObject({
      tone: 'friendly',
      accuracy: 95,
      safe: true,
      feedback: false,
    });
  });

  it.each([
    { path: '/v1/request/018bcfe5-687b-7000-8000-00000000dead/score', body: { scores: { a: 1 } }, status: 404 },
    { path: '/v1/request/not-an-id/score', body: { scores: { a: 1 } }, status: 400 },
    { path: '/v1/request/018bcfe5-687b-7000-8000-00000000dead/score', body: { scores: {} }, status: 400 },
    { path: '/v1/request/018bcfe5-687b-7000-8000-00000000dead/feedback', body: { rating: 'yes' }, status: 400 },
  ])('answers $status to $path $body', async ({ path, body, status }) => {
    expect((await call('POST', path, body)).status).toBe(status);
  });
});
