import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWarehouse } from '../../../clickhouse/client.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';
import { HONEST, HOSTILE } from './statements.ts';

let warehouse: TestWarehouse;

beforeAll(async () => {
  warehouse = await startWarehouse();
  const { username: user, password } = warehouse.users.ingest;
  const client = createWarehouse({ url: warehouse.url, user, password });
  await migrate(client);
  await client.run('CREATE VIEW spendlens.pv AS SELECT {x:UInt8} AS x');
  await client.close();
});
afterAll(() => warehouse?.stop());

async function ask(sql: string, params: Readonly<Record<string, string>> = {}, settings = 'max_execution_time=2') {
  const url = new URL(`${warehouse.url}/?${settings}`);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(`param_${name}`, value);
  const { username, password } = warehouse.users.reader;
  const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password };
  const response = await fetch(url, { method: 'POST', body: sql, headers });
  return { status: response.status, text: await response.text() };
}

describe('the reading credential', () => {
  it.each(HOSTILE)('refuses $name', async ({ sql, params }) => {
    const { status, text } = await ask(sql, params);
    expect(text).toMatch(/Code: \d+\. DB::Exception: .*\([A-Z_]+\)/s);
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it.each(HONEST)('answers $name', async ({ sql, params }) => {
    expect(await ask(sql, params)).toMatchObject({ status: 200 });
  });

  it('names what it refused and what would pass', async () => {
    const { text } = await ask('SELECT * FROM system.processes');
    expect(text).toContain('table system.processes is not allowed');
    expect(text).toContain('requests, attempts, bodies');
  });

  it('shows only what it may read, whatever way the catalogue is asked', async () => {
    const lists = await Promise.all([
      ask("SELECT name FROM system.tables WHERE database = 'spendlens'"),
      ask('SELECT name FROM {t:Identifier}', { t: 'system.tables' }),
      ask('SHOW TABLES'),
      ask('SELECT DISTINCT table FROM `system`.`columns`'),
    ]);
    for (const { text } of lists) {
      expect(text).toContain('requests');
      expect(text).not.toContain('migrations');
    }
  });

  it('cannot be let out by settings in the URL', async () => {
    const free = await ask('SELECT 1', {}, 'readonly=0&max_memory_usage=0&allow_ddl=1');
    expect(free.text).toBe('1\n');
    const limit = await ask(
      "SELECT getSetting('max_memory_usage') > 0, getSetting('readonly')",
      {},
      'max_memory_usage=0',
    );
    expect(limit.text).toBe('true\t1\n'.replace('true', limit.text.split('\t')[0] ?? ''));
    expect((await ask('SELECT 1', {}, 'database=system')).status).toBe(403);
  });

  it('left no file behind', () => {
    for (let n = 1; n < 10; n++) expect(existsSync(`/tmp/spendlens-outfile-${n}`)).toBe(false);
  });

  it('gave away nothing of this machine', async () => {
    const secret = readFileSync('/etc/hostname', 'utf8').trim();
    for (const { sql, params } of HOSTILE.filter(({ sql }) => sql.includes('hostname'))) {
      const { text } = await ask(sql, params);
      expect(text.replaceAll('/etc/hostname', '')).not.toContain(`${secret}\n`);
    }
  });
});

describe('the dashboard credential', () => {
  const cases: readonly { name: string; sql: string; passes: boolean }[] = [
    { name: 'reads', sql: 'SELECT count() FROM spendlens.attempts', passes: true },
    { name: 'reads what the reader may not', sql: 'SELECT count() FROM spendlens.migrations', passes: true },
    { name: 'reads system', sql: 'SELECT count() FROM system.mutations', passes: true },
    {
      name: 'adds a row to a table of its own',
      sql: "INSERT INTO spendlens.removals (outbox_id) VALUES ('x')",
      passes: true,
    },
    {
      name: 'changes facts',
      sql: "ALTER TABLE spendlens.attempts UPDATE corrected = true WHERE user_id = 'x'",
      passes: true,
    },
    {
      name: 'deletes facts',
      sql: "ALTER TABLE spendlens.bodies DELETE WHERE request_id = toUUID('a0000000-0000-0000-0000-000000000000')",
      passes: true,
    },
    { name: 'makes no facts', sql: "INSERT INTO spendlens.attempts (user_id) VALUES ('x')", passes: false },
    {
      name: 'makes no facts by SELECT',
      sql: 'INSERT INTO spendlens.slices SELECT * FROM spendlens.slices',
      passes: false,
    },
    { name: 'reads no file', sql: "SELECT file('/etc/hostname')", passes: false },
    { name: 'reads no file as a table', sql: "SELECT * FROM file('/etc/hostname', 'LineAsString')", passes: false },
    {
      name: 'reads no file into a row',
      sql: "INSERT INTO spendlens.removals (outbox_id) VALUES (file('/etc/hostname'))",
      passes: false,
    },
    { name: 'dials nowhere', sql: "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", passes: false },
    { name: 'writes no file', sql: "SELECT 1 INTO OUTFILE '/tmp/spendlens-outfile-10'", passes: false },
    {
      name: 'writes no file by INSERT',
      sql: "INSERT INTO FUNCTION file('/tmp/spendlens-outfile-11') SELECT 1",
      passes: false,
    },
    { name: 'drops nothing', sql: 'DROP TABLE spendlens.attempts', passes: false },
    { name: 'creates nothing', sql: 'CREATE TABLE spendlens.x (a UInt8) ENGINE = Memory', passes: false },
    { name: 'alters no schema', sql: 'ALTER TABLE spendlens.attempts DROP COLUMN user_id', passes: false },
    { name: 'sends one statement', sql: 'SELECT 1; SELECT 2', passes: false },
  ];

  it.each(cases)('$name', async ({ sql, passes }) => {
    const { username, password } = warehouse.users.dashboard;
    const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password };
    const response = await fetch(`${warehouse.url}/?mutations_sync=1`, { method: 'POST', body: sql, headers });
    const text = await response.text();
    expect({ text, passed: response.status === 200 }).toMatchObject({ passed: passes });
  });
});
