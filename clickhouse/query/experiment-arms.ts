import { z } from 'zod';
import { type Asking, optionsOf } from './asking.ts';
import { join, readable, render, type Sql, single, sql, text, texts, whole } from './fragment.ts';

/** Whose exposures are read: one experiment's, of one kind of traffic. */
export interface ExposureScope {
  readonly experiment: string;
  readonly kind: 'app' | 'demo';
  readonly variants: readonly string[];
  readonly scoreName: string;
}

const number = z.coerce.number();
/** Of nothing, averages are null and variances of one unit are NaN, which JSON knows as null. */
const figure = number.nullable().catch(null);

/** `x` are requests of a unit (or those among them that count), `y` what is summed up over them. */
const armRow = z.object({
  name: z.string(),
  units: number,
  all_requests: number,
  all_unpriced: number,
  all_errors: number,
  all_timeouts: number,
  all_fell_back: number,
  all_cache_hits: number,
  all_scored: number,
  all_cost: number,
  all_cost_of_successes: number,
  top_cost: number,
  capped_cost: number,
  first_at: number,
  last_at: number,
  mean_requests: figure,
  var_requests: figure,
  mean_cost: figure,
  var_cost: figure,
  cov_cost: figure,
  mean_errors: figure,
  var_errors: figure,
  cov_errors: figure,
  mean_output: figure,
  var_output: figure,
  cov_output: figure,
  mean_scored: figure,
  var_scored: figure,
  mean_score: figure,
  var_score: figure,
  cov_score: figure,
  mean_answered: figure,
  var_answered: figure,
  mean_below_p50: figure,
  var_below_p50: figure,
  cov_below_p50: figure,
  mean_below_p95: figure,
  var_below_p95: figure,
  cov_below_p95: figure,
  mean_begun: figure,
  var_begun: figure,
  mean_below_ttft: figure,
  var_below_ttft: figure,
  cov_below_ttft: figure,
});
export type ArmRow = z.infer<typeof armRow>;

/** Where the quantiles of each arm lie; the moments count what lies below them. */
export interface ArmQuantiles {
  readonly arm: string;
  readonly p50: number;
  readonly p95: number;
  readonly ttft: number;
}

const quantileRow = z.object({ arm: z.string(), p50: number, p95: number, ttft: number });

/**
 * Rows with a unit of their own: a variant that a header forced has none. What the app broke off is no latency of the
 * model's, so `answered` leaves it out.
 */
export function exposures({ experiment, kind, variants }: ExposureScope): Sql {
  return sql`experiment = ${text(experiment)} AND kind = ${text(kind)} AND unit_id != ''
    AND has(${texts(variants)}, variant)`;
}

const answered = sql`error_kind NOT IN ('client_disconnect', 'aborted', 'drained', 'refused')`;

export async function askArmQuantiles(asking: Asking, scope: ExposureScope): Promise<ArmQuantiles[]> {
  const query = sql`SELECT variant AS arm,
    quantileExactIf(0.5)(latency_ms, ${answered}) AS p50, quantileExactIf(0.95)(latency_ms, ${answered}) AS p95,
    quantileExactIf(0.5)(ifNull(ttft_ms, 0), ttft_ms IS NOT NULL) AS ttft
  FROM spendlens.requests WHERE ${exposures(scope)} GROUP BY variant ORDER BY variant`;
  return asking.warehouse.rows(quantileRow, render(query), optionsOf(asking));
}

/** The latest score of that name of each request; several scorers are told apart by name. */
const scores = ({ scoreName }: ExposureScope) => sql`(
      SELECT outbox_id, seq, argMax(value, scored_at) AS score FROM spendlens.scores
      WHERE name = ${text(scoreName)} AND value IS NOT NULL GROUP BY outbox_id, seq) AS scores`;

/** One row per unit of the experiment. `at` is the quantile of its own arm. */
function unitsQuery(scope: ExposureScope, quantiles: readonly ArmQuantiles[]): Sql {
  const at = (pick: (quantile: ArmQuantiles) => number) =>
    sql`multiIf(${join(
      quantiles.flatMap((each) => [sql`variant = ${text(each.arm)}`, sql`${single(String(pick(each)))}`]),
      ', ',
    )}, 0)`;
  const scored = scope.scoreName === '' ? sql`` : sql` LEFT JOIN ${scores(scope)} USING (outbox_id, seq)`;
  const score = scope.scoreName === '' ? sql`CAST(NULL AS Nullable(Float64))` : sql`scores.score`;
  return sql`SELECT unit_id, any(variant) AS arm, uniqExact(variant) AS variants, count() AS requests,
      sum(toFloat64(ifNull(cost_usd, 0))) AS cost, countIf(cost_usd IS NULL) AS unpriced,
      countIf(error_kind != '') AS errors, countIf(error_kind = 'upstream_timeout') AS timeouts,
      sumIf(toFloat64(ifNull(cost_usd, 0)), error_kind = '') AS cost_of_successes,
      countIf(answered_variant != variant AND answered_variant != '') AS fell_back,
      countIf(cache_outcome = 'hit') AS cache_hits,
      sum(ifNull(output_tokens, 0) + ifNull(reasoning_tokens, 0)) AS output,
      countIf(${score} IS NOT NULL) AS scored, sum(ifNull(${score}, 0)) AS score,
      countIf(${answered}) AS answered, countIf(${answered} AND latency_ms <= ${at(({ p50 }) => p50)}) AS below_p50,
      countIf(${answered} AND latency_ms <= ${at(({ p95 }) => p95)}) AS below_p95,
      countIf(ttft_ms IS NOT NULL) AS begun,
      countIf(ttft_ms IS NOT NULL AND ttft_ms <= ${at(({ ttft }) => ttft)}) AS below_ttft,
      min(created_at) AS first, max(created_at) AS last
    FROM spendlens.requests${scored}
    WHERE ${exposures(scope)} GROUP BY unit_id`;
}

const summed = [
  'requests',
  'unpriced',
  'errors',
  'timeouts',
  'fell_back',
  'cache_hits',
  'scored',
  'cost',
  'cost_of_successes',
] as const;
const total = (column: string): Sql => ({ pieces: [`sum(${column}) AS all_${column}`] });
const pair = (y: string, x: string): Sql => ({
  pieces: [`avg(${y}) AS mean_${y}, varSampStable(${y}) AS var_${y}, covarSampStable(${y}, ${x}) AS cov_${y}`],
});
const alone = (x: string): Sql => ({ pieces: [`avg(${x}) AS mean_${x}, varSampStable(${x}) AS var_${x}`] });

export interface ArmRows {
  readonly arms: readonly ArmRow[];
  /** Units that were seen in more than one variant, and are in no arm. */
  readonly mixed: number;
  readonly sql: string;
}

/** Moments over units, per arm: all that the tests need, whatever the number of exposures. */
export async function askArms(
  asking: Asking,
  scope: ExposureScope,
  quantiles: readonly ArmQuantiles[],
): Promise<ArmRows> {
  if (quantiles.length === 0) return { arms: [], mixed: 0, sql: '' };
  const units = unitsQuery(scope, quantiles);
  // Named apart from what they sum up: the engine would take the sum for its own argument.
  const query = sql`SELECT if(variants > 1, '', arm) AS name, count() AS units, ${join(summed.map(total), ', ')},
    arrayReverseSort(groupArray(cost)) AS costs,
    arraySum(arraySlice(costs, 1, toUInt64(ceil(units / 100)))) AS top_cost,
    arraySum(arrayMap(each -> least(each, costs[toUInt64(floor(units / 1000)) + 1]), costs)) AS capped_cost,
    toUnixTimestamp64Milli(min(first)) AS first_at, toUnixTimestamp64Milli(max(last)) AS last_at,
    ${join(
      [
        alone('requests'),
        pair('cost', 'requests'),
        pair('errors', 'requests'),
        pair('output', 'requests'),
        alone('scored'),
        pair('score', 'scored'),
        alone('answered'),
        pair('below_p50', 'answered'),
        pair('below_p95', 'answered'),
        alone('begun'),
        pair('below_ttft', 'begun'),
      ],
      ', ',
    )}
  FROM (${units}) GROUP BY name ORDER BY name`;
  const wanted = sql`SELECT * EXCEPT costs FROM (${query})`;
  const rows = await asking.warehouse.rows(armRow, render(wanted), optionsOf(asking));
  return {
    arms: rows.filter(({ name }) => name !== ''),
    mixed: rows.find(({ name }) => name === '')?.units ?? 0,
    sql: readable(units),
  };
}

/** Positions in the ordered latencies of an arm, from 1. */
export interface RankedArm {
  readonly arm: string;
  readonly p50: readonly [number, number] | null;
  readonly p95: readonly [number, number] | null;
  readonly ttft: readonly [number, number] | null;
}

const rankedRow = z.object({
  p50_low: number,
  p50_high: number,
  p95_low: number,
  p95_high: number,
  ttft_low: number,
  ttft_high: number,
});
export type RankedValues = z.infer<typeof rankedRow>;

/** The values at those ranks; a rank of zero asks for none and yields 0. */
export async function askRanks(asking: Asking, scope: ExposureScope, ranked: RankedArm): Promise<RankedValues | null> {
  const rank = (pair: readonly [number, number] | null, end: 0 | 1) => whole(pair?.[end] ?? 0);
  const query = sql`SELECT
    arraySort(groupArrayIf(latency_ms, ${answered})) AS took, arraySort(groupArrayIf(ttft_ms, ttft_ms IS NOT NULL)) AS began,
    took[${rank(ranked.p50, 0)}] AS p50_low, took[${rank(ranked.p50, 1)}] AS p50_high,
    took[${rank(ranked.p95, 0)}] AS p95_low, took[${rank(ranked.p95, 1)}] AS p95_high,
    began[${rank(ranked.ttft, 0)}] AS ttft_low, began[${rank(ranked.ttft, 1)}] AS ttft_high
  FROM spendlens.requests WHERE ${exposures(scope)} AND variant = ${text(ranked.arm)}`;
  const wanted = sql`SELECT * EXCEPT (took, began) FROM (${query})`;
  const [row] = await asking.warehouse.rows(rankedRow, render(wanted), optionsOf(asking));
  return row ?? null;
}
