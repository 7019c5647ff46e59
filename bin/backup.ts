import { join } from 'node:path';
import { backupName, makeBackup } from '../clickhouse/backup.ts';
import { createWarehouse } from '../clickhouse/client.ts';
import { findInstallation } from '../demo/installation.ts';
import { SpendlensError } from '../domain/error.ts';

const USAGE = 'usage: npm run backup -- NAME   copies the embedded warehouse while everything goes on';

async function main(): Promise<void> {
  const [name] = process.argv.slice(2);
  if (name === undefined) throw new SpendlensError('request_invalid', USAGE);
  if (process.env['CLICKHOUSE_URL']) {
    throw new SpendlensError('config_invalid', 'CLICKHOUSE_URL names a server: it is backed up by its own BACKUP');
  }
  backupName(name);
  const { warehouse: access, data } = await findInstallation(process.env);
  const warehouse = createWarehouse(access);
  try {
    const bytes = await makeBackup(warehouse, name);
    process.stdout.write(`${join(data, 'warehouse', 'backups', name)}: ${(bytes / 2 ** 20).toFixed(1)} MiB\n`);
  } finally {
    await warehouse.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`spendlens backup: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
