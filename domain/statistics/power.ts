import { type Confidence, multiplierOf } from './confidence.ts';
import { normalCdf, normalQuantile } from './distributions.ts';
import type { UnitMoments } from './estimate.ts';

export interface Plan {
  readonly alpha: number;
  /** Chance to see an effect that is there. */
  readonly power: number;
  readonly kind: Confidence['kind'];
  /** Of all variants, the control too. */
  readonly arms: number;
}

/** Of two arms that share the units equally. */
function standardErrorAt(unitsPerArm: number, variance: number): number {
  return Math.sqrt((2 * variance) / unitsPerArm);
}

/** Each arm meets the control in a pair of its own, so the horizon is that of two. */
function multiplierAt({ alpha, kind }: Plan, unitsPerArm: number): number {
  const units = 2 * unitsPerArm;
  return multiplierOf(kind === 'fixed' ? { kind, alpha } : { kind, alpha, horizon: units }, units);
}

/** The smallest relative effect that so many units per arm show with the plan's power; null without a mean. */
export function detectableLift(plan: Plan, { mean, variance }: UnitMoments, unitsPerArm: number): number | null {
  if (mean === 0) return null;
  const errors = multiplierAt(plan, unitsPerArm) + normalQuantile(plan.power);
  return (errors * standardErrorAt(unitsPerArm, variance)) / Math.abs(mean);
}

/**
 * Units per arm until an effect of `lift` (0.1 = ten percent, of either sign) shows with the plan's power, from the
 * traffic's own mean and variance: (multiplier + z_power)² · 2σ² / δ². Null where no number is enough.
 */
export function unitsNeeded(plan: Plan, moments: UnitMoments, lift: number): number | null {
  const delta = Math.abs(lift * moments.mean);
  if (delta === 0) return null;
  if (moments.variance === 0) return 2;
  // Tuned to its own horizon the multiplier is the same at every size, so there is nothing to iterate.
  const errors = multiplierAt(plan, 1) + normalQuantile(plan.power);
  return Math.ceil((errors * errors * 2 * moments.variance) / (delta * delta));
}

/** The chance that one look at so many units per arm leaves zero out, in the direction of the effect. */
export function powerAt(plan: Plan, moments: UnitMoments, lift: number, unitsPerArm: number): number {
  const effect = Math.abs(lift * moments.mean) / standardErrorAt(unitsPerArm, moments.variance);
  return normalCdf(effect - multiplierAt(plan, unitsPerArm));
}

/** Days until every arm has what it needs, at the rate at which new units come; null where none come. */
export function daysNeeded(plan: Plan, unitsPerArm: number, newUnitsPerDay: number): number | null {
  return newUnitsPerDay > 0 ? (unitsPerArm * plan.arms) / newUnitsPerDay : null;
}
