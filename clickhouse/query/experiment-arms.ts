import { z } from 'zod';
import { type Asking, optionsOf } from './asking.ts';
import { join, readable, render, type Sql, single, sql, text, texts } from './fragment.ts';

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
    quantilesExactIf(0.5, 0.95)(latency_ms, ${answered}) AS took, took[1] AS p50, took[2] AS p95,
    quantileExactIf(0.5)(ifNull(ttft_ms, 0), ttft_ms IS NOT NULL) AS ttft
  FROM spendlens.requests WHERE ${exposures(scope)} GROUP BY variant ORDER BY variant`;
  return asking.warehouse.rows(quantileRow, render(query), optionsOf(asking));
}

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

/** Two positions in the ordered values of an arm, from 1, and how many values there are. */
export interface RankPair {
  readonly low: number;
  readonly high: number;
  readonly of: number;
}

export interface RankedArm {
  readonly arm: string;
  readonly p50: RankPair | null;
  readonly p95: RankPair | null;
  readonly ttft: RankPair | null;
}

const rankedRow = z.record(z.string(), z.array(number));

/** The values at both positions; a pair that was not asked for yields figures that mean nothing. */
export interface RankedValues {
  readonly p50: Ends;
  readonly p95: Ends;
  readonly ttft: Ends;
}
type Ends = { readonly low: number; readonly high: number };

/** The engine takes the value at position ⌊level · n⌋ from 0, so the middle between two positions hits the one meant. */
function levels(pair: RankPair | null): readonly Sql[] {
  const level = (rank: number): Sql => ({ pieces: [pair === null ? '0.5' : ((rank - 0.5) / pair.of).toFixed(15)] });
  return [level(pair?.low ?? 0), level(pair?.high ?? 0)];
}

/** The values at those ranks, of all arms in one pass, and without putting all values in order. */
export async function askRanks(
  asking: Asking,
  scope: ExposureScope,
  ranked: readonly RankedArm[],
): Promise<RankedValues[]> {
  if (ranked.length === 0) return [];
  const columns = ranked.flatMap(({ arm, p50, p95, ttft }, index) => {
    const took = join([...levels(p50), ...levels(p95)], ', ');
    const began = join(levels(ttft), ', ');
    return [
      sql`quantilesExactIf(${took})(latency_ms, variant = ${text(arm)} AND ${answered}) AS ${named('took', index)}`,
      sql`quantilesExactIf(${began})(ifNull(ttft_ms, 0), variant = ${text(arm)} AND ttft_ms IS NOT NULL) AS ${named('began', index)}`,
    ];
  });
  const query = sql`SELECT ${join(columns, ', ')} FROM spendlens.requests WHERE ${exposures(scope)}`;
  const [row] = await asking.warehouse.rows(rankedRow, render(query), optionsOf(asking));
  return ranked.map((_, index) => {
    const at = (column: string, place: number) => row?.[`${column}_${index}`]?.[place] ?? 0;
    return {
      p50: { low: at('took', 0), high: at('took', 1) },
      p95: { low: at('took', 2), high: at('took', 3) },
      ttft: { low: at('began', 0), high: at('began', 1) },
    };
  });
}

const named = (column: 'took' | 'began', index: number): Sql => ({ pieces: [`${column}_${index}`] });
