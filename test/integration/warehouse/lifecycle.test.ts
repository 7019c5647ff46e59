import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterEach, describe, expect, it } from 'vitest';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

const folders: string[] = [];
const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spendlens-warehouse-'));
  folders.push(folder);
  return folder;
};
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const clientOf = (warehouse: TestWarehouse) =>
  createClient({ url: warehouse.url, ...warehouse.users.ingest, log: { level: ClickHouseLogLevel.OFF } });

describe('a warehouse killed in the middle of an insert', () => {
  it('holds each row once when the insert is sent again', async () => {
    const folder = await newFolder();
    const rounds = 5;
    const rows = 60_000;
    let warehouse = await startWarehouse({ folder });
    let client = clientOf(warehouse);
    await client.command({ query: 'CREATE DATABASE spendlens' });
    await client.command({
      query: `CREATE TABLE spendlens.t (a UInt64, day Date, s String) ENGINE = MergeTree PARTITION BY day ORDER BY a
        SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1`,
    });
    for (let round = 0; round < rounds; round++) {
      const insert = () =>
        client.insert({
          table: 'spendlens.t',
          values: Array.from({ length: rows }, (_, a) => ({
            a: round * rows + a,
            day: a % 2 ? '2026-01-01' : '2026-01-02',
            s: `row ${a}`,
          })),
          format: 'JSONEachRow',
          clickhouse_settings: {
            async_insert: 0,
            insert_deduplicate: 1,
            input_format_parallel_parsing: 0,
            max_insert_block_size: '20000',
            min_insert_block_size_rows: '20000',
            insert_deduplication_token: `round ${round}`,
          },
        });
      const cut = insert().catch(() => 'cut');
      await sleep(60 + round * 40);
      await warehouse.kill();
      await cut;
      await client.close();
      warehouse = await startWarehouse({ folder });
      client = clientOf(warehouse);
      await insert();
      const result = await client.query({
        query: 'SELECT count() AS n, uniqExact(a) AS u FROM spendlens.t',
        format: 'JSONEachRow',
      });
      expect(await result.json()).toEqual([{ n: (round + 1) * rows, u: (round + 1) * rows }]);
    }
    await client.close();
    await warehouse.stop();
  });
});

describe('the warehouse', () => {
  it('told to stop, does not wait for slow queries', async () => {
    const warehouse = await startWarehouse();
    const slow = fetch(
      `${warehouse.url}/?query=${encodeURIComponent('SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1')}`,
      {
        headers: { authorization: `Bearer ${warehouse.users.dashboard.password}` },
      },
    ).then(
      (response) => response.status,
      () => 0,
    );
    await sleep(200);
    await warehouse.stop();
    expect(await slow).not.toBe(200);
  });

  it.each([
    {
      name: 'no folder named',
      env: { SPENDLENS_DATA: undefined },
      says: /SPENDLENS_DATA/,
    },
    {
      name: 'a port that is none',
      env: { SPENDLENS_CLICKHOUSE_PORT: '70000' },
      says: /SPENDLENS_CLICKHOUSE_PORT/,
    },
    {
      name: 'no password',
      env: { SPENDLENS_READER_PASSWORD: '' },
      says: /SPENDLENS_READER_PASSWORD/,
    },
    {
      name: 'a platform that the engine does not run on',
      env: { NODE_OPTIONS: `--import=${withoutEngine()}` },
      says: /does not run on .*set CLICKHOUSE_URL/,
    },
  ])('refuses to start with $name, in one line', async ({ env, says }) => {
    const { code, stderr } = await start({ SPENDLENS_DATA: await newFolder(), ...env });
    expect({ code, stderr }).toMatchObject({ code: 78, stderr: expect.stringMatching(says) });
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('names the process that has the folder open', async () => {
    const warehouse = await startWarehouse();
    const { code, stderr } = await start({ SPENDLENS_DATA: warehouse.folder });
    expect({ code, stderr }).toMatchObject({
      code: 78,
      stderr: expect.stringContaining(`Process ${warehouse.pid} has`),
    });
    await warehouse.stop();
  });

  it('says why a folder cannot be used', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'warehouse'), 'a file');
    expect(await start({ SPENDLENS_DATA: folder })).toMatchObject({
      code: 78,
      stderr: expect.stringContaining(folder),
    });
  });

  // The administrator may write everywhere.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.stderr.write('skipped: a folder that is not writable, since root may write to every folder\n');
  it.skipIf(isRoot)('says that a folder is not writable', async () => {
    const folder = await newFolder();
    await chmod(folder, 0o500);
    expect(await start({ SPENDLENS_DATA: folder })).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('EACCES'),
    });
    await chmod(folder, 0o700);
  });

  it('names the port that is taken', async () => {
    const warehouse = await startWarehouse();
    const port = new URL(warehouse.url).port;
    const { code, stderr } = await start({ SPENDLENS_DATA: await newFolder(), SPENDLENS_CLICKHOUSE_PORT: port });
    expect({ code, stderr }).toMatchObject({ code: 78, stderr: expect.stringContaining(port) });
    await warehouse.stop();
  });
});

/** An address of a module that makes the engine's package unfindable. */
function withoutEngine(): string {
  const source = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) { if (name === 'chdb') throw new Error('no binding'); return next(name, context); } });`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

function start(env: Record<string, string | undefined>): Promise<{ code: number | null; stderr: string }> {
  const main = fileURLToPath(new URL('../../../clickhouse/embedded/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      SPENDLENS_CLICKHOUSE_PORT: '0',
      SPENDLENS_INGEST_PASSWORD: 'a',
      SPENDLENS_DASHBOARD_PASSWORD: 'b',
      SPENDLENS_READER_PASSWORD: 'c',
      ...env,
    },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })));
}
