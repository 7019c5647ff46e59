import { z } from 'zod';
import type { Warehouse } from '../clickhouse/client.ts';
import type { RepricingSelection } from '../domain/money-api.ts';
import { type CallRow, callRow } from './call-row.ts';

/** Where a scan stands: behind this exchange, in the order of the table. */
export const place = z.object({ at: z.string(), outbox: z.string(), seq: z.number().int() });
export type Place = z.infer<typeof place>;

export interface ScanRange {
  readonly selection: RepricingSelection;
  /** Milliseconds since 1970: only rows that came to the warehouse since; 0 = all. */
  readonly since: number;
}

export interface Scanned {
  readonly exchanges: readonly (readonly CallRow[])[];
  /** Null where nothing follows. */
  readonly next: Place | null;
}

const BATCH_ROWS = 10_000;
const BATCH_SECONDS = 120;
const BEGINNING: Place = { at: '1970-01-01 00:00:00.000', outbox: '', seq: 0 };

const count = z.object({ n: z.coerce.number() });

/** About how many calls a scan will read. */
export async function countCalls(warehouse: Warehouse, range: ScanRange): Promise<number> {
  const [row] = await warehouse.rows(count, {
    text: `SELECT count() AS n FROM spendlens.attempts WHERE ${WHERE}`,
    params: paramsOf(range),
  });
  return row?.n ?? 0;
}

// One thread and small blocks: in the table's own order, what others would read ahead is beyond the limit.
/** The exchanges behind `after`, each with all its calls, as many as a batch holds. */
export async function scanBatch(warehouse: Warehouse, range: ScanRange, after: Place | null): Promise<Scanned> {
  const { at, outbox, seq } = after ?? BEGINNING;
  const rows = await warehouse.rows(
    callRow,
    {
      text: `SELECT ${COLUMNS} FROM spendlens.attempts
        WHERE ${WHERE} AND created_at >= {at:DateTime64(3, 'UTC')}
          AND (created_at, toString(outbox_id), seq) > ({at:DateTime64(3, 'UTC')}, {outbox:String}, {seq:UInt64})
        ORDER BY created_at, outbox_id, seq, attempt LIMIT {limit:UInt32}
        SETTINGS max_threads = 1, max_block_size = 8192`,
      params: { ...paramsOf(range), at, outbox, seq, limit: BATCH_ROWS },
    },
    { maxSeconds: BATCH_SECONDS },
  );
  const exchanges = byExchange(rows);
  if (rows.length < BATCH_ROWS) return { exchanges, next: null };
  // The last one may have been cut through by the limit.
  const whole = exchanges.length > 1 ? exchanges.slice(0, -1) : exchanges;
  const last = whole.at(-1)?.[0];
  return { exchanges: whole, next: last ? { at: last.created_at, outbox: last.outbox_id, seq: last.seq } : null };
}

const COLUMNS = Object.keys(callRow.shape).join(', ');

/** Calls beside those that are meant are read where an exchange has several: its total is the sum of all. */
const WHERE = `created_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
  AND created_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
  AND inserted_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
  AND (attempts > 1 OR (({provider:String} = '' OR provider = {provider:String})
    AND ({model:String} = '' OR model = {model:String} OR response_model = {model:String})))`;

function paramsOf({ selection: { from, to, model = '', provider = '' }, since }: ScanRange) {
  return { from: Date.parse(from), to: Date.parse(to), since, model, provider };
}

function byExchange(rows: readonly CallRow[]): CallRow[][] {
  const exchanges: CallRow[][] = [];
  for (const row of rows) {
    const current = exchanges.at(-1);
    const first = current?.[0];
    const same = first?.outbox_id === row.outbox_id && first.seq === row.seq && first.created_at === row.created_at;
    if (current && same) current.push(row);
    else exchanges.push([row]);
  }
  return exchanges;
}
