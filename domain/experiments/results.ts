import { z } from 'zod';
import { experimentMetric, experimentUnit, target } from './experiment.ts';

/** GET /api/experiments/{id}/results?kind=: what the results page shows. Money and durations are plain numbers here. */

const count = z.number().int().nonnegative();
const interval = z.object({ low: z.number(), high: z.number() });

const metricOfArm = z.object({
  metric: experimentMetric,
  /** Dollars, milliseconds, a share from 0 to 1, tokens or score; null where nothing was measured. */
  value: z.number().nullable(),
  /** Relative to the control: 0.1 = ten percent more. Null for the control and where it cannot be told. */
  lift: z.number().nullable(),
  interval: interval.nullable(),
  /** treatment − control, in the metric's own unit. */
  difference: z.number().nullable(),
  differenceInterval: interval.nullable(),
  p: z.number().nullable(),
  /** Why no interval is shown; '' where one is. */
  missing: z.string(),
});
export type MetricOfArm = z.infer<typeof metricOfArm>;

const arm = z.object({
  name: z.string(),
  share: z.number(),
  units: count,
  requests: count,
  unpriced: count,
  errors: count,
  timeouts: count,
  /** Answered by another variant's target, since their own failed. */
  fellBack: count,
  cacheHits: count,
  scored: count,
  /** Dollars of all requests, and per request without an error. */
  cost: z.number(),
  costPerSuccess: z.number().nullable(),
  /** Of the cost: what the dearest hundredth of the units spent. */
  topShare: z.number().nullable(),
  /** Dollars per unit with the dearest thousandth capped. */
  cappedCostPerUnit: z.number().nullable(),
  metrics: z.array(metricOfArm),
});
export type ArmResult = z.infer<typeof arm>;

const finding = z.object({
  kind: z.enum(['better', 'worse', 'tooSmall', 'unclear', 'guardCrossed', 'guardUnclear']),
  variant: z.string(),
  metric: experimentMetric,
  lift: z.number().nullable(),
  interval: interval.nullable(),
});

export const experimentResults = z.object({
  verdict: z.object({
    kind: z.enum(['ship', 'keep', 'wait', 'invalid']),
    /** '' but for ship. */
    variant: z.string(),
    findings: z.array(finding),
  }),
  sampleRatio: z.object({ chiSquare: z.number(), p: z.number() }).nullable(),
  /** Units that appeared in more than one variant; they are in no test. */
  mixedUnits: count,
  arms: z.array(arm),
  /** Of the first and last exposure; null before the first. */
  firstAt: z.iso.datetime().nullable(),
  lastAt: z.iso.datetime().nullable(),
  /** For the goal: relative effect that can be told by now, units per arm for the smallest one of interest, days left. */
  detectable: z.number().nullable(),
  unitsNeeded: count.nullable(),
  daysLeft: z.number().nullable(),
  /** Dollars a month, of the shipped (or else the best) variant at the traffic of the last week; negative saves. */
  monthly: z.object({ variant: z.string(), dollars: z.number(), interval: interval.nullable() }).nullable(),
  sql: z.string(),
});
export type ExperimentResults = z.infer<typeof experimentResults>;

/** GET /api/experiments/{id}/series?kind=: how units and the goal came together. */
export const experimentSeries = z.object({
  points: z.array(
    z.object({
      at: z.iso.datetime(),
      variant: z.string(),
      /** So far, and new since the point before. */
      units: count,
      newUnits: count,
      /** Dollars per unit so far; lift and interval against the control so far. */
      cost: z.number(),
      lift: z.number().nullable(),
      interval: interval.nullable(),
    }),
  ),
});
export type ExperimentSeries = z.infer<typeof experimentSeries>;

/** What is asked of the preview: the parts of an experiment that decide whom it meets and how long it takes. */
export const experimentPreviewRequest = z.object({
  kind: z.enum(['app', 'demo']).default('app'),
  unit: experimentUnit,
  targeting: z.array(target).max(10).default([]),
  exposure: z.number().gt(0).max(1).default(1),
  arms: z.number().int().min(2).max(6).default(2),
  smallestEffect: z.number().positive().max(10).default(0.05),
  confidence: z.enum(['anytime', 'fixed']).default('anytime'),
  alpha: z.number().min(0.001).max(0.2).default(0.05),
  power: z.number().min(0.5).max(0.99).default(0.8),
});

/** POST /api/experiments/preview: the traffic of the last seven days that matches, and what it takes to decide. */
export const experimentPreview = z.object({
  requests: count,
  units: count,
  /** Requests that match and name no unit. */
  withoutUnit: count,
  mean: z.number().nullable(),
  /** Of the mean, relative to it: the standard deviation of a unit by the mean. */
  variation: z.number().nullable(),
  unitsPerArm: count.nullable(),
  days: z.number().nullable(),
});
export type ExperimentPreview = z.infer<typeof experimentPreview>;
