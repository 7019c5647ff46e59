import { z } from 'zod';
import type { BreakdownAnswer, BreakdownRequest } from '../../domain/api.ts';
import { equalParts } from '../../domain/range.ts';
import { type Asking, optionsOf } from './asking.ts';
import { bucketColumn } from './bucket.ts';
import { dimensionColumn } from './dimension.ts';
import { figureColumns, figuresOf, measured, metricOrder } from './figures.ts';
import { readable, render, sql, text, texts } from './fragment.ts';
import { oldestRow } from './oldest.ts';
import { resolveScope, type Scope, scopeConditions } from './scope.ts';
import { nothing, type Query, select } from './select.ts';

const SPARK_POINTS = 24;

const group = { value: z.string(), second: z.string().nullable() };
const line = measured.extend({ ...group, last_at: z.coerce.number(), total: z.coerce.number() });
type Line = z.infer<typeof line>;
const sparkPoint = z.object({ ...group, bucket: z.coerce.number(), spend: z.string() });
const countRow = z.object({ total: z.coerce.number() });

/** One row per value of a dimension, or per pair of values of two. */
export async function askBreakdown(asking: Asking, request: BreakdownRequest): Promise<BreakdownAnswer> {
  const { view } = request;
  const scope = await resolveScope(view, asking.now, () => oldestRow(asking, view.kind));
  const query = select(linesQuery(request, scope));
  const lines = await asking.warehouse.rows(line, render(query), optionsOf(asking));
  const sparks = await sparklines(asking, request, scope, lines);
  return {
    rows: lines.map((row) => ({
      value: row.value,
      second: row.second,
      figures: figuresOf(row),
      spark: sparks(row),
      lastAt: new Date(row.last_at).toISOString(),
    })),
    total: lines[0]?.total ?? (await countBeyond(asking, request, scope)),
    sql: readable(query),
  };
}

function groupsQuery(request: BreakdownRequest, scope: Scope): Query {
  const { dimension, second, search } = request;
  const columns = {
    value: dimensionColumn(dimension),
    second: second === null ? sql`NULL` : dimensionColumn(second),
  };
  const found = search === '' ? [] : [sql`positionCaseInsensitiveUTF8(${columns.value}, ${text(search)}) > 0`];
  return {
    ...nothing,
    columns,
    where: [...scopeConditions(scope), ...found],
    groupBy: [sql`value`, ...(second === null ? [] : [sql`second`])],
  };
}

function linesQuery(request: BreakdownRequest, scope: Scope): Query {
  const { sort, limit, offset } = request;
  const base = groupsQuery(request, scope);
  const order = metricOrder(sort.metric);
  return {
    ...base,
    columns: {
      ...base.columns,
      ...figureColumns,
      last_at: sql`toUnixTimestamp64Milli(max(created_at))`,
      total: sql`count() OVER ()`,
    },
    orderBy: [sort.descending ? sql`${order} DESC NULLS LAST` : sql`${order} ASC NULLS LAST`, sql`value`, sql`second`],
    limit,
    offset,
  };
}

/** A page after the last one has no row to carry the total. */
async function countBeyond(asking: Asking, request: BreakdownRequest, scope: Scope): Promise<number> {
  if (request.offset === 0) return 0;
  const query = sql`SELECT count() AS total FROM (\n${select(groupsQuery(request, scope))}\n)`;
  const [row] = await asking.warehouse.rows(countRow, render(query), optionsOf(asking));
  return row?.total ?? 0;
}

/** Spend over time of the rows on this page alone: a second reading of few columns, for few values. */
async function sparklines(
  asking: Asking,
  request: BreakdownRequest,
  scope: Scope,
  lines: readonly Line[],
): Promise<(row: Line) => number[]> {
  const edges = equalParts(scope.span, SPARK_POINTS);
  const base = groupsQuery(request, scope);
  const shown = sql`${dimensionColumn(request.dimension)} IN ${texts([...new Set(lines.map(({ value }) => value))])}`;
  const query: Query = {
    ...base,
    columns: { ...base.columns, bucket: bucketColumn(edges), spend: sql`ifNull(sum(cost_usd), 0)` },
    where: [...base.where, shown],
    groupBy: [...base.groupBy, sql`bucket`],
  };
  const points =
    lines.length === 0 ? [] : await asking.warehouse.rows(sparkPoint, render(select(query)), optionsOf(asking));
  const spends = new Map(points.map((point) => [key(point, point.bucket), Number(point.spend)]));
  return (row) => edges.map((edge) => spends.get(key(row, Math.floor(edge / 1000))) ?? 0);
}

const key = ({ value, second }: { value: string; second: string | null }, bucket: number) =>
  JSON.stringify([value, second, bucket]);
