import type { ExperimentMetric } from './experiment.ts';
import type { ExperimentResults } from './results.ts';

type Finding = ExperimentResults['verdict']['findings'][number];

export const metricNames: Readonly<Record<ExperimentMetric, string>> = {
  cost_per_unit: 'cost per unit',
  cost_per_request: 'cost per request',
  error_rate: 'error rate',
  latency_p50: 'latency p50',
  latency_p95: 'latency p95',
  latency_p99: 'latency p99',
  ttft_p50: 'TTFT p50',
  output_tokens: 'output tokens',
  score: 'score',
};

/** `score of b: −12.3 % (−17.1 % to −8.0 %), limit 5.0 %`: why a guard paused an experiment. */
export function guardReason({ metric, variant, lift, interval }: Finding, limit: number): string {
  const change = lift === null ? '' : ` ${signedPercent(lift)}`;
  const range = interval === null ? '' : ` (${signedPercent(interval.low)} to ${signedPercent(interval.high)})`;
  return `${metricNames[metric]} of ${variant}:${change}${range}, limit ${(limit * 100).toFixed(1)} %`;
}

function signedPercent(share: number): string {
  const sign = share < 0 ? '−' : '+';
  return `${sign}${Math.abs(share * 100).toFixed(1)} %`;
}
