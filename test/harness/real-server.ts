import { readWarehouseAccess } from '../../clickhouse/access.ts';
import { createWarehouse } from '../../clickhouse/client.ts';
import { migrate } from '../../clickhouse/migrate.ts';
import { makeUsers } from '../../clickhouse/users.ts';
import { type MigratedWarehouse, startMigrated } from './ingest.ts';

/** An administrator's way to a ClickHouse server that tests may use: its database `spendlens` is dropped and made anew. */
const { CLICKHOUSE_TEST_URL: url, CLICKHOUSE_TEST_USER: user, CLICKHOUSE_TEST_PASSWORD: password } = process.env;

export const realServer = url
  ? readWarehouseAccess({ ...process.env, CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password })
  : null;

export const NO_SERVER =
  'not shown on a ClickHouse server: CLICKHOUSE_TEST_URL names none (with CLICKHOUSE_TEST_USER and _PASSWORD of an administrator)';

const passwords = {
  ingest: 'ingest-password-of-tests',
  dashboard: 'dashboard-password-of-tests',
  reader: 'reader-password-of-tests',
};

/** A migrated warehouse with users: of the server that CLICKHOUSE_TEST_URL names, else of the embedded engine. */
export async function startMigratedAnywhere(): Promise<MigratedWarehouse> {
  if (realServer === null) return startMigrated();
  const admin = createWarehouse(realServer);
  const cluster = realServer.cluster ?? null;
  await admin.run(`DROP DATABASE IF EXISTS spendlens${cluster === null ? '' : ` ON CLUSTER \`${cluster}\``} SYNC`);
  await migrate(admin, { cluster });
  await makeUsers(admin, passwords, cluster);
  await admin.close();
  const access = { ...realServer, user: 'spendlens_ingest', password: passwords.ingest };
  const warehouse = createWarehouse(access);
  const notOurs = async () => {
    throw new Error('a server of its own is not ours to kill');
  };
  return {
    server: {
      url: realServer.url,
      folder: '',
      users: {
        ingest: { username: 'spendlens_ingest', password: passwords.ingest },
        dashboard: { username: 'spendlens_dashboard', password: passwords.dashboard },
        reader: { username: 'spendlens_read', password: passwords.reader },
      },
      pid: 0,
      kill: notOurs,
      stop: notOurs,
    },
    warehouse,
    access,
    stop: () => warehouse.close(),
  };
}
