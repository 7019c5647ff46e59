import { z } from 'zod';
import type { Experiment } from '../../domain/experiments/experiment.ts';
import { confidenceOf } from '../../domain/experiments/judge.ts';
import { compareMetric } from '../../domain/experiments/measures.ts';
import type { ExperimentSeries } from '../../domain/experiments/results.ts';
import { meanOf } from '../../domain/statistics/estimate.ts';
import { type Asking, optionsOf } from './asking.ts';
import { type ExposureScope, exposures } from './experiment-exposures.ts';
import { render, sql, whole } from './fragment.ts';

const number = z.coerce.number();
const stepRow = z.object({ arm: z.string(), at: number, new_units: number, cost: number, squares: number });
const spanRow = z.object({ seconds: number });

const POINTS = 48;
const GRAINS_S = [300, 3_600, 6 * 3_600, 86_400, 7 * 86_400] as const;
const LONGEST_GRAIN_S = 7 * 86_400;

interface Sums {
  units: number;
  cost: number;
  squares: number;
}

/** How units and their cost came together, and with them the lift and its interval: the goal's cumulative chart. */
export async function askExperimentSeries(
  asking: Asking,
  id: string,
  setup: Experiment,
  kind: ExposureScope['kind'],
): Promise<ExperimentSeries> {
  const names = setup.variants.map(({ name }) => name);
  const scope: ExposureScope = { experiment: id, kind, variants: names, scoreName: '' };
  const rows = await steps(asking, scope, await grainOf(asking, scope));
  const sums = new Map<string, Sums>(names.map((name) => [name, { units: 0, cost: 0, squares: 0 }]));
  const moments = [...new Set(rows.map(({ at }) => at))].sort((a, b) => a - b);
  return {
    points: moments.flatMap((at) => {
      const now = rows.filter((row) => row.at === at);
      for (const row of now) addTo(sums.get(row.arm), row);
      return names.map((variant) =>
        pointOf(setup, sums, variant, at, now.find(({ arm }) => arm === variant)?.new_units ?? 0),
      );
    }),
  };
}

async function grainOf(asking: Asking, scope: ExposureScope): Promise<number> {
  const query = sql`SELECT ifNull(dateDiff('second', min(created_at), max(created_at)), 0) AS seconds
    FROM spendlens.requests WHERE ${exposures(scope)}`;
  const [row] = await asking.warehouse.rows(spanRow, render(query), optionsOf(asking));
  return GRAINS_S.find((grain) => (row?.seconds ?? 0) / grain <= POINTS) ?? LONGEST_GRAIN_S;
}

/**
 * What each step adds to the sums over units. A unit's cost so far changes only in the steps in which it was seen, so
 * the sum of squares moves by the difference of its old and its new square.
 */
function steps(asking: Asking, scope: ExposureScope, grainS: number) {
  const query = sql`SELECT arm, step.1 AS at, countIf(step.2) AS new_units, sum(step.3 - step.4) AS cost,
      sum(step.3 * step.3 - step.4 * step.4) AS squares
    FROM (
      SELECT arm, arrayJoin(arrayMap((at, now, before, index) -> (at, index = 1, now, before),
        ats, sums, arrayPopBack(arrayPushFront(sums, 0.)), arrayEnumerate(ats))) AS step
      FROM (
        SELECT any(seen) AS arm, arraySort(groupArray((at, spent))) AS steps, steps.1 AS ats,
          arrayCumSum(steps.2) AS sums
        FROM (
          SELECT unit_id, any(variant) AS seen, uniqExact(variant) AS variants,
            intDiv(toUnixTimestamp(created_at), ${whole(grainS)}) * ${whole(grainS)} AS at,
            sum(toFloat64(ifNull(cost_usd, 0))) AS spent
          FROM spendlens.requests WHERE ${exposures(scope)} GROUP BY unit_id, at)
        GROUP BY unit_id HAVING max(variants) = 1 AND uniqExact(seen) = 1))
    GROUP BY arm, at ORDER BY at, arm`;
  return asking.warehouse.rows(stepRow, render(query), optionsOf(asking));
}

function addTo(sums: Sums | undefined, row: z.infer<typeof stepRow>): void {
  if (!sums) return;
  sums.units += row.new_units;
  sums.cost += row.cost;
  sums.squares += row.squares;
}

function pointOf(
  setup: Experiment,
  sums: ReadonlyMap<string, Sums>,
  variant: string,
  at: number,
  newUnits: number,
): ExperimentSeries['points'][number] {
  const own = sums.get(variant) ?? { units: 0, cost: 0, squares: 0 };
  const control = sums.get(setup.variants[0]?.name ?? '');
  const isControl = own === control;
  const line =
    isControl || !control ? null : compareMetric('cost_per_unit', measure(own), measure(control), confidenceOf(setup));
  return {
    at: new Date(at * 1000).toISOString(),
    variant,
    units: own.units,
    newUnits,
    cost: own.units === 0 ? 0 : own.cost / own.units,
    lift: line?.lift ?? null,
    interval: line?.interval ?? null,
  };
}

function measure({ units, cost, squares }: Sums) {
  const mean = units === 0 ? 0 : cost / units;
  const variance = units < 2 ? 0 : Math.max(0, squares - units * mean * mean) / (units - 1);
  return { kind: 'mean' as const, estimate: meanOf({ units, mean, variance }) };
}
