import { z } from 'zod';

/** Columns of `requests` that a filter may name and a breakdown may group by. */
export const plainDimension = z.enum([
  'user_id',
  'feature',
  'prompt_id',
  'prompt_version',
  'model',
  'response_model',
  'provider',
  'session_id',
  'session_name',
  'status',
  'error_kind',
  'cost_status',
  'cache_outcome',
  'streamed',
  'path',
  'method',
  'key_id',
  'user_agent',
  'trace_id',
  'request_id',
  'experiment',
  'variant',
]);
/** One of these, or `property.NAME`. */
export const dimension = z.union([plainDimension, z.string().regex(/^property\.[^\0]{1,128}$/u)]);
export type Dimension = z.infer<typeof dimension>;

export const numericField = z.enum([
  'cost_usd',
  'latency_ms',
  'ttft_ms',
  'overhead_ms',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'reasoning_tokens',
  'request_bytes',
  'response_bytes',
]);
export type NumericField = z.infer<typeof numericField>;

const text = z.string().max(2048);
/** Filters are joined by AND; the values of one by OR. `is` with '' asks for rows that name none. */
export const filter = z.union([
  z.object({
    field: dimension,
    op: z.enum(['is', 'is_not', 'contains', 'not_contains']),
    values: z.array(text).min(1).max(100),
  }),
  z.object({
    field: numericField,
    op: z.enum(['at_least', 'at_most']),
    values: z.array(z.string().regex(/^\d{1,12}(\.\d{1,9})?$/)).length(1),
  }),
]);
export type Filter = z.infer<typeof filter>;

export const rangePreset = z.enum(['15m', '1h', '6h', '24h', '7d', '30d', '90d', 'today', 'yesterday', 'month', 'all']);
export type RangePreset = z.infer<typeof rangePreset>;
export const range = z.union([
  z.object({ preset: rangePreset }),
  z
    .object({ from: z.iso.datetime(), to: z.iso.datetime() })
    .refine((r) => r.from < r.to, 'a range must begin before it ends'),
]);
export type Range = z.infer<typeof range>;

/** What a page looks at: the part of its URL that every query shares. */
export const view = z.object({
  range,
  /** IANA name; days and hours begin there. */
  timeZone: z.string().max(64),
  kind: z.enum(['app', 'demo']),
  filters: z.array(filter).max(50),
});
export type View = z.infer<typeof view>;

export const metric = z.enum([
  'spend',
  'requests',
  'tokens',
  'input_tokens',
  'output_tokens',
  'error_rate',
  'cache_read_share',
  'cost_per_request',
  'latency_p50',
  'latency_p95',
  'ttft_p50',
  'ttft_p95',
]);
export type Metric = z.infer<typeof metric>;
