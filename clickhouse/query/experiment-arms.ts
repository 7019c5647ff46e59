import { z } from 'zod';
import { type Asking, optionsOf } from './asking.ts';
import { answered, type ExposureScope, exposures } from './experiment-exposures.ts';
import type { ArmQuantiles } from './experiment-quantiles.ts';
import { join, readable, render, type Sql, single, sql, text } from './fragment.ts';

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
  mean_below_p99: figure,
  var_below_p99: figure,
  cov_below_p99: figure,
  mean_begun: figure,
  var_begun: figure,
  mean_below_ttft: figure,
  var_below_ttft: figure,
  cov_below_ttft: figure,
});
export type ArmRow = z.infer<typeof armRow>;

/**
 * The latest score of that name of each request; several scorers are told apart by name. Both sides are joined by a hash
 * of the identity: with outbox and number as the key, two million exposures took 350 ms of processor more. That one of a
 * million scores meets a wrong request has a chance of one in ten million, and would move no figure.
 */
const scores = ({ scoreName }: ExposureScope) => sql`(
      SELECT cityHash64(outbox_id, seq) AS identity, argMax(value, scored_at) AS score
      FROM spendlens.scores WHERE name = ${text(scoreName)} AND value IS NOT NULL GROUP BY identity) AS scores`;

/** One row per unit of the experiment. `at` is the quantile of its own arm. */
function unitsQuery(scope: ExposureScope, quantiles: readonly ArmQuantiles[]): Sql {
  const at = (pick: (quantile: ArmQuantiles) => number) =>
    sql`multiIf(${join(
      quantiles.flatMap((each) => [sql`variant = ${text(each.arm)}`, sql`${single(String(pick(each)))}`]),
      ', ',
    )}, 0)`;
  const scored =
    scope.scoreName === ''
      ? sql``
      : sql` LEFT JOIN ${scores(scope)}
      ON cityHash64(requests.outbox_id, requests.seq) = scores.identity`;
  const score = scope.scoreName === '' ? sql`CAST(NULL AS Nullable(Float64))` : sql`scores.score`;
  return sql`SELECT unit_id, min(variant) AS arm, max(variant) != arm AS is_mixed, count() AS requests,
      sum(toFloat64(ifNull(cost_usd, 0))) AS cost, countIf(cost_usd IS NULL) AS unpriced,
      countIf(error_kind != '') AS errors, countIf(error_kind = 'upstream_timeout') AS timeouts,
      sumIf(toFloat64(ifNull(cost_usd, 0)), error_kind = '') AS cost_of_successes,
      countIf(answered_variant != variant AND answered_variant != '') AS fell_back,
      countIf(cache_outcome = 'hit') AS cache_hits,
      sum(ifNull(output_tokens, 0) + ifNull(reasoning_tokens, 0)) AS output,
      countIf(${score} IS NOT NULL) AS scored, sum(ifNull(${score}, 0)) AS score,
      countIf(${answered}) AS answered, countIf(${answered} AND latency_ms <= ${at(({ p50 }) => p50)}) AS below_p50,
      countIf(${answered} AND latency_ms <= ${at(({ p95 }) => p95)}) AS below_p95,
      countIf(${answered} AND latency_ms <= ${at(({ p99 }) => p99)}) AS below_p99,
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
  const query = sql`SELECT if(is_mixed, '', arm) AS name, count() AS units, ${join(summed.map(total), ', ')},
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
        pair('below_p99', 'answered'),
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
