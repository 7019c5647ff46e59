import type { Interval } from './confidence.ts';

/** `hits` of `trials`; with clusters, of as many independent trials as they are worth (see `effectiveTrials`). */
export interface Proportion {
  readonly hits: number;
  readonly trials: number;
}

/** Wilson's score interval (1927) at ± `z` standard errors. */
export function wilsonInterval({ hits, trials }: Proportion, z: number): Interval {
  const p = hits / trials;
  const centre = 2 * trials * p + z * z;
  const half = z * Math.sqrt(z * z + 4 * trials * p * (1 - p));
  const scale = 2 * (trials + z * z);
  return { low: (centre - half) / scale, high: (centre + half) / scale };
}

/**
 * Of treatment − control: Newcombe, "Interval estimation for the difference between independent proportions"
 * (Statistics in Medicine 17, 1998), method 10.
 */
export function newcombeInterval(treatment: Proportion, control: Proportion, z: number): Interval {
  const p = treatment.hits / treatment.trials;
  const q = control.hits / control.trials;
  const a = wilsonInterval(treatment, z);
  const b = wilsonInterval(control, z);
  return {
    low: p - q - Math.hypot(p - a.low, b.high - q),
    high: p - q + Math.hypot(a.high - p, q - b.low),
  };
}

/**
 * How many independent trials those of clustered units are worth: trials over Kish's design effect, which is the
 * clustered variance of the rate (see `ratioOf`) by the binomial one. Never more than there were.
 */
export function effectiveTrials({ hits, trials }: Proportion, clusteredVariance: number): Proportion {
  const p = hits / trials;
  const binomial = (p * (1 - p)) / trials;
  if (binomial === 0 || clusteredVariance <= binomial) return { hits, trials };
  const effective = (p * (1 - p)) / clusteredVariance;
  return { hits: p * effective, trials: effective };
}
