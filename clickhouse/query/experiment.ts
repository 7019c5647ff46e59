import { type ArmQuantile, type ArmSums, quantileMeasure, ranksOf } from '../../domain/experiments/arm.ts';
import type { Experiment } from '../../domain/experiments/experiment.ts';
import { confidenceOf, judgeExperiment, type MeasuredArm, measuresOf } from '../../domain/experiments/judge.ts';
import type { ArmResult, ExperimentResults } from '../../domain/experiments/results.ts';
import type { Confidence } from '../../domain/statistics/confidence.ts';
import type { PairMoments } from '../../domain/statistics/estimate.ts';
import type { Asking } from './asking.ts';
import { type ArmRow, askArms } from './experiment-arms.ts';
import { type ExposureScope, exposures, unmixed } from './experiment-exposures.ts';
import { type ArmQuantiles, askArmQuantiles, askRanks } from './experiment-quantiles.ts';
import type { Sql } from './fragment.ts';

const DAY_MS = 86_400_000;

/** The results of an experiment as they stand now. */
export async function askExperiment(
  asking: Asking,
  id: string,
  setup: Experiment,
  kind: ExposureScope['kind'],
): Promise<ExperimentResults> {
  const variants = setup.variants.map(({ name }) => name);
  const scope: ExposureScope = { experiment: id, kind, variants, scoreName: setup.scoreName };
  const { counted, quantiles, arms: rows, mixed, sql } = await askCounted(asking, scope);
  const sums = variants.flatMap((name) => {
    const row = rows.find((each) => each.name === name);
    const at = quantiles.find(({ arm }) => arm === name);
    return row && at ? [sumsOf(row, at)] : [];
  });
  const found = await measured(asking, counted, confidenceOf(setup), sums);
  const unitsSeen = found.reduce((sum, { units }) => sum + units, 0);
  const firstAt = rows.length === 0 ? null : Math.min(...rows.map(({ first_at }) => first_at));
  const lastAt = rows.length === 0 ? null : Math.max(...rows.map(({ last_at }) => last_at));
  const days = firstAt === null || lastAt === null ? 0 : Math.max(1, (lastAt - firstAt) / DAY_MS);
  const judged = judgeExperiment(setup, found, { unitsPerDay: days === 0 ? 0 : unitsSeen / days });
  const { metrics, ...rest } = judged;
  return {
    ...rest,
    mixedUnits: mixed,
    arms: setup.variants.map(({ name, share }) =>
      armResult(
        name,
        share,
        rows.find((row) => row.name === name),
        metrics.get(name) ?? [],
      ),
    ),
    firstAt: firstAt === null ? null : new Date(firstAt).toISOString(),
    lastAt: lastAt === null ? null : new Date(lastAt).toISOString(),
    sql,
  };
}

/** The quantiles of each arm, and the moments that count what lies below them. Units of two variants are in neither. */
async function askCounted(asking: Asking, scope: ExposureScope) {
  const askOf = async (counted: Sql) => {
    const quantiles = await askArmQuantiles(asking, counted);
    return { counted, quantiles, ...(await askArms(asking, scope, quantiles)) };
  };
  const found = await askOf(exposures(scope));
  return found.mixed === 0 ? found : askOf(unmixed(scope));
}

/** With the ends of the intervals of their quantiles among the rows that are `counted`. */
async function measured(
  asking: Asking,
  counted: Sql,
  confidence: Confidence,
  arms: readonly ArmSums[],
): Promise<MeasuredArm[]> {
  const pair = (quantile: ArmQuantile) => {
    const found = ranksOf(quantile, confidence);
    return found && { ...found, of: quantile.observations };
  };
  const ranked = arms.map(({ name, quantiles }) => ({
    arm: name,
    p50: pair(quantiles.latency_p50),
    p95: pair(quantiles.latency_p95),
    p99: pair(quantiles.latency_p99),
    ttft: pair(quantiles.ttft_p50),
  }));
  const values = await askRanks(asking, counted, ranked);
  return arms.map((arm, index) => {
    const measure = (quantile: ArmQuantile, of: 'p50' | 'p95' | 'p99' | 'ttft') =>
      quantileMeasure(quantile, ranked[index]?.[of] == null ? null : (values[index]?.[of] ?? null), confidence);
    const { latency_p50, latency_p95, latency_p99, ttft_p50 } = arm.quantiles;
    const measures = measuresOf(arm, {
      latency_p50: measure(latency_p50, 'p50'),
      latency_p95: measure(latency_p95, 'p95'),
      latency_p99: measure(latency_p99, 'p99'),
      ttft_p50: measure(ttft_p50, 'ttft'),
    });
    return { ...arm, measures };
  });
}

function sumsOf(row: ArmRow, at: ArmQuantiles): ArmSums {
  const { units } = row;
  const requests = { meanX: row.mean_requests ?? 0, varianceX: row.var_requests ?? 0, units };
  const answered = { meanX: row.mean_answered ?? 0, varianceX: row.var_answered ?? 0, units };
  const begun = { meanX: row.mean_begun ?? 0, varianceX: row.var_begun ?? 0, units };
  const scored = { meanX: row.mean_scored ?? 0, varianceX: row.var_scored ?? 0, units };
  const pair = (x: Pick<PairMoments, 'meanX' | 'varianceX' | 'units'>, y: Moments): PairMoments => ({
    ...x,
    meanY: y[0] ?? 0,
    varianceY: y[1] ?? 0,
    covariance: y[2] ?? 0,
  });
  const answers = Math.round(answered.meanX * units);
  return {
    name: row.name,
    units,
    requests: row.all_requests,
    errors: row.all_errors,
    scored: row.all_scored,
    cost: pair(requests, [row.mean_cost, row.var_cost, row.cov_cost]),
    failed: pair(requests, [row.mean_errors, row.var_errors, row.cov_errors]),
    output: pair(requests, [row.mean_output, row.var_output, row.cov_output]),
    score: pair(scored, [row.mean_score, row.var_score, row.cov_score]),
    quantiles: {
      latency_p50: {
        level: 0.5,
        value: at.p50,
        observations: answers,
        below: pair(answered, [row.mean_below_p50, row.var_below_p50, row.cov_below_p50]),
      },
      latency_p95: {
        level: 0.95,
        value: at.p95,
        observations: answers,
        below: pair(answered, [row.mean_below_p95, row.var_below_p95, row.cov_below_p95]),
      },
      latency_p99: {
        level: 0.99,
        value: at.p99,
        observations: answers,
        below: pair(answered, [row.mean_below_p99, row.var_below_p99, row.cov_below_p99]),
      },
      ttft_p50: {
        level: 0.5,
        value: at.ttft,
        observations: Math.round(begun.meanX * units),
        below: pair(begun, [row.mean_below_ttft, row.var_below_ttft, row.cov_below_ttft]),
      },
    },
  };
}

type Moments = readonly [mean: number | null, variance: number | null, covariance: number | null];

function armResult(name: string, share: number, row: ArmRow | undefined, metrics: ArmResult['metrics']): ArmResult {
  const successes = row ? row.all_requests - row.all_errors : 0;
  return {
    name,
    share,
    units: row?.units ?? 0,
    requests: row?.all_requests ?? 0,
    unpriced: row?.all_unpriced ?? 0,
    errors: row?.all_errors ?? 0,
    timeouts: row?.all_timeouts ?? 0,
    fellBack: row?.all_fell_back ?? 0,
    cacheHits: row?.all_cache_hits ?? 0,
    scored: row?.all_scored ?? 0,
    cost: row?.all_cost ?? 0,
    costPerSuccess: row && successes > 0 ? row.all_cost / successes : null,
    topShare: row && row.all_cost > 0 ? row.top_cost / row.all_cost : null,
    cappedCostPerUnit: row && row.units > 0 ? row.capped_cost / row.units : null,
    metrics: [...metrics],
  };
}
