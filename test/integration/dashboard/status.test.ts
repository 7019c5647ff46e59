import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { createStatus } from '../../../dashboard/server/status.ts';
import { statusAnswer } from '../../../domain/api.ts';
import { fillAttempts } from '../../harness/many-rows.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

/** The status is what tells that the warehouse is down: it must not go down with it. */

const COUNT = 200;
const children = () => [{ name: 'warehouse', pid: 1, state: 'starting' as const, restarts: 1, lastExit: 'killed' }];

let engine: TestWarehouse;
let warehouse: Warehouse;

beforeAll(async () => {
  engine = await startWarehouse();
  const as = ({ username, password }: { username: string; password: string }) =>
    createWarehouse({ url: engine.url, user: username, password });
  const ingest = as(engine.users.ingest);
  await migrate(ingest);
  await fillAttempts(ingest, COUNT, 5);
  await ingest.close();
  warehouse = as(engine.users.dashboard);
}, 120_000);

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
  await rm(engine.folder, { recursive: true, force: true });
});

function statusOf() {
  const status = createStatus({
    warehouse,
    children,
    proxyUrl: 'http://127.0.0.1:1',
    proxyKey: null,
    sqlUrl: engine.url,
    lag: null,
  });
  return async () => statusAnswer.parse(await status());
}

it('keeps the last figures while the warehouse is away, and says that it is', async () => {
  const status = statusOf();
  const before = await status();
  expect(before).toMatchObject({ warehouse: { reachable: true, error: '' }, rows: { app: COUNT, demo: 0 } });

  const { folder, url } = engine;
  await engine.kill();
  const away = await status();
  expect(away.warehouse.reachable).toBe(false);
  expect(away.warehouse.error).toContain('the warehouse cannot be reached');
  expect(away).toMatchObject({ rows: before.rows, lastRowAt: before.lastRowAt, firstRowAt: before.firstRowAt });
  expect(away.health.complete).toBe(before.health.complete);
  expect(away.health.processes).toMatchObject([{ name: 'warehouse', state: 'starting', lastExit: 'killed' }]);

  // Whoever begins while it is away knows nothing, which is not the same as none.
  const fresh = await statusOf()();
  expect(fresh).toMatchObject({ warehouse: { reachable: false }, rows: null, firstRowAt: null });
  expect(fresh.health).toMatchObject({ complete: null, gaps: null });

  engine = await startWarehouse({ folder, port: Number(new URL(url).port) });
  await expect.poll(status).toMatchObject({ warehouse: { reachable: true }, rows: before.rows });
});
