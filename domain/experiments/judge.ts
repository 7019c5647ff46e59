import type { Confidence } from '../statistics/confidence.ts';
import { detectableLift, type Plan, unitsNeeded } from '../statistics/power.ts';
import { sampleRatioTest } from '../statistics/sample-ratio.ts';
import { type Comparison, type Finding, type Guard, judge } from '../statistics/verdict.ts';
import {
  type ArmSums,
  costPerRequest,
  costPerUnit,
  errorRate,
  meanScore,
  outputPerRequest,
  type QuantileName,
} from './arm.ts';
import { type Experiment, type ExperimentMetric, experimentMetric, isBetterHigher } from './experiment.ts';
import { compareMetric, controlMetric, figureOf, type Measure } from './measures.ts';
import type { ExperimentResults, MetricOfArm } from './results.ts';

export type MeasuredArm = ArmSums & {
  readonly measures: Readonly<Record<ExperimentMetric, Measure>>;
};

/** All metrics of an arm but the quantiles, which need a look at the ranks of the latencies. */
export function measuresOf(arm: ArmSums, quantiles: Readonly<Record<QuantileName, Measure>>): MeasuredArm['measures'] {
  return {
    cost_per_unit: costPerUnit(arm),
    cost_per_request: costPerRequest(arm),
    error_rate: errorRate(arm),
    output_tokens: outputPerRequest(arm),
    score: meanScore(arm),
    ...quantiles,
  };
}

/** How fast units come that were not seen before. */
export interface Traffic {
  readonly unitsPerDay: number;
}

export type Judged = Pick<
  ExperimentResults,
  'verdict' | 'sampleRatio' | 'detectable' | 'unitsNeeded' | 'daysLeft' | 'monthly'
> & { readonly metrics: ReadonlyMap<string, MetricOfArm[]> };

const DAYS_A_MONTH = 365.25 / 12;

/** Everything about the numbers that does not come from the warehouse itself. The first arm is the control. */
export function judgeExperiment(setup: Experiment, arms: readonly MeasuredArm[], traffic: Traffic): Judged {
  const confidence = confidenceOf(setup);
  const metrics = new Map(arms.map((arm) => [arm.name, metricsOf(arm, arms[0], confidence)]));
  const treatments = setup.variants.slice(1).map(({ name }) => name);
  const comparison = (variant: string, metric: ExperimentMetric): Comparison => ({
    variant,
    metric,
    better: isBetterHigher(metric) ? 'higher' : 'lower',
    lift: liftOf(metrics.get(variant)?.find((each) => each.metric === metric)),
  });
  const sampleRatio = sampleRatioTest(
    setup.variants.map(({ name, share }) => ({ share, units: arms.find((arm) => arm.name === name)?.units ?? 0 })),
  );
  const guards = treatments.flatMap((variant) =>
    setup.guards.map(({ metric, limit }): Guard => ({ ...comparison(variant, metric), limit })),
  );
  const verdict = judge({
    sampleRatioP: sampleRatio?.p ?? null,
    alpha: setup.alpha,
    smallestEffect: setup.smallestEffect,
    goals: treatments.map((variant) => comparison(variant, setup.goal)),
    guards,
  });
  const variant = verdict.kind === 'ship' ? verdict.variant : '';
  return {
    verdict: {
      kind: verdict.kind,
      variant,
      findings: 'findings' in verdict ? verdict.findings.map(findingOf) : [],
    },
    sampleRatio,
    metrics,
    ...planned(setup, arms, traffic),
    monthly: worthAMonth(variant === '' ? (treatments[0] ?? '') : variant, arms, metrics, traffic),
  };
}

export function confidenceOf({ confidence, alpha, plannedUnits }: Experiment): Confidence {
  return confidence === 'fixed' ? { kind: 'fixed', alpha } : { kind: 'anytime', alpha, horizon: 2 * plannedUnits };
}

const planOf = ({ alpha, power, confidence, variants }: Experiment): Plan => ({
  alpha,
  power,
  kind: confidence,
  arms: variants.length,
});

/** Planned on cost per unit, the metric whose spread asks for most, whatever the goal. */
function neededUnits(setup: Experiment, control: ArmSums | undefined): number | null {
  if (!control || control.units < 2) return null;
  const { units, meanY: mean, varianceY: variance } = control.cost;
  return unitsNeeded(planOf(setup), { units, mean, variance }, setup.smallestEffect);
}

function planned(setup: Experiment, arms: readonly ArmSums[], { unitsPerDay }: Traffic) {
  const [control] = arms;
  const needed = neededUnits(setup, control);
  const smallest = Math.min(...setup.variants.map(({ name }) => arms.find((arm) => arm.name === name)?.units ?? 0));
  const missing = needed === null ? null : Math.max(0, needed - smallest) * setup.variants.length;
  return {
    unitsNeeded: needed,
    detectable:
      control && smallest >= 2
        ? detectableLift(
            planOf(setup),
            { units: control.units, mean: control.cost.meanY, variance: control.cost.varianceY },
            smallest,
          )
        : null,
    daysLeft: missing === null || unitsPerDay <= 0 ? null : missing / unitsPerDay,
  };
}

function metricsOf(arm: MeasuredArm, control: MeasuredArm | undefined, confidence: Confidence): MetricOfArm[] {
  return experimentMetric.options.map((metric) => {
    const own = arm.measures[metric];
    if (!control || control === arm) return controlMetric(metric, own);
    return compareMetric(metric, own, control.measures[metric], confidence);
  });
}

function liftOf(line: MetricOfArm | undefined): Comparison['lift'] {
  if (!line || line.lift === null || line.interval === null || line.p === null) return null;
  return { value: line.lift, interval: line.interval, p: line.p };
}

function findingOf({ kind, comparison }: Finding): ExperimentResults['verdict']['findings'][number] {
  const metric = experimentMetric.options.find((each) => each === comparison.metric) ?? 'cost_per_unit';
  const { variant, lift } = comparison;
  return { kind, variant, metric, lift: lift?.value ?? null, interval: lift?.interval ?? null };
}

/** Were all of this traffic given to the variant: its difference per unit, for as many units as come in a month. */
function worthAMonth(
  variant: string,
  arms: readonly MeasuredArm[],
  metrics: ReadonlyMap<string, MetricOfArm[]>,
  { unitsPerDay }: Traffic,
): ExperimentResults['monthly'] {
  const line = metrics.get(variant)?.find(({ metric }) => metric === 'cost_per_unit');
  if (!line || line.difference === null || arms.every((arm) => figureOf(arm.measures.cost_per_unit) === null))
    return null;
  const units = unitsPerDay * DAYS_A_MONTH;
  const { differenceInterval } = line;
  return {
    variant,
    dollars: line.difference * units,
    interval: differenceInterval && { low: differenceInterval.low * units, high: differenceInterval.high * units },
  };
}
