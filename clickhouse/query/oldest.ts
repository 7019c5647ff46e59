import { z } from 'zod';
import { type Asking, optionsOf } from './asking.ts';
import { render, sql, text } from './fragment.ts';

const row = z.object({ oldest: z.coerce.number() });

/** When the first row of a kind arrived, in milliseconds since 1970; null where there is none. */
export async function oldestRow(asking: Asking, kind: string): Promise<number | null> {
  // In the table's own order: reads a granule where min() would read them all.
  const statement = sql`SELECT toUnixTimestamp64Milli(created_at) AS oldest FROM spendlens.requests
WHERE kind = ${text(kind)} ORDER BY created_at LIMIT 1`;
  const [found] = await asking.warehouse.rows(row, render(statement), optionsOf(asking));
  return found?.oldest ?? null;
}
