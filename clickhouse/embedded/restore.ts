import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from 'chdb';
import { SpendlensError } from '../../domain/error.ts';
import { backupName } from '../backup.ts';
import { openEngine } from './engine.ts';

const REPLACED = 'spendlens_replaced';

/**
 * Puts a backup in the place of the database. Nobody else may have the folder open.
 * @throws SpendlensError not_found, warehouse_refused (everything is then as it was), or see openEngine
 */
export async function restoreBackup(folder: string, name: string): Promise<void> {
  const place = join(folder, 'backups', backupName(name));
  if (!existsSync(place)) throw new SpendlensError('not_found', `there is no backup ${place}`);
  const engine = await openEngine(folder);
  const session = engine.open();
  try {
    replace(session, name);
  } finally {
    session.close();
    await engine.close();
  }
}

function replace(session: Session, name: string): void {
  // A restore that died left the database that it was to replace: what stands beside it is a half of a backup.
  if (exists(session, REPLACED)) session.query('DROP DATABASE IF EXISTS spendlens SYNC');
  else if (exists(session, 'spendlens')) session.query(`RENAME DATABASE spendlens TO ${REPLACED}`);
  try {
    session.query(`RESTORE DATABASE spendlens FROM File('${name}')`);
  } catch (cause) {
    session.query('DROP DATABASE IF EXISTS spendlens SYNC');
    if (exists(session, REPLACED)) session.query(`RENAME DATABASE ${REPLACED} TO spendlens`);
    throw new SpendlensError('warehouse_refused', `the backup could not be restored: ${String(cause)}`, { cause });
  }
  session.query(`DROP DATABASE IF EXISTS ${REPLACED} SYNC`);
}

function exists(session: Session, database: string): boolean {
  return session.query(`SELECT count() FROM system.databases WHERE name = '${database}'`, 'TSV').trim() === '1';
}
