-- How the target of a request was chosen (domain/routing/trace): JSON, empty where no route decided.
ALTER TABLE spendlens.attempts ADD COLUMN IF NOT EXISTS routing String CODEC(ZSTD) AFTER unit_id;

-- What the app saw: one row per exchange, the totals under the plain names.
CREATE OR REPLACE VIEW spendlens.requests AS
SELECT
    request_id, created_at, kind, lane, user_id, feature, prompt_id, prompt_version, session_id, session_name,
    session_path, properties, provider, model, response_model, path, method,
    total_status AS status,
    total_error_kind AS error_kind,
    streamed, attempts, cache_outcome, cache_saved_usd, experiment, variant, answered_variant, unit_id, routing,
    total_input_tokens AS input_tokens,
    total_cache_read_tokens AS cache_read_tokens,
    total_cache_write_5m_tokens AS cache_write_5m_tokens,
    total_cache_write_1h_tokens AS cache_write_1h_tokens,
    total_output_tokens AS output_tokens,
    total_reasoning_tokens AS reasoning_tokens,
    total_audio_input_tokens AS audio_input_tokens,
    total_audio_output_tokens AS audio_output_tokens,
    total_image_tokens AS image_tokens,
    total_tool_calls AS tool_calls,
    total_cost_usd AS cost_usd,
    total_cost_status AS cost_status,
    cost_breakdown, price_version, corrected, usage_raw,
    total_latency_ms AS latency_ms,
    total_ttft_ms AS ttft_ms,
    overhead_ms, request_bytes,
    total_response_bytes AS response_bytes,
    key_id, user_agent, trace_id, flags, outbox_id, seq
FROM spendlens.attempts
WHERE final;
