import { builtInProviders } from '../../../domain/providers.ts';
import type { Filter, Metric, NumericField, RangePreset } from '../../../domain/view.ts';
import { numericField } from '../../../domain/view.ts';

const fieldTitles: Readonly<Record<string, string>> = {
  user_id: 'User',
  feature: 'Feature',
  prompt_id: 'Prompt',
  prompt_version: 'Prompt version',
  model: 'Model',
  response_model: 'Answering model',
  provider: 'Provider',
  session_id: 'Session',
  session_name: 'Session name',
  status: 'Status',
  error_kind: 'Error kind',
  cost_status: 'Cost status',
  cache_outcome: 'Cache',
  streamed: 'Streamed',
  path: 'Path',
  method: 'Method',
  key_id: 'Key',
  user_agent: 'User agent',
  trace_id: 'Trace',
  request_id: 'Request id',
  experiment: 'Experiment',
  variant: 'Variant',
  cost_usd: 'Cost',
  latency_ms: 'Latency',
  ttft_ms: 'TTFT',
  overhead_ms: 'Overhead',
  input_tokens: 'Input tokens',
  output_tokens: 'Output tokens',
  cache_read_tokens: 'Cache-read tokens',
  reasoning_tokens: 'Reasoning tokens',
  request_bytes: 'Request size',
  response_bytes: 'Response size',
};

export function fieldTitle(field: string): string {
  return field.startsWith('property.') ? field.slice('property.'.length) : (fieldTitles[field] ?? field);
}

export function isNumericField(field: string): field is NumericField {
  return numericField.safeParse(field).success;
}

export const fieldUnits: Readonly<Partial<Record<NumericField, string>>> = {
  cost_usd: '$',
  latency_ms: 'ms',
  ttft_ms: 'ms',
  overhead_ms: 'ms',
  request_bytes: 'bytes',
  response_bytes: 'bytes',
};

export const operatorTitles: Readonly<Record<Filter['op'], string>> = {
  is: 'is',
  is_not: 'is not',
  contains: 'contains',
  not_contains: 'does not contain',
  at_least: '≥',
  at_most: '≤',
};

export const metricTitles: Readonly<Record<Metric, string>> = {
  spend: 'Spend',
  requests: 'Requests',
  tokens: 'Tokens',
  input_tokens: 'Input tokens',
  output_tokens: 'Output tokens',
  error_rate: 'Error rate',
  cache_read_share: 'Cache-read share',
  cost_per_request: 'Cost per request',
  latency_p50: 'Latency p50',
  latency_p95: 'Latency p95',
  ttft_p50: 'TTFT p50',
  ttft_p95: 'TTFT p95',
};

export const presetTitles: Readonly<Record<RangePreset, string>> = {
  '15m': 'Last 15 minutes',
  '1h': 'Last hour',
  '6h': 'Last 6 hours',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  today: 'Today',
  yesterday: 'Yesterday',
  month: 'This month',
  all: 'All time',
};

const providerTitles = new Map(builtInProviders.map((p) => [p.name, p.title]));

/** How a value of a dimension reads; '' is what the app did not say. */
export function valueTitle(field: string, value: string): string {
  if (value === '') return `no ${fieldTitle(field).toLowerCase()}`;
  if (field === 'provider') return providerTitles.get(value) ?? value;
  if (field === 'streamed') return value === '1' || value === 'true' ? 'streamed' : 'not streamed';
  if (field === 'status' && value === '0') return 'no status';
  return value;
}
