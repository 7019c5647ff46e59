import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { createInserts } from '../../../clickhouse/inserts.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { attemptRow } from '../../harness/attempt-row.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

let engine: TestWarehouse;
let warehouse: Warehouse;
let folder: string;

beforeAll(async () => {
  engine = await startWarehouse();
  warehouse = createWarehouse({
    url: engine.url,
    user: engine.users.ingest.username,
    password: engine.users.ingest.password,
  });
  folder = await mkdtemp(join(tmpdir(), 'spendlens-migrations-'));
});

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

const count = async (table: string) => {
  const row = z.object({ n: z.coerce.number() });
  const [found] = await warehouse.rows(row, { text: `SELECT count() AS n FROM spendlens.${table}`, params: {} });
  return found?.n;
};

describe('migrations', () => {
  const ours = () => pathToFileURL(`${folder}/`);
  const write = (name: string, script: string) => writeFile(join(folder, name), script);

  it('run once, whoever calls, and refuse a past that was rewritten', async () => {
    await write(
      '0001_one.sql',
      'CREATE TABLE IF NOT EXISTS spendlens.one (n UInt8) ENGINE = MergeTree ORDER BY n; -- ;\n',
    );
    expect(await migrate(warehouse, { folder: ours() })).toEqual(['0001_one.sql']);
    expect(await migrate(warehouse, { folder: ours() })).toEqual([]);
    await write('0002_two.sql', 'CREATE TABLE IF NOT EXISTS spendlens.two (n UInt8) ENGINE = MergeTree ORDER BY n');
    expect(await migrate(warehouse, { folder: ours() })).toEqual(['0002_two.sql']);
    await write('0001_one.sql', 'CREATE TABLE IF NOT EXISTS spendlens.one (n UInt16) ENGINE = MergeTree ORDER BY n');
    await expect(migrate(warehouse, { folder: ours() })).rejects.toMatchObject({
      code: 'config_invalid',
      retryable: false,
    });
  });

  it('refuse a warehouse that a newer version migrated', async () => {
    await rm(join(folder, '0002_two.sql'));
    await write(
      '0001_one.sql',
      'CREATE TABLE IF NOT EXISTS spendlens.one (n UInt8) ENGINE = MergeTree ORDER BY n; -- ;\n',
    );
    await expect(migrate(warehouse, { folder: ours() })).rejects.toThrow(/0002_two\.sql.*newer version/);
    await warehouse.run('DROP DATABASE spendlens');
  });

  it('of ours make the names that the public SQL promises', async () => {
    expect(await migrate(warehouse)).toContain('0001_facts.sql');
    const column = z.object({ name: z.string(), type: z.string() });
    const columns = await warehouse.rows(column, {
      text: "SELECT name, type FROM system.columns WHERE database = 'spendlens' AND table = 'requests'",
      params: {},
    });
    const types = new Map(columns.map(({ name, type }) => [name, type]));
    expect(types.get('cost_usd')).toBe('Nullable(Decimal(18, 9))');
    expect(types.get('created_at')).toBe("DateTime64(3, 'UTC')");
    expect(types.get('request_id')).toBe('UUID');
    expect(types.get('status')).toBe('UInt16');
    expect(types.get('input_tokens')).toBe('Nullable(UInt32)');
    expect([...types.keys()].filter((name) => name.startsWith('total_'))).toEqual([]);
  });
});

describe('an insert', () => {
  const inserts = () => createInserts(warehouse);
  const rows = [1, 2, 3].map((seq) => attemptRow(Date.now(), 'twice', seq));

  it('stands once, however often it is sent with its token', async () => {
    await inserts().attempts(rows, 'slice-1');
    await inserts().attempts(rows, 'slice-1');
    expect(await count('attempts')).toBe(3);
    await inserts().slices(
      [
        {
          slice_id: 'slice-1',
          outbox_id: 'twice',
          first_seq: 1,
          last_seq: 3,
          exchanges: 3,
          dead_letters: 0,
          lost_exchanges: 0,
          lost_bodies: 0,
          resends: 0,
          inserted_at: new Date().toISOString(),
        },
      ],
      'slice-1',
    );
    expect(await count('slices')).toBe(1);
  });

  it('says to a cluster what the engine understands: most replicas, one block at a time, reads of all of it', async () => {
    const { username: user, password } = engine.users.ingest;
    const onCluster = createWarehouse({ url: engine.url, user, password, cluster: 'all' });
    await createInserts(onCluster).attempts(rows, 'slice-1');
    const statement = { text: "SELECT count() AS n FROM spendlens.attempts WHERE outbox_id = 'twice'", params: {} };
    expect(await onCluster.rows(z.object({ n: z.coerce.number() }), statement, { decisive: true })).toEqual([{ n: 3 }]);
    await onCluster.close();
  });

  it('that spans two months stands once too', async () => {
    const old = [4, 5].map((seq) => attemptRow(Date.now() - seq * 40 * 86_400_000, 'twice', seq));
    await inserts().attempts(old, 'slice-2');
    await inserts().attempts(old, 'slice-2');
    expect(await count('attempts')).toBe(5);
  });

  it('of a row that does not fit is refused whole, and for good', async () => {
    const bad = { ...attemptRow(Date.now(), 'bad', 2), request_id: 'no uuid' };
    const slice = [attemptRow(Date.now(), 'bad', 1), bad];
    await expect(inserts().attempts(slice, 'slice-3')).rejects.toMatchObject({
      code: 'warehouse_refused',
      retryable: false,
    });
    expect(await count('attempts')).toBe(5);
  });

  it('keeps dollars to the last digit and times to the millisecond', async () => {
    const row = attemptRow(1_700_000_000_123, 'exact', 1, {
      cost_usd: '123456789.123456789',
      total_cost_usd: '0.000000001',
    });
    await inserts().attempts([row], 'slice-4');
    const shape = z.object({ cost_usd: z.string(), total_cost_usd: z.string(), at: z.string() });
    const [found] = await warehouse.rows(shape, {
      text: `SELECT cost_usd, total_cost_usd, toString(created_at) AS at FROM spendlens.attempts WHERE outbox_id = {o:String}`,
      params: { o: 'exact' },
    });
    expect(found).toEqual({
      cost_usd: '123456789.123456789',
      total_cost_usd: '0.000000001',
      at: '2023-11-14 22:13:20.123',
    });
  });
});
