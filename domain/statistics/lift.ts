import { type Confidence, type Interval, multiplierOf } from './confidence.ts';
import { differenceOf } from './difference.ts';
import type { Estimate } from './estimate.ts';

/**
 * Of treatment / control − 1: Fieller, "Some problems in interval estimation" (JRSS B 16, 1954). It leaves zero out
 * exactly where the interval of the difference does. The delta method's does not, and with the heavy tails of cost it
 * finds too much: a control that came out low by chance makes the lift large and seem sure. Null where the control is
 * not told apart from nothing, since a quotient by it may be anything.
 */
export function liftInterval(treatment: Estimate, control: Estimate, confidence: Confidence): Interval | null {
  const { units, degreesOfFreedom } = differenceOf(treatment, control);
  const squared = multiplierOf(confidence, units, degreesOfFreedom) ** 2;
  const square = control.value ** 2 - squared * control.variance;
  if (square <= 0) return null;
  const middle = treatment.value * control.value;
  const root = Math.sqrt(middle ** 2 - square * (treatment.value ** 2 - squared * treatment.variance));
  return { low: (middle - root) / square - 1, high: (middle + root) / square - 1 };
}
