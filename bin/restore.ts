import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { restoreBackup } from '../clickhouse/embedded/restore.ts';
import { SpendlensError } from '../domain/error.ts';
import { takeSocketLock } from '../process/socket-lock.ts';

const USAGE =
  'usage: npm run restore -- NAME   puts a backup in the place of the embedded warehouse; Spendlens is stopped';

async function main(): Promise<void> {
  const [name] = process.argv.slice(2);
  if (name === undefined) throw new SpendlensError('request_invalid', USAGE);
  const data = resolve(process.env['SPENDLENS_DATA'] || 'data');
  const lock = await takeSocketLock(data, 'supervisor');
  if (lock === null) throw new SpendlensError('busy', `Spendlens runs on ${data}: stop it first`);
  try {
    await restoreBackup(join(data, 'warehouse'), name);
    // It says what the replaced warehouse had. Without it ingest asks the restored one, and adds what is missing.
    await rm(join(data, 'ingest', 'state.json'), { force: true });
    process.stdout.write(`restored ${name}; start Spendlens, then \`npm run doctor\` says what is missing\n`);
  } finally {
    await lock.release();
  }
}

main()
  .catch((error: unknown) => {
    process.stderr.write(`spendlens restore: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  })
  // The engine leaves threads behind that would keep the process.
  .finally(() => process.exit());
