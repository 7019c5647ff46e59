import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LLMock } from '@copilotkit/aimock';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nextFreePort } from '../../bin/supervisor/ports.ts';
import { createWarehouse, type Warehouse } from '../../clickhouse/client.ts';
import { type Broker, startBroker } from '../harness/broker.ts';
import { type ComposeFile, exampleSecrets, resolveCompose, root, type Service } from '../harness/compose.ts';
import { brokerMissing } from '../harness/kafka-jars.ts';
import { startRedis, type TestRedis } from '../harness/redis.ts';
import { until } from '../harness/stack.ts';
import { startWarehouse, type TestWarehouse } from '../harness/warehouse.ts';

const roles = ['proxy', 'ingest', 'dashboard'] as const;
type Role = (typeof roles)[number];

/**
 * What docker compose would start, without Docker: the services' own commands, with the environment that the file gives
 * them and nothing else. Kafka is a real broker, the embedded engine stands for the server; only addresses, ports and
 * folders are others, and the administrator, whom the engine does not have.
 */
describe.skipIf(brokerMissing() !== null)('the services of docker-compose.yml', () => {
  const secrets = exampleSecrets();
  const mock = new LLMock({ port: 0, logLevel: 'silent' });
  const running = new Map<string, ChildProcess>();
  const ports = new Map<string, number>();
  let folder: string;
  let compose: ComposeFile;
  let broker: Broker;
  let engine: TestWarehouse;
  /** Null where there is no redis-server; what is not shared does not need it. */
  let redis: TestRedis | null;
  let warehouse: Warehouse;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spendlens-compose-'));
    compose = resolveCompose(secrets);
    const passwords = {
      ingest: secrets['SPENDLENS_INGEST_PASSWORD'] ?? '',
      dashboard: secrets['SPENDLENS_DASHBOARD_PASSWORD'] ?? '',
      reader: secrets['SPENDLENS_READER_PASSWORD'] ?? '',
    };
    mock.onMessage(/hello/, {
      content: 'Hello!',
      usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
    });
    await mock.start();
    writeFileSync(join(folder, 'spendlens.yaml'), `providers:\n  openai: { baseUrl: '${mock.url}' }\n`);
    [broker, engine, redis] = await Promise.all([
      startBroker(),
      startWarehouse({ passwords }),
      startRedis().catch(() => null),
    ]);
    const { username: user, password } = engine.users.reader;
    warehouse = createWarehouse({ url: engine.url, user, password });
    let port = 20_000 + Math.floor(Math.random() * 20_000);
    const listening = ['proxy', 'dashboard', 'proxy 2', ...roles.map((role) => `${role} operations`)];
    for (const name of [...listening, 'proxy 2 operations', 'ingest 2 operations']) {
      port = await nextFreePort('127.0.0.1', port + 1);
      ports.set(name, port);
    }
  });
  afterAll(async () => {
    for (const child of running.values()) child.kill('SIGKILL');
    await warehouse?.close();
    await Promise.all([engine?.stop(), broker?.remove(), redis?.stop(), mock.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const service = (name: string): Service => {
    const found = compose.services[name];
    if (found === undefined) throw new Error(`there is no service ${name}`);
    return found;
  };

  /** The service's own environment, and what its image sets, at the addresses of this test. A copy has its own. */
  function environmentOf(name: string, copy: string): Record<string, string> {
    const own = `${name}${copy}`;
    const data = join(folder, own);
    mkdirSync(data, { recursive: true });
    const moved = (value: string) =>
      value
        .replace('kafka:9092', broker.address)
        .replace('redis://redis:6379', redis?.url ?? 'redis://127.0.0.1:9')
        .replace('http://clickhouse:8123', engine.url)
        .replace('http://proxy:8787', `http://127.0.0.1:${ports.get('proxy')}`)
        .replace('http://dashboard:8788', `http://127.0.0.1:${ports.get('dashboard')}`)
        .replace('0.0.0.0', '127.0.0.1');
    const given = Object.entries(service(name).environment).map(([key, value]) => [key, moved(value)]);
    const here = {
      SPENDLENS_PROXY_PORT: String(ports.get(own) ?? ports.get('proxy')),
      SPENDLENS_DASHBOARD_PORT: String(ports.get('dashboard')),
      SPENDLENS_OPERATIONS_PORT: String(ports.get(`${own} operations`) ?? ''),
      SPENDLENS_DATA: data,
      SPENDLENS_CONFIG: join(folder, 'spendlens.yaml'),
    };
    const ingest = engine.users.ingest;
    const administrator = { CLICKHOUSE_ADMIN_USER: ingest.username, CLICKHOUSE_ADMIN_PASSWORD: ingest.password };
    return { ...Object.fromEntries(given), ...here, ...(name === 'migrate' && administrator) };
  }

  function run(name: string, command: readonly string[], copy = ''): ChildProcess {
    const [program, ...args] = command;
    expect(program).toBe('node');
    return spawn(process.execPath, args, {
      cwd: root,
      env: environmentOf(name, copy),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  const commandOf = (name: string) => service(name).command ?? ['node', 'bin/start.ts'];

  async function ended(child: ChildProcess): Promise<{ code: number | null; said: string }> {
    const said = child.stderr === null ? '' : text(child.stderr);
    child.stdout?.resume();
    const [code] = await once(child, 'exit');
    return { code, said: await said };
  }

  /** What its health check says, as Docker would ask it. */
  async function isHealthy(name: Role, copy = ''): Promise<boolean> {
    const [kind, ...command] = service(name).healthcheck.test ?? [];
    expect(kind).toBe('CMD');
    return (await ended(run(name, command, copy))).code === 0;
  }

  const metricsOf = (name: Role, token: string) =>
    fetch(`http://127.0.0.1:${ports.get(`${name} operations`)}/metrics`, {
      headers: { authorization: `Bearer ${token}` },
    });

  it('migrate makes tables and topics, and ends', async () => {
    const { code, said } = await ended(run('migrate', commandOf('migrate')));
    expect(said).toContain('migrated: 0001_facts.sql');
    expect(said).toContain('made: spendlens.exchanges');
    expect(code).toBe(0);
  });

  function start(name: Role, copy = ''): void {
    const child = run(name, commandOf(name), copy);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    }
    running.set(`${name}${copy}`, child);
  }

  it('proxy, ingest and dashboard become healthy, each on its own', async () => {
    for (const name of roles) {
      expect(await isHealthy(name)).toBe(false);
      start(name);
    }
    for (const name of roles) expect(await until(() => isHealthy(name)), name).toBe(true);
  });

  async function say(hello: string, proxy: string): Promise<void> {
    const client = new OpenAI({
      baseURL: `http://127.0.0.1:${ports.get(proxy)}/openai/v1`,
      apiKey: 'sk-secret',
      defaultHeaders: { 'Helicone-Auth': `Bearer ${secrets['SPENDLENS_PROXY_KEY']}`, 'Helicone-User-Id': 'anna' },
    });
    const messages = [{ role: 'user' as const, content: hello }];
    const answer = await client.chat.completions.create({ model: 'gpt-4o-mini', messages });
    expect(answer.choices[0]?.message.content).toBe('Hello!');
  }

  /** Waits for that many and gives what stands. */
  async function rows(count: number) {
    const row = z.object({ user_id: z.string(), cost: z.string().nullable(), outbox: z.string() });
    const text = 'SELECT user_id, toString(cost_usd) AS cost, outbox_id AS outbox FROM spendlens.requests';
    const select = () => warehouse.rows(row, { text, params: {} });
    expect(await until(async () => (await select()).length >= count), `${count} rows`).toBe(true);
    return select();
  }

  // 100 × 150 n$ + 20 × 600 n$
  const called = { user_id: 'anna', cost: '0.000027' };

  it('the SDK’s call becomes a row, by way of the topic', async () => {
    await say('hello', 'proxy');
    expect(await rows(1)).toMatchObject([called]);
  });

  it('a second proxy and a second ingester do the same, beside the first', async () => {
    start('proxy', ' 2');
    start('ingest', ' 2');
    expect(await until(() => isHealthy('proxy', ' 2'))).toBe(true);
    expect(await until(() => isHealthy('ingest', ' 2'))).toBe(true);
    for (const proxy of ['proxy', 'proxy 2']) await say('hello again', proxy);
    const standing = await rows(3);
    expect(standing).toMatchObject([called, called, called]);
    expect(new Set(standing.map(({ outbox }) => outbox)).size).toBe(2);
  });

  it('the dashboard shows it to who has the token', async () => {
    const status = `http://127.0.0.1:${ports.get('dashboard')}/api/status`;
    expect((await fetch(status)).status).toBe(401);
    const answer = await fetch(status, { headers: { authorization: `Bearer ${secrets['SPENDLENS_TOKEN']}` } });
    expect(await answer.json()).toMatchObject({ warehouse: { reachable: true }, rows: { app: 3 } });
  });

  it('a route that is made on the dashboard reaches the proxies', async () => {
    const value = { name: 'quick', targets: [{ model: 'openai/gpt-4o-mini' }] };
    const made = await fetch(`http://127.0.0.1:${ports.get('dashboard')}/api/routes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secrets['SPENDLENS_TOKEN']}`, 'content-type': 'application/json' },
      body: JSON.stringify({ version: 0, value }),
    });
    expect(made.status).toBe(200);
    const isKnown = async (proxy: string) => {
      const answer = await fetch(`http://127.0.0.1:${ports.get(proxy)}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer sk-secret',
          'helicone-auth': `Bearer ${secrets['SPENDLENS_PROXY_KEY']}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ model: 'quick', messages: [{ role: 'user', content: 'hello' }] }),
      });
      return z.object({ model: z.string() }).safeParse(await answer.json()).data?.model === 'gpt-4o-mini';
    };
    for (const proxy of ['proxy', 'proxy 2']) expect(await until(() => isKnown(proxy)), proxy).toBe(true);
  });

  it('each tells its metrics to who has their token', async () => {
    for (const [name, metric] of [
      ['proxy', 'spendlens_outbox_depth'],
      ['ingest', 'spendlens_ingest_slice_exchanges'],
      ['dashboard', 'spendlens_process_up'],
    ] as const) {
      expect((await metricsOf(name, 'wrong')).status).toBe(401);
      const answer = await metricsOf(name, secrets['SPENDLENS_METRICS_TOKEN'] ?? '');
      expect(await answer.text()).toContain(metric);
    }
  });

  it('each ends in order when it is told to, within its grace', async () => {
    for (const [name, child] of running) {
      const grace = Number.parseInt(service(name.replace(' 2', '')).stop_grace_period ?? '', 10) * 1000;
      const gone = once(child, 'exit', { signal: AbortSignal.timeout(grace) });
      child.kill('SIGTERM');
      expect(await gone).toEqual([0, null]);
      running.delete(name);
    }
  });
});
