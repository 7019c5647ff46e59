import { z } from 'zod';
import type { requestSort } from '../../domain/api.ts';
import { SpendlensError } from '../../domain/error.ts';
import { instant, money, type Sql, single, sql, text, whole } from './fragment.ts';
import type { LineRow } from './line.ts';

export type Sort = z.infer<typeof requestSort>;

/** Where a page ended: the value that it is sorted by, and the identity that decides between equal ones. */
const cursor = z.tuple([z.string().nullable(), z.string(), z.number().int().nonnegative()]);
type Cursor = z.infer<typeof cursor>;

export function cursorAfter(sort: Sort, row: LineRow): string {
  const value = sort === 'created_at' ? row.at : row[sort];
  const place: Cursor = [value === null ? null : String(value), row.outbox_id, row.seq];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * Rows that come after the cursor. Nulls stand last in both directions, hence after every value.
 * @throws SpendlensError query_invalid
 */
export function afterCursor(sort: Sort, descending: boolean, encoded: string): Sql {
  const [value, outbox, seq] = decode(encoded);
  const identity = sql`(${text(outbox)}, ${whole(seq)})`;
  const later = descending ? sql`(outbox_id, seq) < ${identity}` : sql`(outbox_id, seq) > ${identity}`;
  const column = columns[sort];
  if (value === null) return sql`(${column} IS NULL AND ${later})`;
  const bound = bindings[sort](value);
  const beyond = descending ? sql`${column} < ${bound}` : sql`${column} > ${bound}`;
  const same = sql`${beyond} OR (${column} = ${bound} AND ${later})`;
  return nullable.has(sort) ? sql`(${same} OR ${column} IS NULL)` : sql`(${same})`;
}

export function sortOrder(sort: Sort, descending: boolean): Sql[] {
  const column = columns[sort];
  return descending
    ? [sql`${column} DESC NULLS LAST`, sql`outbox_id DESC`, sql`seq DESC`]
    : [sql`${column} ASC NULLS LAST`, sql`outbox_id ASC`, sql`seq ASC`];
}

const nullable: ReadonlySet<Sort> = new Set(['cost_usd', 'ttft_ms', 'input_tokens', 'output_tokens']);

const columns: Record<Sort, Sql> = {
  created_at: sql`created_at`,
  cost_usd: sql`cost_usd`,
  latency_ms: sql`latency_ms`,
  ttft_ms: sql`ttft_ms`,
  input_tokens: sql`input_tokens`,
  output_tokens: sql`output_tokens`,
};

const bindings: Record<Sort, (value: string) => ReturnType<typeof text>> = {
  created_at: (value) => instant(Number(value)),
  cost_usd: money,
  latency_ms: single,
  ttft_ms: single,
  input_tokens: (value) => whole(Number(value)),
  output_tokens: (value) => whole(Number(value)),
};

const NUMBER = /^\d+(\.\d+)?(e[+-]?\d+)?$/;

function decode(encoded: string): Cursor {
  const parsed = cursor.safeParse(json(Buffer.from(encoded, 'base64url').toString('utf8')));
  const [value] = parsed.data ?? [''];
  if (parsed.success && (value === null || (value !== undefined && NUMBER.test(value)))) return parsed.data;
  throw new SpendlensError('query_invalid', 'after: not a cursor of this API');
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
