import { z } from 'zod';
import { type Asking, optionsOf } from './asking.ts';
import { render, sql, text } from './fragment.ts';

const row = z.object({ oldest: z.coerce.number(), rows: z.coerce.number() });

/** When the first row of a kind arrived, in milliseconds since 1970; null where there is none. */
export async function oldestRow(asking: Asking, kind: string): Promise<number | null> {
  const statement = sql`SELECT toUnixTimestamp64Milli(min(created_at)) AS oldest, count() AS rows FROM spendlens.requests WHERE kind = ${text(kind)}`;
  const [found] = await asking.warehouse.rows(row, render(statement), optionsOf(asking));
  return found === undefined || found.rows === 0 ? null : found.oldest;
}
