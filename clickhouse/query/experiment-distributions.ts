import { z } from 'zod';
import type {
  Distribution,
  DistributionMetric,
  ExperimentDistributions,
  Spread,
} from '../../domain/experiments/distributions.ts';
import type { Experiment } from '../../domain/experiments/experiment.ts';
import { FINEST, type FineCounts, LEAST, logBuckets } from '../../domain/experiments/log-buckets.ts';
import { minObservations } from '../../domain/statistics/quantile.ts';
import { type Asking, optionsOf } from './asking.ts';
import { answered, type ExposureScope, exposures, unmixed } from './experiment-exposures.ts';
import { real, render, type Sql, sql, whole } from './fragment.ts';

const number = z.coerce.number();
const figure = number.nullable().catch(null);
const unitsRow = z.object({
  arm: z.string(),
  units: number,
  mean: figure,
  quantiles: z.array(figure),
  buckets: z.tuple([z.array(number), z.array(number)]),
});
const countRow = z.object({ arm: z.string(), took: number.nullable(), began: number.nullable(), n: number });
const figuresRow = z.object({
  arm: z.string(),
  took_mean: figure,
  took: z.array(figure),
  began_mean: figure,
  began: z.array(figure),
});

type CountRow = z.infer<typeof countRow>;
type FiguresRow = z.infer<typeof figuresRow>;
type Figures = readonly [mean: number | null, quantiles: readonly (number | null)[]];

/** What is drawn of one arm and metric, before its buckets are put together with those of the others. */
interface Measured {
  readonly counts: FineCounts;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** How cost per unit, latency and time to first token are spread in each arm; a unit seen in two is in none. */
export async function askExperimentDistributions(
  asking: Asking,
  id: string,
  setup: Experiment,
  kind: ExposureScope['kind'],
): Promise<ExperimentDistributions> {
  const variants = setup.variants.map(({ name }) => name);
  const scope: ExposureScope = { experiment: id, kind, variants, scoreName: '' };
  const { cost, mixedUnits } = await askCost(asking, scope);
  const { latency, ttft } = await askAnswers(asking, mixedUnits === 0 ? exposures(scope) : unmixed(scope));
  return {
    mixedUnits,
    distributions: [
      distributionOf('cost_per_unit', variants, cost),
      distributionOf('latency', variants, latency),
      distributionOf('ttft', variants, ttft),
    ],
  };
}

/** A little above each bound, since the engine's logarithm of a round number may fall just short of it. */
const bucketOf = (value: Sql): Sql =>
  sql`toInt16(floor(log10(greatest(${value}, ${real(String(LEAST))})) * ${whole(FINEST)} + 1e-9))`;
const NO_BUCKET = Math.round(Math.log10(LEAST) * FINEST);

async function askCost(asking: Asking, scope: ExposureScope) {
  const query = sql`SELECT if(is_mixed, '', variant_seen) AS arm, count() AS units, avg(cost) AS mean,
      quantilesExact(0.5, 0.99)(cost) AS quantiles,
      sumMap([${bucketOf(sql`cost`)}], [toUInt64(1)]) AS buckets
    FROM (
      SELECT unit_id, min(variant) AS variant_seen, max(variant) != variant_seen AS is_mixed,
        toFloat64(ifNull(sum(cost_usd), 0)) AS cost
      FROM spendlens.requests WHERE ${exposures(scope)} GROUP BY unit_id)
    GROUP BY arm ORDER BY arm`;
  const rows = await asking.warehouse.rows(unitsRow, render(query), optionsOf(asking));
  return {
    mixedUnits: rows.find(({ arm }) => arm === '')?.units ?? 0,
    cost: new Map(
      rows.map(({ arm, mean, quantiles, buckets: [indexes, counts] }) => {
        const pairs = indexes.map((index, place) => ({ index, n: counts[place] ?? 0 }));
        return [arm, measured(fineCounts(pairs), mean, quantiles)];
      }),
    ),
  };
}

/** Latency and time to first token of `rows`, by arm. */
async function askAnswers(asking: Asking, rows: Sql) {
  const [counts, found] = await Promise.all([askCounts(asking, rows), askFigures(asking, rows)]);
  const byArm = (pick: (row: CountRow) => number | null, figuresOf: (row: FiguresRow) => Figures) =>
    new Map(
      found.map((row) => {
        const own = counts.flatMap((each) => {
          const index = pick(each);
          return each.arm === row.arm && index !== null ? [{ index, n: each.n }] : [];
        });
        return [row.arm, measured(fineCounts(own), ...figuresOf(row))];
      }),
    );
  return {
    latency: byArm(
      ({ took }) => took,
      ({ took_mean, took }) => [took_mean, took],
    ),
    ttft: byArm(
      ({ began }) => began,
      ({ began_mean, began }) => [began_mean, began],
    ),
  };
}

function askCounts(asking: Asking, rows: Sql) {
  const query = sql`SELECT variant AS arm, if(${answered}, ${bucketOf(sql`latency_ms`)}, NULL) AS took,
      if(ttft_ms IS NULL, NULL, ${bucketOf(sql`ttft_ms`)}) AS began, count() AS n
    FROM spendlens.requests WHERE ${rows} GROUP BY arm, took, began`;
  return asking.warehouse.rows(countRow, render(query), optionsOf(asking));
}

function askFigures(asking: Asking, rows: Sql) {
  const query = sql`SELECT variant AS arm, avgIf(latency_ms, ${answered}) AS took_mean,
      quantilesExactIf(0.5, 0.99)(latency_ms, ${answered}) AS took, avg(ttft_ms) AS began_mean,
      quantilesExactIf(0.5, 0.99)(ifNull(ttft_ms, 0), ttft_ms IS NOT NULL) AS began
    FROM spendlens.requests WHERE ${rows} GROUP BY arm`;
  return asking.warehouse.rows(figuresRow, render(query), optionsOf(asking));
}

type Pairs = readonly { readonly index: number; readonly n: number }[];

function fineCounts(pairs: Pairs): FineCounts {
  const buckets = new Map<number, number>();
  for (const { index, n } of pairs) buckets.set(index, (buckets.get(index) ?? 0) + n);
  const zero = buckets.get(NO_BUCKET) ?? 0;
  buckets.delete(NO_BUCKET);
  return { zero, buckets };
}

const nothing: Measured = { counts: { zero: 0, buckets: new Map() }, mean: null, p50: null, p99: null };

function measured(counts: FineCounts, ...[mean, [p50 = null, p99 = null]]: Figures): Measured {
  return { counts, mean, p50, p99 };
}

/** Of a two-sided 95 %: what the metrics ask of a p99 before they compare it, is asked of one that is shown, too. */
const ENOUGH_FOR_P99 = minObservations(0.99, 1.96);

function distributionOf(
  metric: DistributionMetric,
  names: readonly string[],
  byArm: ReadonlyMap<string, Measured>,
): Distribution {
  const arms = names.map((name) => byArm.get(name) ?? nothing);
  const { bounds, shares } = logBuckets(arms.map(({ counts }) => counts));
  return {
    metric,
    bounds: [...bounds],
    arms: arms.map((arm, index) => spreadOf(names[index] ?? '', arm, shares[index] ?? [])),
  };
}

function spreadOf(name: string, { counts, mean, p50, p99 }: Measured, shares: readonly number[]): Spread {
  const count = [...counts.buckets.values()].reduce((sum, n) => sum + n, counts.zero);
  return {
    name,
    measured: count,
    zero: count === 0 ? 0 : counts.zero / count,
    shares: [...shares],
    mean: count === 0 ? null : mean,
    p50: count === 0 ? null : p50,
    p99: count < ENOUGH_FOR_P99 ? null : p99,
  };
}
