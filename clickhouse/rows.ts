/** A row of `attempts`: one upstream call, or one exchange that made none (`attempt` 0). Names are the public SQL's. */
export interface AttemptRow {
  request_id: string;
  /** Milliseconds since 1970 as a decimal with three places: `1700000000.123`. */
  created_at: string;
  kind: string;
  lane: string;
  user_id: string;
  feature: string;
  prompt_id: string;
  prompt_version: string;
  session_id: string;
  session_name: string;
  session_path: string;
  properties: Record<string, string>;
  provider: string;
  model: string;
  response_model: string;
  path: string;
  method: string;
  /** 0 where no status line was seen. */
  status: number;
  error_kind: string;
  streamed: boolean;
  attempts: number;
  cache_outcome: 'none' | 'hit' | 'miss';
  cache_saved_usd: string;
  experiment: string;
  variant: string;
  answered_variant: string;
  unit_id: string;
  /** JSON of domain/routing/trace; '' where no route decided. */
  routing: string;
  input_tokens: number | null;
  cache_read_tokens: number | null;
  cache_write_5m_tokens: number | null;
  cache_write_1h_tokens: number | null;
  output_tokens: number | null;
  reasoning_tokens: number | null;
  audio_input_tokens: number | null;
  audio_output_tokens: number | null;
  image_tokens: number | null;
  tool_calls: number | null;
  /** Decimal(18,9) dollars; null = unpriced. */
  cost_usd: string | null;
  cost_status: string;
  /** JSON of domain/prices/receipt. */
  cost_breakdown: string;
  price_version: string;
  corrected: boolean;
  usage_raw: string;
  /** domain/prices/pricing-facts: what the row is priced by. */
  pricing_facts: string;
  latency_ms: number;
  ttft_ms: number | null;
  overhead_ms: number;
  request_bytes: number;
  response_bytes: number;
  key_id: string;
  user_agent: string;
  trace_id: string;
  /** `properties_cut`, `request_truncated`, `response_shed`, `response_omitted`, … */
  flags: string[];
  outbox_id: string;
  seq: number;
  attempt: number;
  /** True on the last attempt of an exchange, which carries the `total_*` of what the app saw. */
  final: boolean;
  total_status: number;
  total_error_kind: string;
  total_cost_usd: string | null;
  total_cost_status: string;
  total_input_tokens: number | null;
  total_cache_read_tokens: number | null;
  total_cache_write_5m_tokens: number | null;
  total_cache_write_1h_tokens: number | null;
  total_output_tokens: number | null;
  total_reasoning_tokens: number | null;
  total_audio_input_tokens: number | null;
  total_audio_output_tokens: number | null;
  total_image_tokens: number | null;
  total_tool_calls: number | null;
  total_latency_ms: number;
  total_ttft_ms: number | null;
  total_response_bytes: number;
}

/** A row of `bodies`. Texts that are not UTF-8 stand as base64 behind a flag `request_base64` or `response_base64`. */
export interface BodyRow {
  outbox_id: string;
  seq: number;
  attempt: number;
  request_id: string;
  created_at: string;
  /** Redacted `name: value` lines. */
  request_headers: string;
  request: string;
  response_headers: string;
  response: string;
  flags: string[];
}

export interface DeadLetterRow {
  /** '' and 0 for a message without identity. */
  outbox_id: string;
  seq: number;
  /** Where it came from when it has no identity: `topic/partition@offset`. */
  origin: string;
  dead_at: string;
  step: string;
  reason: string;
  tries: number;
  /** Base64 of the event as it stood in the log. */
  event: string;
}

/** What one slice holds of one outbox; completeness is asked of these. */
export interface SliceRow {
  slice_id: string;
  outbox_id: string;
  first_seq: number;
  last_seq: number;
  exchanges: number;
  dead_letters: number;
  /** What the proxy itself had to give up for want of room, as it counted. */
  lost_exchanges: number;
  lost_bodies: number;
  /** Messages that came once more since the slice before, and were dropped. */
  resends: number;
  inserted_at: string;
}

/** Sequence numbers that an outbox never delivered: `found` came where `expected` was due. */
export interface GapRow {
  outbox_id: string;
  expected_seq: number;
  found_seq: number;
  at: string;
}

/** What retention, erasure or the removal of demo rows took, so that completeness still adds up. */
export interface RemovalRow {
  outbox_id: string;
  exchanges: number;
  dead_letters: number;
  reason: string;
  removed_at: string;
}
