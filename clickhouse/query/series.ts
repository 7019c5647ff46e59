import { z } from 'zod';
import type { SeriesAnswer, SeriesRequest } from '../../domain/api.ts';
import { bucketsOf } from '../../domain/range.ts';
import type { Metric } from '../../domain/view.ts';
import { type Asking, optionsOf } from './asking.ts';
import { bucketColumn } from './bucket.ts';
import { dimensionColumn } from './dimension.ts';
import {
  figuresOf,
  measured,
  metricColumns,
  metricMoney,
  metricPoint,
  metricRank,
  nothingMeasured,
} from './figures.ts';
import { readable, render, type Sql, sql } from './fragment.ts';
import { oldestRow } from './oldest.ts';
import { resolveScope, type Scope, scopeConditions } from './scope.ts';
import { nothing, select } from './select.ts';

const SHOWN_VALUES = 7;

const splitRow = measured.extend({
  bucket: z.coerce.number(),
  value: z.string().nullable(),
  other: z.coerce.boolean(),
  rank: z.coerce.number(),
});
type SplitRow = z.infer<typeof splitRow>;

/** One metric over time, alone or split into its largest values and the rest. */
export async function askSeries(asking: Asking, request: SeriesRequest): Promise<SeriesAnswer> {
  const { view, metric } = request;
  const scope = await resolveScope(view, asking.now, () => oldestRow(asking, view.kind));
  const buckets = bucketsOf(scope.span, scope.zone, asking.now);
  const query = seriesQuery(request, scope, buckets.edges);
  const rows = await asking.warehouse.rows(splitRow, render(query), optionsOf(asking));
  const lines = Map.groupBy(rows, ({ value, other }) => JSON.stringify([value, other]));
  if (lines.size === 0 && request.splitBy === null) lines.set('', []);
  return {
    bucketSeconds: buckets.seconds,
    buckets: buckets.edges.map((edge) => new Date(edge).toISOString()),
    series: [...lines.values()].sort(largestFirst).map((line) => drawn(line, metric, buckets.edges)),
    running: buckets.running,
    sql: readable(query),
  };
}

function seriesQuery({ metric, splitBy }: SeriesRequest, scope: Scope, edges: readonly number[]): Sql {
  const where = scopeConditions(scope);
  const bucket = bucketColumn(edges);
  const measures = { ...metricColumns(metric), rank: metricRank(metric) };
  const byBucket = { ...nothing, where, orderBy: [sql`bucket`] };
  if (splitBy === null) {
    const columns = { bucket, value: sql`NULL`, other: sql`false`, ...measures };
    return select({ ...byBucket, columns, groupBy: [sql`bucket`] });
  }
  const dimension = dimensionColumn(splitBy);
  const largest = select({
    ...nothing,
    columns: { name: dimension },
    where,
    groupBy: [sql`name`],
    orderBy: [sql`${metricRank(metric)} DESC`, sql`name`],
    limit: SHOWN_VALUES,
  });
  const main = select({
    ...byBucket,
    columns: {
      bucket,
      other: sql`${dimension} NOT IN (SELECT name FROM largest)`,
      value: sql`if(other, '', ${dimension})`,
      ...measures,
    },
    groupBy: [sql`bucket`, sql`other`, sql`value`],
  });
  return sql`WITH largest AS (\n${largest}\n)\n${main}`;
}

function largestFirst(one: readonly SplitRow[], two: readonly SplitRow[]): number {
  const rest = (line: readonly SplitRow[]) => (line[0]?.other ? 1 : 0);
  const size = (line: readonly SplitRow[]) => line.reduce((sum, { rank }) => sum + rank, 0);
  const name = (line: readonly SplitRow[]) => line[0]?.value ?? '';
  return rest(one) - rest(two) || size(two) - size(one) || name(one).localeCompare(name(two));
}

function drawn(line: readonly SplitRow[], metric: Metric, edges: readonly number[]): SeriesAnswer['series'][number] {
  const byBucket = new Map(line.map((row) => [row.bucket, row]));
  const figures = edges.map((edge) => figuresOf(byBucket.get(Math.floor(edge / 1000)) ?? nothingMeasured));
  const exact = figures.map((each) => metricMoney(metric, each));
  return {
    value: line[0]?.other ? 'Other' : (line[0]?.value ?? null),
    other: line[0]?.other ?? false,
    points: figures.map((each) => metricPoint(metric, each)),
    exact: exact.some((each) => each === undefined) ? null : exact.map((each) => each ?? null),
  };
}
