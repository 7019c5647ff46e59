import { type Confidence, multiplierOf } from '../statistics/confidence.ts';
import { type Estimate, meanOf, type PairMoments, ratioOf } from '../statistics/estimate.ts';
import { minObservations, type QuantileSample, quantileOf, quantileRanks, type Ranks } from '../statistics/quantile.ts';
import type { Measure } from './measures.ts';

/** Sums of one arm and moments over its units, as the warehouse gives them. Dollars and milliseconds. */
export interface ArmSums {
  readonly name: string;
  readonly units: number;
  readonly requests: number;
  readonly errors: number;
  readonly scored: number;
  /** Pairs of a unit: what is summed up (y) and over how much of it (x). */
  readonly cost: PairMoments;
  readonly failed: PairMoments;
  readonly output: PairMoments;
  readonly score: PairMoments;
  readonly quantiles: Readonly<Record<QuantileName, ArmQuantile>>;
}

export type QuantileName = 'latency_p50' | 'latency_p95' | 'latency_p99' | 'ttft_p50';

export interface ArmQuantile {
  readonly level: number;
  readonly value: number;
  readonly observations: number;
  /** Share of a unit's observations at or below the quantile. */
  readonly below: PairMoments;
}

export function sampleOf({ level, observations, below }: ArmQuantile): QuantileSample {
  return { level, observations, units: below.units, shareVariance: ratioOf(below)?.variance ?? null };
}

/** Ranks whose values enclose the quantile; null where the sample is too small for it. */
export function ranksOf(quantile: ArmQuantile, confidence: Confidence): Ranks | null {
  const z = multiplierOf(confidence, quantile.below.units);
  if (quantile.observations < minObservations(quantile.level, z)) return null;
  return quantileRanks(sampleOf(quantile), z);
}

export function quantileMeasure(
  quantile: ArmQuantile,
  ends: { readonly low: number; readonly high: number } | null,
  confidence: Confidence,
): Measure {
  const z = multiplierOf(confidence, quantile.below.units);
  if (quantile.observations === 0) return { kind: 'missing', value: null, why: 'nothing was measured' };
  if (ends === null) {
    const needed = minObservations(quantile.level, z);
    const lack =
      quantile.observations < needed
        ? `an interval of this quantile needs at least ${needed}`
        : 'the interval would reach beyond the largest of them';
    return { kind: 'missing', value: quantile.value, why: `${quantile.observations} measured; ${lack}` };
  }
  return { kind: 'mean', estimate: quantileOf(sampleOf(quantile), { at: quantile.value, ...ends }, z) };
}

export const costPerUnit = ({ cost }: ArmSums): Measure =>
  found(meanOf({ units: cost.units, mean: cost.meanY, variance: cost.varianceY }));
export const costPerRequest = ({ cost }: ArmSums): Measure => ratio(cost, 'no requests');
export const outputPerRequest = ({ output }: ArmSums): Measure => ratio(output, 'no requests');
export const meanScore = ({ score }: ArmSums): Measure => ratio(score, 'nothing was scored');

export function errorRate({ errors, requests, failed }: ArmSums): Measure {
  const estimate = ratioOf(failed);
  if (estimate === null) return { kind: 'missing', value: null, why: 'no requests' };
  return { kind: 'rate', proportion: { hits: errors, trials: requests }, estimate };
}

const found = (estimate: Estimate): Measure => ({ kind: 'mean', estimate });

function ratio(moments: PairMoments, why: string): Measure {
  const estimate = ratioOf(moments);
  return estimate === null ? { kind: 'missing', value: null, why } : found(estimate);
}
