import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { replicate } from '../../../clickhouse/replicated.ts';
import { splitStatements } from '../../../clickhouse/statements.ts';
import { userStatements, verifierOf } from '../../../clickhouse/users.ts';
import { attemptRow } from '../../harness/attempt-row.ts';
import { NO_SERVER, realServer, startMigratedAnywhere } from '../../harness/real-server.ts';
import type { TestUser } from '../../harness/warehouse.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..', '..');
const migrations = join(root, 'clickhouse', 'migrations');

let engine: TestWarehouse;
let warehouse: Warehouse;
beforeAll(async () => {
  engine = await startWarehouse();
  const { username: user, password } = engine.users.ingest;
  warehouse = createWarehouse({ url: engine.url, user, password });
});
afterAll(async () => {
  await warehouse.close();
  await engine.stop();
});

async function statementsOfMigrations(): Promise<string[]> {
  const names = (await readdir(migrations)).filter((name) => name.endsWith('.sql')).sort();
  const scripts = await Promise.all(names.map((name) => readFile(join(migrations, name), 'utf8')));
  return scripts.flatMap(splitStatements);
}

/** The statement as the engine's own parser reads it. */
async function parsed(statement: string): Promise<string> {
  const row = z.object({ q: z.string() });
  const [found] = await warehouse.rows(row, {
    text: 'SELECT formatQuerySingleLine({q:String}) AS q',
    params: { q: statement },
  });
  return found?.q ?? '';
}

const ours = () => ({
  CLICKHOUSE_URL: engine.url,
  CLICKHOUSE_USER: engine.users.ingest.username,
  CLICKHOUSE_PASSWORD: engine.users.ingest.password,
});

/** `npm run migrate`, as a process of its own. */
async function migrateAs(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [join(root, 'bin', 'migrate.ts')], { env: { ...process.env, ...env } });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, said };
}

/** What an engine of its own, with users, makes of these questions. */
async function askEngine(asked: object): Promise<unknown> {
  const child = join(root, 'test', 'harness', 'granted-engine-child.ts');
  const { stdout } = await run(process.execPath, [child, JSON.stringify(asked)], { timeout: 60_000 });
  return JSON.parse(stdout);
}

describe('npm run migrate', () => {
  it('may be called by several at once: one migrates, the others wait', async () => {
    const ends = await Promise.all([1, 2, 3, 4].map(() => migrateAs(ours())));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(ends.filter(({ said }) => said.includes('migrated: 0001_facts.sql'))).toHaveLength(1);
    const [row] = await warehouse.rows(z.object({ rows: z.coerce.number(), names: z.coerce.number() }), {
      text: 'SELECT count() AS rows, uniqExact(name) AS names FROM spendlens.migrations',
      params: {},
    });
    const files = (await readdir(migrations)).length;
    expect(row).toEqual({ rows: files, names: files });
  });

  it('only reads where nothing is pending, so that a user without rights to tables may call it', async () => {
    const { username: CLICKHOUSE_USER, password: CLICKHOUSE_PASSWORD } = engine.users.dashboard;
    expect(await migrateAs({ ...ours(), CLICKHOUSE_USER, CLICKHOUSE_PASSWORD })).toEqual({ code: 0, said: '' });
  });

  it('makes no users where the warehouse has its own, and says so', async () => {
    const { code, said } = await migrateAs({
      ...ours(),
      CLICKHOUSE_ADMIN_USER: engine.users.ingest.username,
      CLICKHOUSE_ADMIN_PASSWORD: engine.users.ingest.password,
      SPENDLENS_INGEST_PASSWORD: 'long-enough-for-ingest',
      SPENDLENS_DASHBOARD_PASSWORD: 'long-enough-for-dashboard',
      SPENDLENS_READER_PASSWORD: 'long-enough-for-reader',
    });
    expect(code).toBe(0);
    expect(said).toContain('no users made');
    expect(said).not.toContain('long-enough');
  });

  it('names the passwords that an administrator did not give', async () => {
    const { code, said } = await migrateAs({
      ...ours(),
      CLICKHOUSE_ADMIN_USER: 'admin',
      SPENDLENS_READER_PASSWORD: 'short',
    });
    expect(code).toBe(78);
    expect(said).toContain('SPENDLENS_INGEST_PASSWORD');
    expect(said).toContain('SPENDLENS_READER_PASSWORD: must have at least 16 characters');
    expect(said).not.toContain('short\n');
  });

  it.each([
    {
      name: 'a cluster that the server does not know',
      env: { CLICKHOUSE_CLUSTER: 'nowhere' },
      said: 'knows no such cluster',
    },
  ])('refuses $name', async ({ env, said }) => {
    const ended = await migrateAs({ ...ours(), ...env });
    expect(ended.code).toBe(78);
    expect(ended.said).toContain(said);
  });
});

describe('on a cluster', () => {
  it('every migration is a statement that the engine reads, and every table of facts is replicated', async () => {
    for (const statement of await statementsOfMigrations()) {
      const there = await parsed(replicate(statement, 'all-replicas'));
      expect(there).toContain('ON CLUSTER `all-replicas`');
      if (/ENGINE = \w*MergeTree/.test(await parsed(statement)))
        expect(there).toMatch(/ENGINE = Replicated\w*MergeTree\(/);
    }
  });

  it('every plain and every replicated table has its window', async () => {
    for (const statement of await statementsOfMigrations()) {
      if (!/^CREATE TABLE[\s\S]*ENGINE = MergeTree/.test(statement)) continue;
      const plain = await parsed(statement);
      expect(plain).toContain('non_replicated_deduplication_window = 10000');
      expect(plain).toMatch(/ replicated_deduplication_window = 10000/);
      expect(plain).toContain('replicated_deduplication_window_seconds = 2592000');
    }
  });
});

const verifiers = { ingest: verifierOf('a'), dashboard: verifierOf('b'), reader: verifierOf('c') };

describe('the users of a server', () => {
  it('are made by statements that the engine reads', async () => {
    for (const cluster of [null, 'all-replicas']) {
      for (const statement of userStatements(verifiers, cluster)) expect(await parsed(statement)).not.toBe('');
    }
  });

  it('may do what they need and no more', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spendlens-grants-'));
    const grants = Object.fromEntries(
      ['spendlens_ingest', 'spendlens_dashboard', 'spendlens_read'].map((user) => [
        user,
        userStatements(verifiers, null)
          .filter((line) => /^(GRANT|REVOKE) /.test(line) && line.endsWith(user))
          .map((line) => line.replace(/ (TO|FROM) \w+$/, '')),
      ]),
    );
    const questions = [
      { user: 'spendlens_read', select: 'SELECT count() FROM spendlens.requests', may: 'allowed' },
      { user: 'spendlens_read', select: 'SELECT count() FROM spendlens.bodies', may: 'allowed' },
      { user: 'spendlens_read', select: 'SELECT value FROM spendlens.config', may: 'denied' },
      { user: 'spendlens_read', insertInto: 'spendlens.attempts', may: 'denied' },
      { user: 'spendlens_read', select: "SELECT * FROM file('/etc/passwd', 'LineAsString')", may: 'denied' },
      {
        user: 'spendlens_read',
        select: "SELECT * FROM url('http://127.0.0.1:9/', 'LineAsString', 'x String')",
        may: 'denied',
      },
      { user: 'spendlens_ingest', select: 'SELECT count() FROM spendlens.slices', may: 'allowed' },
      { user: 'spendlens_ingest', select: 'SELECT value FROM spendlens.config', may: 'allowed' },
      { user: 'spendlens_ingest', select: 'SELECT count() FROM system.clusters', may: 'allowed' },
      { user: 'spendlens_ingest', insertInto: 'spendlens.attempts', may: 'allowed' },
      { user: 'spendlens_dashboard', select: 'SELECT count() FROM spendlens.corrections', may: 'allowed' },
      { user: 'spendlens_dashboard', insertInto: 'spendlens.config', may: 'allowed' },
      { user: 'spendlens_dashboard', insertInto: 'spendlens.attempts', may: 'denied' },
      { user: 'spendlens_dashboard', select: 'SELECT count() FROM system.mutations', may: 'allowed' },
      { user: 'spendlens_dashboard', select: "SELECT * FROM file('/etc/passwd', 'LineAsString')", may: 'denied' },
    ];
    const asked = {
      folder,
      grants,
      setUp: ['CREATE DATABASE spendlens', ...(await statementsOfMigrations())],
      questions: questions.map(({ may: _, ...question }) => question),
    };
    const answers = await askEngine(asked);
    await rm(folder, { recursive: true, force: true });
    expect(answers).toEqual(questions.map(({ may }) => may));
  });

  it(`sign in and are held to it${realServer ? '' : ` (on the embedded engine; ${NO_SERVER})`}`, async () => {
    const refusal = /privileges|not allowed|not open to|refused|readonly|max_execution_time/i;
    const migrated = await startMigratedAnywhere();
    const { users, url } = migrated.server;
    const ask = async ({ username, password }: TestUser, query: string) => {
      const client = createClient({ url, username, password, log: { level: ClickHouseLogLevel.OFF } });
      try {
        return await (await client.query({ query, format: 'JSONEachRow' })).json();
      } finally {
        await client.close();
      }
    };
    const insert = async ({ username: user, password }: TestUser) => {
      const client = createWarehouse({ url, user, password });
      await client.insert('spendlens.attempts', [attemptRow(Date.now(), 'real', 1)], 'real-1').finally(client.close);
    };
    await insert(users.ingest);
    await insert(users.ingest);
    expect(await ask(users.reader, 'SELECT toUInt8(count()) AS n FROM spendlens.requests')).toEqual([{ n: 1 }]);
    await expect(insert(users.dashboard)).rejects.toThrow(refusal);
    await expect(insert(users.reader)).rejects.toThrow(refusal);
    await expect(ask(users.reader, 'SELECT * FROM spendlens.config')).rejects.toThrow(refusal);
    await expect(ask(users.reader, 'SELECT 1 SETTINGS max_execution_time = 0')).rejects.toThrow(refusal);
    await expect(ask(users.reader, "SELECT * FROM url('http://127.0.0.1:9/', 'LineAsString')")).rejects.toThrow(
      refusal,
    );
    await expect(ask({ ...users.reader, password: 'wrong' }, 'SELECT 1')).rejects.toThrow(/[Aa]uthentication/);
    await migrated.stop();
  });
});
