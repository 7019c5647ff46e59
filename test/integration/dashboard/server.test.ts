import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { createApp } from '../../../dashboard/server/app.ts';
import { listen } from '../../../dashboard/server/listen.ts';
import * as api from '../../../domain/api.ts';
import { createLog } from '../../../process/log.ts';
import { fillAttempts } from '../../harness/many-rows.ts';
import { moneyParts, plainExperiments } from '../../harness/money-parts.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const TOKEN = 'a-token-of-the-tests-only';
const COUNT = 3_000;

let engine: TestWarehouse;
let warehouse: Warehouse;
let web: string;
let proxy: Server;
let proxyPort: number;
let running: { server: Server; url: string };

const bearer = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
const view = { range: { preset: '7d' }, timeZone: 'Europe/Berlin', kind: 'app', filters: [] };

beforeAll(async () => {
  engine = await startWarehouse();
  const as = ({ username, password }: { username: string; password: string }) =>
    createWarehouse({ url: engine.url, user: username, password });
  const ingest = as(engine.users.ingest);
  await migrate(ingest);
  await fillAttempts(ingest, COUNT, 5);
  await ingest.close();
  warehouse = as(engine.users.dashboard);
  web = await mkdtemp(join(tmpdir(), 'spendlens-web-'));
  await writeFile(join(web, 'index.html'), '<!doctype html><title>Spendlens</title>');
  proxy = createServer((_request, response) => {
    response.end(
      '# TYPE spendlens_outbox_depth gauge\nspendlens_outbox_depth{worker="0"} 3\nspendlens_outbox_depth{worker="1"} 4\n',
    );
  });
  proxyPort = await listen(proxy, '127.0.0.1', 0);
  running = await start();
}, 120_000);

afterAll(async () => {
  await stop(running.server);
  await stop(proxy);
  await warehouse.close();
  await engine.stop();
  await rm(web, { recursive: true, force: true });
});

async function start(over: { warehouse?: Warehouse; token?: string } = {}) {
  const app = createApp({
    config: {
      host: '127.0.0.1',
      port: 0,
      publicHosts: ['spend.example'],
      token: over.token ?? TOKEN,
      proxyUrl: `http://127.0.0.1:${proxyPort}`,
      proxyKey: null,
      configPath: null,
      warehouse: { url: engine.url, user: '', password: '' },
    },
    warehouse: over.warehouse ?? warehouse,
    children: () => [{ name: 'ingest', pid: 1, state: 'up', restarts: 2, lastExit: 'killed by SIGKILL' }],
    log: createLog('dashboard', 'silent'),
    money: { ...moneyParts(warehouse), wake: () => undefined },
    experiments: plainExperiments,
    routes: async () => [],
    web,
  });
  const server = createServer(app);
  const port = await listen(server, '127.0.0.1', 0);
  return { server, url: `http://127.0.0.1:${port}` };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

const get = (path: string, headers: Record<string, string> = bearer) =>
  fetch(`${running.url}${path}`, { headers, redirect: 'manual' });
const post = (path: string, body: unknown, headers: Record<string, string> = bearer) =>
  fetch(`${running.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), redirect: 'manual' });
const json = { 'content-type': 'application/json' };
const problem = async (response: Response) => api.apiError.parse(await response.json()).error;

describe('who may ask', () => {
  it('nobody without a token or cookie', async () => {
    for (const response of [
      await get('/api/me', {}),
      await get('/api/status', {}),
      await post('/api/summary', { view }, json),
    ]) {
      expect(response.status).toBe(401);
      expect((await problem(response)).code).toBe('unauthorized');
    }
  });

  it('a browser that signed in, also after a restart, until the token changes', async () => {
    const response = await post('/api/sign-in', { token: TOKEN }, json);
    expect(response.status).toBe(200);
    const [set = ''] = response.headers.getSetCookie();
    expect(set).toMatch(/HttpOnly/);
    expect(set).toMatch(/SameSite=Strict/);
    const [cookie = ''] = set.split(';');
    expect(cookie).not.toContain(TOKEN);
    expect((await get('/api/me', { cookie })).status).toBe(200);
    const again = await start();
    expect((await fetch(`${again.url}/api/me`, { headers: { cookie } })).status).toBe(200);
    await stop(again.server);
    const changed = await start({ token: 'another-token-of-the-tests' });
    expect((await fetch(`${changed.url}/api/me`, { headers: { cookie } })).status).toBe(401);
    await stop(changed.server);
    expect((await get('/api/me', { cookie: `${cookie}x` })).status).toBe(401);
    const out = await post('/api/sign-out', {}, { ...json, cookie });
    expect(out.headers.getSetCookie()[0]).toMatch(/Expires=Thu, 01 Jan 1970/);
  });

  it('whoever follows the link, which loses its token on the way', async () => {
    const response = await get(`/?token=${TOKEN}`, {});
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/');
    expect(response.headers.getSetCookie()).toHaveLength(1);
    const asking = await get(`/?kind=demo&token=${TOKEN}`, {});
    expect(asking.headers.get('location')).toBe('/?kind=demo');
    const wrong = await get('/?token=wrong', {});
    expect(wrong.headers.get('location')).toBe('/?signIn=failed');
    expect(wrong.headers.getSetCookie()).toHaveLength(0);
  });

  it('nobody who guesses', async () => {
    const guessed = await start();
    const guess = (token: string) =>
      fetch(`${guessed.url}/api/sign-in`, { method: 'POST', headers: json, body: JSON.stringify({ token }) });
    for (let tries = 0; tries < 10; tries++) expect((await guess(`wrong ${tries}`)).status).toBe(401);
    const refused = await guess(TOKEN);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // A script with the right token is not locked out by those who guess at the door.
    expect((await fetch(`${guessed.url}/api/me`, { headers: bearer })).status).toBe(200);
    await stop(guessed.server);
  });
});

describe('what a foreign page cannot do', () => {
  it.each([
    { name: 'post from its own origin', headers: { ...bearer, origin: 'https://evil.example' }, status: 403 },
    { name: 'post from a sandbox', headers: { ...bearer, origin: 'null' }, status: 403 },
    { name: 'post as a form', headers: { ...bearer, 'content-type': 'text/plain' }, status: 415 },
    { name: 'post across sites', headers: { ...bearer, 'sec-fetch-site': 'cross-site' }, status: 403 },
  ])('$name', async ({ headers, status }) => {
    expect((await post('/api/summary', { view }, headers)).status).toBe(status);
  });

  it('our own page can', async () => {
    const response = await post('/api/summary', { view }, { ...bearer, origin: running.url });
    expect(response.status).toBe(200);
  });

  it.each([
    { host: 'evil.example', status: 421 },
    { host: 'localhost:1', status: 200 },
    { host: 'spend.example', status: 200 },
  ])('be answered as $host with $status', async ({ host, status }) => {
    const { request } = await import('node:http');
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      request(`${running.url}/`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(answered).toBe(status);
  });

  it('run scripts of its own here', async () => {
    const policy = (await get('/', {})).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).toContain("frame-ancestors 'none'");
  });
});

describe('the web app', () => {
  it('is the page for each of its routes, asked for anew each time', async () => {
    for (const path of ['/', '/requests', '/users/ann%40example.com']) {
      const response = await get(path, {});
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-cache']);
      expect(await response.text()).toContain('<title>Spendlens</title>');
    }
  });

  it('has no page for an asset that is gone', async () => {
    expect((await get('/assets/old-hash.js', {})).status).toBe(404);
  });
});

describe('the questions over HTTP', () => {
  const page = { view, sort: 'created_at', descending: true, after: null, limit: 3 };
  const breakdown = {
    view,
    dimension: 'user_id',
    second: null,
    sort: { metric: 'spend', descending: true },
    search: '',
    limit: 5,
    offset: 0,
  };

  it('answer in the shapes of the contract', async () => {
    const summary = api.summaryAnswer.parse(await (await post('/api/summary', { view })).json());
    expect(summary.current.requests).toBe(COUNT);
    api.seriesAnswer.parse(await (await post('/api/series', { view, metric: 'spend', splitBy: 'model' })).json());
    api.breakdownAnswer.parse(await (await post('/api/breakdown', breakdown)).json());
    const { rows } = api.requestsAnswer.parse(await (await post('/api/requests', page)).json());
    const [newest] = rows;
    if (newest === undefined) throw new Error('no rows');
    const { createdAt, outboxId, seq, requestId } = newest;
    const newer = await post('/api/requests/newer', { view, since: { createdAt, outboxId, seq } });
    expect(api.newerAnswer.parse(await newer.json())).toEqual({ count: 0 });
    const detail = await get(`/api/requests/${requestId}?outbox=${outboxId}&seq=${seq}`);
    expect(api.requestDetail.parse(await detail.json()).line.requestId).toBe(requestId);
    api.valuesAnswer.parse(await (await get('/api/values?field=user_id&search=user')).json());
    api.propertiesAnswer.parse(await (await get('/api/properties?kind=app')).json());
  });

  it('say how things stand', async () => {
    const status = api.statusAnswer.parse(await (await get('/api/status')).json());
    expect(status.rows).toEqual({ app: COUNT, demo: 0 });
    expect(status.health).toMatchObject({ complete: true, gaps: 0, deadLetters: 0, waiting: 7 });
    expect(status.health.processes).toEqual([
      { name: 'ingest', state: 'up', restarts: 2, lastExit: 'killed by SIGKILL' },
    ]);
  });

  it.each([
    {
      name: 'a body that is no JSON',
      send: () => fetch(`${running.url}/api/summary`, { method: 'POST', headers: bearer, body: '{' }),
      status: 400,
      says: 'JSON',
    },
    {
      name: 'a zone that does not exist',
      send: () => post('/api/summary', { view: { ...view, timeZone: 'X/Y' } }),
      status: 400,
      says: 'view.timeZone',
    },
    {
      name: 'a cursor of somebody else',
      send: () => post('/api/requests', { ...page, after: 'zzz' }),
      status: 400,
      says: 'after',
    },
    {
      name: 'a limit beyond the limit',
      send: () => post('/api/requests', { ...page, limit: 501 }),
      status: 400,
      says: 'limit',
    },
    {
      name: 'half an identity',
      send: () => get('/api/requests/018bcfe5-687b-7000-8000-000000000001?outbox=a'),
      status: 400,
      says: 'outbox and seq',
    },
    { name: 'an id that is none', send: () => get('/api/requests/abc'), status: 400, says: 'id' },
    {
      name: 'an id that nobody has',
      send: () => get('/api/requests/018bcfe5-687b-7000-8000-000000000001'),
      status: 404,
      says: 'no request has the id',
    },
    { name: 'a path that is none', send: () => get('/api/nothing'), status: 404, says: 'GET /api/nothing' },
    {
      name: 'too large a body',
      send: () => post('/api/summary', { view, padding: 'x'.repeat(1_100_000) }),
      status: 413,
      says: 'too large',
    },
  ])('refuse $name with $status', async ({ send, status, says }) => {
    const response = await send();
    expect(response.status).toBe(status);
    expect((await problem(response)).message).toContain(says);
  });

  it('come as CSV: every row, not just a page, and compressed', async () => {
    const response = await post('/api/requests?format=csv', page);
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(response.headers.get('content-encoding')).toMatch(/^(?:br|gzip)$/);
    expect(response.headers.get('content-disposition')).toMatch(/attachment; filename=spendlens-requests-.*\.csv/);
    const lines = (await response.text()).trim().split('\r\n');
    expect(lines).toHaveLength(COUNT + 1);
    const users = await (await post('/api/breakdown?format=csv', breakdown)).text();
    expect(users.split('\r\n')[0]).toMatch(/^user_id,spend_usd,requests/);
    const series = await (await post('/api/series?format=csv', { view, metric: 'spend', splitBy: 'model' })).text();
    expect(series.split('\r\n')[0]).toMatch(/^time,.*,Other$/);
  });
});

describe('a warehouse that is away', () => {
  it('is a 503 in words, and the page still comes', async () => {
    const away = createWarehouse({ url: 'http://127.0.0.1:1', user: 'x', password: 'x' });
    const { server, url } = await start({ warehouse: away });
    const response = await fetch(`${url}/api/summary`, {
      method: 'POST',
      headers: bearer,
      body: JSON.stringify({ view }),
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    const { code, message } = await problem(response);
    expect(code).toBe('warehouse_unreachable');
    expect(message).toContain('cannot be reached');
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}/api/me`, { headers: bearer })).status).toBe(200);
    await stop(server);
    await away.close();
  });
});

describe('a slow question', () => {
  const countRow = z.object({ n: z.coerce.number() });
  const runs = async () => {
    const query =
      "SELECT count() AS n FROM system.processes WHERE query LIKE '%numbers(90000000000)%' AND query NOT LIKE '%system.processes%'";
    const [found] = await warehouse.rows(countRow, { text: query, params: {} });
    return found?.n;
  };

  it('stops in the engine when nobody waits for it any more', async () => {
    const gone = new AbortController();
    const slow = warehouse.rows(
      countRow,
      { text: 'SELECT max(sipHash64(number)) AS n FROM numbers(90000000000)', params: {} },
      { signal: gone.signal },
    );
    const ended = expect(slow).rejects.toMatchObject({ code: 'warehouse_busy' });
    await expect.poll(runs).toBe(1);
    gone.abort();
    await ended;
    await expect.poll(runs).toBe(0);
  });

  it('is stopped when it takes too long', async () => {
    const text = 'SELECT max(sipHash64(number)) AS n FROM numbers(90000000000)';
    const slow = warehouse.rows(countRow, { text, params: {} }, { maxSeconds: 1 });
    await expect(slow).rejects.toMatchObject({ code: 'warehouse_busy', retryable: true });
  });
});

describe('a port that is taken', () => {
  it('makes way for the next one', async () => {
    const [one, two] = [createServer(), createServer()];
    const first = await listen(one, '127.0.0.1', 0);
    const second = await listen(two, '127.0.0.1', first);
    expect(second).toBeGreaterThan(first);
    await stop(one);
    await stop(two);
  });
});
