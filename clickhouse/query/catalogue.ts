import { z } from 'zod';
import type { Dimension, View } from '../../domain/view.ts';
import { type Asking, optionsOf } from './asking.ts';
import { dimensionColumn } from './dimension.ts';
import { instant, render, sql, text } from './fragment.ts';
import { nothing, select } from './select.ts';

const VALUES = 50;
const NAMES = 500;
const RECENT_MS = 30 * 86_400_000;

const valueRow = z.object({ value: z.string(), requests: z.coerce.number() });
const nameRow = z.object({ name: z.string() });

/** What a filter on `field` may be set to: the most frequent values of the last 30 days. */
export async function askValues(asking: Asking, field: Dimension, search: string, kind: View['kind']) {
  const column = dimensionColumn(field);
  const query = select({
    ...nothing,
    columns: { value: column, requests: sql`count()` },
    where: [
      sql`kind = ${text(kind)}`,
      sql`created_at >= ${instant(asking.now - RECENT_MS)}`,
      sql`${column} != ''`,
      ...(search === '' ? [] : [sql`positionCaseInsensitiveUTF8(${column}, ${text(search)}) > 0`]),
    ],
    groupBy: [sql`value`],
    orderBy: [sql`requests DESC`, sql`value`],
    limit: VALUES,
  });
  return { values: await asking.warehouse.rows(valueRow, render(query), optionsOf(asking)) };
}

/** Names of the properties that were ever sent, most used first. */
export async function askPropertyNames(asking: Asking, kind: View['kind']) {
  const query = select({
    ...nothing,
    columns: { name: sql`arrayJoin(mapKeys(properties))` },
    where: [sql`kind = ${text(kind)}`],
    groupBy: [sql`name`],
    orderBy: [sql`count() DESC`, sql`name`],
    limit: NAMES,
  });
  const rows = await asking.warehouse.rows(nameRow, render(query), optionsOf(asking));
  return { names: rows.map(({ name }) => name) };
}
