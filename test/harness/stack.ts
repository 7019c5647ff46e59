import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { type Endpoints, endpoints } from '../../domain/endpoints.ts';

const root = join(import.meta.dirname, '..', '..');

/** All of Spendlens, started as `npm start` does, on a temporary data folder and free ports. */
export interface Stack {
  readonly folder: string;
  readonly process: ChildProcess;
  /** As the file says now; process ids change when a child restarts. */
  endpoints(): Endpoints;
  /** Everything that it printed. */
  output(): string;
  /** A JSON answer of the dashboard's API. */
  api(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>;
  /** Rows of a query with the read credential. */
  sql<Row>(query: string): Promise<Row[]>;
  /** Waits until the query's single `n` reaches `count`; fails after `timeoutMs`. */
  waitForCount(query: string, count: number): Promise<void>;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** Text of spendlens.yaml. */
  config?: string;
  env?: Record<string, string>;
  /** A data folder to go on with; kept after stop. */
  folder?: string;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'spendlens-stack-'));
  const config = join(folder, 'spendlens.yaml');
  if (options.config !== undefined) writeFileSync(config, options.config);
  rmSync(join(folder, 'endpoints.json'), { force: true });
  const child = spawn(process.execPath, [join(root, 'bin', 'start.ts')], {
    cwd: root,
    env: {
      ...process.env,
      SPENDLENS_DATA: folder,
      SPENDLENS_CONFIG: config,
      SPENDLENS_PROXY_PORT: '0',
      SPENDLENS_DASHBOARD_PORT: '0',
      SPENDLENS_CLICKHOUSE_PORT: '0',
      SPENDLENS_LOG_LEVEL: 'warn',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const collect = (chunk: Buffer) => {
    printed += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  await until(() => printed.includes('Ctrl-C drains and stops.') || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`Spendlens did not start:\n${printed}`);

  const read = () => endpoints.parse(JSON.parse(readFileSync(join(folder, 'endpoints.json'), 'utf8')));
  const client = readerOf(read());
  async function sql<Row>(query: string): Promise<Row[]> {
    const result = await client.query({ query, format: 'JSONEachRow' });
    return result.json<Row>();
  }
  return {
    folder,
    process: child,
    endpoints: read,
    output: () => printed,
    sql,
    async api(method, path, body) {
      const { dashboard, token } = read();
      const response = await fetch(`${dashboard}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    async waitForCount(query, count) {
      let seen = 0;
      const reached = await until(async () => {
        // The warehouse may be restarting in the middle of a test: ask again.
        const rows = await sql<{ n: string }>(query).catch(() => []);
        seen = Number(rows[0]?.n ?? seen);
        return seen >= count;
      });
      if (!reached) throw new Error(`waited for ${count}, got ${seen}: ${query}\n${printed}`);
    },
    async stop() {
      await client.close();
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGINT');
        await gone;
      }
      if (options.folder === undefined && existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readerOf(addresses: Endpoints): ClickHouseClient {
  return createClient({
    url: addresses.clickhouse,
    username: addresses.reader.user,
    password: addresses.reader.password,
    database: 'spendlens',
  });
}

/** On a machine with other things to do, too, what comes at all comes sooner. */
const PATIENCE_MS = 100_000;

/** Asks every 50 ms; false when the time is over. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = PATIENCE_MS): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await sleep(50);
  }
  return false;
}
