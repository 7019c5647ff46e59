import type { Estimate } from './estimate.ts';

/** Observations of one arm below or at a quantile, clustered in units. */
export interface QuantileSample {
  /** 0.95 for the 95th percentile. */
  readonly level: number;
  readonly observations: number;
  readonly units: number;
  /** Clustered variance of the share at or below the quantile (see `ratioOf`); null for independent observations. */
  readonly shareVariance: number | null;
}

/** Positions in the ordered sample, counted from 1. */
export interface Ranks {
  readonly low: number;
  readonly high: number;
}

/** Fewer observations than this, and the interval would need one beyond the largest: z²ν/(1−ν). */
export function minObservations(level: number, z: number): number {
  return Math.floor((z * z * level) / (1 - level)) + 1;
}

/**
 * Order statistics that enclose the quantile at ± `z` standard errors of the share below it: Conover, "Practical
 * Nonparametric Statistics" (3rd ed., 3.2), for clustered observations with the variance of Deng, Knoblich, Lu (KDD
 * 2018), section 5. Null where the sample is too small for the interval to end inside it.
 */
export function quantileRanks({ level, observations, shareVariance }: QuantileSample, z: number): Ranks | null {
  const share = shareVariance ?? (level * (1 - level)) / observations;
  const half = z * Math.sqrt(share) * observations;
  const low = Math.floor(level * observations - half);
  const high = Math.ceil(level * observations + half) + 1;
  return low < 1 || high > observations ? null : { low, high };
}

/** Of the values at the quantile and at its two ranks, found with the same `z`. */
export function quantileOf(
  sample: QuantileSample,
  values: { at: number; low: number; high: number },
  z: number,
): Estimate {
  const standardError = (values.high - values.low) / (2 * z);
  return { value: values.at, variance: standardError * standardError, units: sample.units };
}
