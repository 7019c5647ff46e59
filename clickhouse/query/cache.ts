import { z } from 'zod';
import type { CacheAnswer, CacheFigures, CacheGrain, cacheRequest } from '../../domain/cache-api.ts';
import { fromDecimal, nanoUsd, toDecimal } from '../../domain/money.ts';
import { bucketsOf } from '../../domain/range.ts';
import { type Asking, optionsOf } from './asking.ts';
import { bucketColumn } from './bucket.ts';
import { dimensionColumn } from './dimension.ts';
import { readable, render, type Sql, sql, texts } from './fragment.ts';
import { oldestRow } from './oldest.ts';
import { resolveScope, type Scope, scopeConditions } from './scope.ts';
import { nothing, type Query, select } from './select.ts';

const ROWS = 50;
const LINES = 6;

const number = z.coerce.number();
const measured = z.object({
  value: z.string(),
  hits: number,
  misses: number,
  saved: z.string(),
  unpriced_hits: number,
  saved_ms: number,
  total: z.tuple([number, number, z.string(), number, number]),
});
type Measured = z.infer<typeof measured>;
const point = z.object({ bucket: number, value: z.string().nullable(), hits: number, asked: number });
type Point = z.infer<typeof point>;

/** What the cache was asked for, how often it knew, and what that saved. */
export async function askCache(asking: Asking, { view, by }: z.infer<typeof cacheRequest>): Promise<CacheAnswer> {
  const scope = await resolveScope(view, asking.now, () => oldestRow(asking, view.kind));
  const buckets = bucketsOf(scope.span, scope.zone, asking.now);
  const rowsQuery = select(rowsOf(scope, by));
  const rows = await asking.warehouse.rows(measured, render(rowsQuery), optionsOf(asking));
  const shown = rows.slice(0, LINES).map(({ value }) => value);
  const pointsQuery = select(pointsOf(scope, by, shown, buckets.edges));
  const points = await asking.warehouse.rows(point, render(pointsQuery), optionsOf(asking));
  return {
    by,
    total: totalOf(rows[0]),
    rows: rows.map((row) => ({ value: row.value, ...figuresOf(row) })),
    bucketSeconds: buckets.seconds,
    buckets: buckets.edges.map((edge) => new Date(edge).toISOString()),
    running: buckets.running,
    hitRates: [null, ...shown].map((value) => ({ value, points: ratesOf(points, value, buckets.edges) })),
    sql: { rows: readable(rowsQuery), hitRates: readable(pointsQuery) },
  };
}

/**
 * Requests as the app saw them, beside the latency of the call itself: of a hit that is the call which was paid for
 * when the answer was kept.
 */
const answered = sql`(
  SELECT * REPLACE (
      total_status AS status, total_error_kind AS error_kind, total_cost_usd AS cost_usd,
      total_cost_status AS cost_status, total_input_tokens AS input_tokens,
      total_cache_read_tokens AS cache_read_tokens, total_output_tokens AS output_tokens,
      total_reasoning_tokens AS reasoning_tokens, total_latency_ms AS latency_ms, total_ttft_ms AS ttft_ms,
      total_response_bytes AS response_bytes),
    attempts.latency_ms AS call_ms
  FROM spendlens.attempts
  WHERE final
)`;

const isHit = sql`cache_outcome = 'hit'`;
const asked: Query = { ...nothing, from: answered };
const askedConditions = (scope: Scope): Sql[] => [...scopeConditions(scope), sql`cache_outcome IN ('hit', 'miss')`];

function rowsOf(scope: Scope, by: CacheGrain): Query {
  return {
    ...asked,
    columns: {
      value: dimensionColumn(by),
      hits: sql`countIf(${isHit})`,
      misses: sql`countIf(cache_outcome = 'miss')`,
      saved: sql`sum(cache_saved_usd)`,
      unpriced_hits: sql`countIf(${isHit} AND cache_saved_usd = 0)`,
      // Whoever waited for another's call to end was answered no sooner.
      saved_ms: sql`sumIf(greatest(call_ms - latency_ms, 0), ${isHit})`,
      total: sql`(sum(hits) OVER (), sum(misses) OVER (), sum(saved) OVER (), sum(unpriced_hits) OVER (), sum(saved_ms) OVER ())`,
    },
    where: askedConditions(scope),
    groupBy: [sql`value`],
    orderBy: [sql`hits + misses DESC`, sql`value`],
    limit: ROWS,
  };
}

/** Every request twice: in its value's line where that is drawn, and in that of all. */
function pointsOf(scope: Scope, by: CacheGrain, shown: readonly string[], edges: readonly number[]): Query {
  const name = dimensionColumn(by);
  return {
    ...asked,
    columns: {
      bucket: bucketColumn(edges),
      value: sql`arrayJoin(if(has(${texts(shown)}, ${name}), [NULL, ${name}], [NULL]))`,
      hits: sql`countIf(${isHit})`,
      asked: sql`count()`,
    },
    where: askedConditions(scope),
    groupBy: [sql`bucket`, sql`value`],
    orderBy: [sql`bucket`, sql`value`],
  };
}

function figuresOf(row: Omit<Measured, 'value' | 'total'>): CacheFigures {
  return {
    hits: row.hits,
    misses: row.misses,
    saved: toDecimal(fromDecimal(row.saved)),
    unpricedHits: row.unpriced_hits,
    savedMs: row.saved_ms,
  };
}

/** Stands in every row, since the values beyond the last row count too. */
function totalOf(row: Measured | undefined): CacheFigures {
  if (row === undefined) return { hits: 0, misses: 0, saved: toDecimal(nanoUsd(0n)), unpricedHits: 0, savedMs: 0 };
  const [hits, misses, saved, unpriced_hits, saved_ms] = row.total;
  return figuresOf({ hits, misses, saved, unpriced_hits, saved_ms });
}

function ratesOf(points: readonly Point[], value: string | null, edges: readonly number[]): (number | null)[] {
  const own = new Map(points.filter((each) => each.value === value).map((each) => [each.bucket, each]));
  return edges.map((edge) => {
    const found = own.get(Math.floor(edge / 1000));
    return found === undefined ? null : found.hits / found.asked;
  });
}
