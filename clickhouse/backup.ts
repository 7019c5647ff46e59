import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';
import type { Warehouse } from './client.ts';

const POLL_MS = 250;
const progress = z.object({ status: z.string(), error: z.string(), bytes: z.coerce.number() });

/**
 * The name stands in the statement as it is, since ClickHouse binds no values there.
 * @throws SpendlensError request_invalid
 */
export function backupName(name: string): string {
  if (/^[\w-]{1,64}$/.test(name)) return name;
  throw new SpendlensError('request_invalid', `${JSON.stringify(name)}: expected up to 64 letters, digits, - and _`);
}

/**
 * Copies the database into the folder that the warehouse allows for it, while everything goes on; returns the bytes.
 * @throws SpendlensError warehouse_refused, with the warehouse's own reason
 */
export async function makeBackup(warehouse: Warehouse, name: string): Promise<number> {
  const place = `File('${backupName(name)}')`;
  // In the background, since a request may not take as long as a large copy does.
  await warehouse.run(`BACKUP DATABASE spendlens TO ${place} ASYNC`);
  for (;;) {
    const [found] = await warehouse.rows(progress, {
      text: `SELECT status, error, total_size AS bytes FROM system.backups
        WHERE name = {place:String} ORDER BY start_time DESC LIMIT 1`,
      params: { place },
    });
    if (found?.status === 'BACKUP_CREATED') return found.bytes;
    if (found?.status !== 'CREATING_BACKUP') {
      throw new SpendlensError('warehouse_refused', found?.error || `the backup is ${found?.status ?? 'unknown'}`);
    }
    await sleep(POLL_MS);
  }
}
