import { z } from 'zod';
import { type Mark, marksOf } from '../../domain/marks.ts';
import type { Span } from '../../domain/range.ts';
import { type Asking, optionsOf } from './asking.ts';
import { instant, render, sql } from './fragment.ts';

const row = z.object({
  kind: z.enum(['experiment', 'price-override', 'model-alias']),
  id: z.string(),
  at: z.coerce.number(),
  deleted: z.boolean(),
  value: z.string(),
});

const MOST = 200;

/** What people and guards changed in a span. What it was before decides what a change is called, so all of it is read. */
export async function askMarks(asking: Asking, { from, to }: Span): Promise<Mark[]> {
  const query = sql`SELECT kind, id, toUnixTimestamp64Milli(config.at) AS at, deleted, value FROM spendlens.config
    WHERE kind IN ('experiment', 'price-override', 'model-alias') AND config.at < ${instant(to)}
    ORDER BY kind, id, version, config.at LIMIT 1 BY kind, id, version`;
  const rows = await asking.warehouse.rows(row, render(query), optionsOf(asking));
  const marks = marksOf(rows.map(({ value, ...rest }) => ({ ...rest, value: parsed(value) })));
  return marks.filter(({ at }) => Date.parse(at) >= from).slice(-MOST);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
