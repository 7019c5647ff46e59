import type { Confidence, Interval } from '../statistics/confidence.ts';
import { intervalOf, MIN_UNITS, multiplierOf, pValueOf } from '../statistics/confidence.ts';
import { differenceOf } from '../statistics/difference.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { liftInterval } from '../statistics/lift.ts';
import { effectiveTrials, newcombeInterval, type Proportion } from '../statistics/proportion.ts';
import type { ExperimentMetric } from './experiment.ts';
import type { MetricOfArm } from './results.ts';

/** One metric of one arm as it was measured. */
export type Measure =
  | { readonly kind: 'mean'; readonly estimate: Estimate }
  | { readonly kind: 'rate'; readonly proportion: Proportion; readonly estimate: Estimate }
  | { readonly kind: 'missing'; readonly value: number | null; readonly why: string };

const nothing = { lift: null, interval: null, difference: null, differenceInterval: null, p: null };

export function figureOf(measure: Measure): number | null {
  switch (measure.kind) {
    case 'mean':
      return measure.estimate.value;
    case 'rate':
      return measure.proportion.trials === 0 ? null : measure.proportion.hits / measure.proportion.trials;
    case 'missing':
      return measure.value;
  }
}

/** The control's own line. */
export function controlMetric(metric: ExperimentMetric, measure: Measure): MetricOfArm {
  return { metric, value: figureOf(measure), ...nothing, missing: measure.kind === 'missing' ? measure.why : '' };
}

/** A variant against the control; says why where there is nothing to compare. */
export function compareMetric(
  metric: ExperimentMetric,
  treatment: Measure,
  control: Measure,
  confidence: Confidence,
): MetricOfArm {
  const value = figureOf(treatment);
  const missing = (why: string): MetricOfArm => ({ metric, value, ...nothing, missing: why });
  if (treatment.kind === 'missing') return missing(treatment.why);
  if (control.kind === 'missing') return missing(`of the control: ${control.why}`);
  if (Math.min(treatment.estimate.units, control.estimate.units) < MIN_UNITS) {
    return missing(`fewer than ${MIN_UNITS} units in an arm`);
  }
  const difference = differenceOf(treatment.estimate, control.estimate);
  const p = pValueOf(difference, confidence);
  const before = figureOf(control);
  const lift = value === null || before === null || before === 0 ? null : value / before - 1;
  return {
    metric,
    value,
    lift,
    interval: liftInterval(treatment.estimate, control.estimate, confidence),
    difference: difference.value,
    differenceInterval: differenceInterval(treatment, control, confidence),
    p,
    missing: '',
  };
}

function differenceInterval(
  treatment: Exclude<Measure, { kind: 'missing' }>,
  control: Exclude<Measure, { kind: 'missing' }>,
  confidence: Confidence,
): Interval {
  const difference = differenceOf(treatment.estimate, control.estimate);
  if (treatment.kind !== 'rate' || control.kind !== 'rate') return intervalOf(difference, confidence);
  return newcombeInterval(
    effectiveTrials(treatment.proportion, treatment.estimate.variance),
    effectiveTrials(control.proportion, control.estimate.variance),
    multiplierOf(confidence, difference.units),
  );
}
