import type { Difference } from './difference.ts';
import { studentQuantile, studentTwoSided } from './distributions.ts';

/**
 * anytime: intervals that hold at every look at once, however often somebody looks; tightest around `horizon` units
 * (of both arms). fixed: holds for one look, at a time that was set beforehand.
 */
export type Confidence =
  | { readonly kind: 'anytime'; readonly alpha: number; readonly horizon: number }
  | { readonly kind: 'fixed'; readonly alpha: number };

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Below this many units in an arm, no interval rests on the limit theorem that it needs. */
export const MIN_UNITS = 30;

/**
 * Half the width of an interval, in standard errors. For `anytime` the boundary of the asymptotic confidence sequence:
 * Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence
 * sequences" (2021, arXiv 2103.06476), theorem 2.2, with ρ tuned to the horizon as in its appendix B.2.
 */
export function multiplierOf(confidence: Confidence, units: number, degreesOfFreedom = Number.POSITIVE_INFINITY) {
  if (confidence.kind === 'fixed') return studentQuantile(1 - confidence.alpha / 2, degreesOfFreedom);
  const information = units * tuning(confidence);
  return Math.sqrt(((2 * (information + 1)) / information) * Math.log(Math.sqrt(information + 1) / confidence.alpha));
}

/** ρ² at which the boundary is lowest after `horizon` units. */
function tuning({ alpha, horizon }: Extract<Confidence, { kind: 'anytime' }>): number {
  const twice = -2 * Math.log(alpha);
  return (twice + Math.log(twice) + 1) / horizon;
}

export function intervalOf(
  { value, standardError, units, degreesOfFreedom }: Difference,
  confidence: Confidence,
): Interval {
  const half = multiplierOf(confidence, units, degreesOfFreedom) * standardError;
  return { low: value - half, high: value + half };
}

/** The smallest α whose interval leaves zero out; for `anytime` at the same ρ, so it too holds at every look. */
export function pValueOf(
  { value, standardError, units, degreesOfFreedom }: Difference,
  confidence: Confidence,
): number {
  if (standardError === 0) return value === 0 ? 1 : 0;
  const t = value / standardError;
  if (confidence.kind === 'fixed') return studentTwoSided(t, degreesOfFreedom);
  const information = units * tuning(confidence);
  const exponent = (t * t * information) / (2 * (information + 1));
  return Math.min(1, Math.sqrt(information + 1) * Math.exp(-exponent));
}
