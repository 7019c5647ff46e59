import type { Dimension, NumericField } from '../../domain/view.ts';
import { plainDimension } from '../../domain/view.ts';
import { type Sql, sql, text } from './fragment.ts';

const PROPERTY = 'property.';

// Written out, so that no name from a request can become part of a statement.
const columns: Record<(typeof plainDimension)['options'][number], Sql> = {
  user_id: sql`user_id`,
  feature: sql`feature`,
  prompt_id: sql`prompt_id`,
  prompt_version: sql`prompt_version`,
  model: sql`model`,
  response_model: sql`response_model`,
  provider: sql`provider`,
  session_id: sql`session_id`,
  session_name: sql`session_name`,
  status: sql`toString(status)`,
  error_kind: sql`error_kind`,
  cost_status: sql`cost_status`,
  cache_outcome: sql`cache_outcome`,
  streamed: sql`toString(streamed)`,
  path: sql`path`,
  method: sql`method`,
  key_id: sql`key_id`,
  user_agent: sql`user_agent`,
  trace_id: sql`trace_id`,
  request_id: sql`toString(request_id)`,
  experiment: sql`experiment`,
  variant: sql`variant`,
};

const numbers: Record<NumericField, Sql> = {
  cost_usd: sql`cost_usd`,
  latency_ms: sql`latency_ms`,
  ttft_ms: sql`ttft_ms`,
  overhead_ms: sql`overhead_ms`,
  input_tokens: sql`input_tokens`,
  output_tokens: sql`output_tokens`,
  cache_read_tokens: sql`cache_read_tokens`,
  reasoning_tokens: sql`reasoning_tokens`,
  request_bytes: sql`request_bytes`,
  response_bytes: sql`response_bytes`,
};

/** The dimension as text; '' where a row names none. */
export function dimensionColumn(dimension: Dimension): Sql {
  const plain = plainDimension.safeParse(dimension);
  if (plain.success) return columns[plain.data];
  return sql`properties[${text(dimension.slice(PROPERTY.length))}]`;
}

export const numericColumn = (field: NumericField): Sql => numbers[field];
