import { z } from 'zod';

/** GET /api/experiments/{id}/distributions?kind=: how what units cost, and how long answers took, is spread. */

const share = z.number().min(0).max(1);

export const distributionMetric = z.enum(['cost_per_unit', 'latency', 'ttft']);
export type DistributionMetric = z.infer<typeof distributionMetric>;

const spread = z.object({
  name: z.string(),
  /** Units of the cost, answers of the latency, begun answers of the time to first token. */
  measured: z.number().int().nonnegative(),
  /** Of what was measured: in each bucket, and what cost nothing or took no time, for which the scale has no place. */
  shares: z.array(share),
  zero: share,
  /** Dollars or milliseconds; null where nothing was measured, p99 also where that is too little to tell it. */
  mean: z.number().nullable(),
  p50: z.number().nullable(),
  p99: z.number().nullable(),
});
export type Spread = z.infer<typeof spread>;

const distribution = z.object({
  metric: distributionMetric,
  /** Both ends of each bucket in dollars or milliseconds, equally far apart on a logarithmic scale. */
  bounds: z.array(z.number()),
  arms: z.array(spread),
});
export type Distribution = z.infer<typeof distribution>;

export const experimentDistributions = z.object({
  distributions: z.array(distribution),
  /** Units that appeared in more than one variant; they are in none of these. */
  mixedUnits: z.number().int().nonnegative(),
});
export type ExperimentDistributions = z.infer<typeof experimentDistributions>;
