-- Chosen by measurement: 1,000,000 attempts over 90 days (5,000 users, Zipf; receipts and usage of real shape),
-- ClickHouse 26.7, 2 cores, warm, median of 7, in ms.
--
--   ORDER BY                                24 h  30 d by user  newest 100  one user  on disk
--   created_at, monthly partitions           5.8          38.8        21.6       152  108.7 MiB   <- this one
--   kind, created_at, monthly                5.8          35.2        23.9       126  109.4 MiB
--   created_at, weekly partitions            7.3          38.1        46.2       194  109.6 MiB
--   hour, user_id, created_at, monthly       9.8          40.9        31.9       176  112.1 MiB
--   day, feature, user_id, monthly          10.6          43.3        32.8       204  112.4 MiB
--
-- A user-first order costs the newest rows and the disk and gains nothing for one user, whose rows are spread over
-- the whole range anyway. `kind` first is within the noise and would make two ranges of every unfiltered read.
-- The bloom filter of request_id leaves 1 of 125 granules: 3.7 ms, for 1.9 bytes a row; those of session_id (60 to
-- 28 ms) and user_id (a rare user 63 to 52 ms) cost 0.9 bytes together.
-- T64 before ZSTD takes 28 % off token counts and 8 % off money; Delta and Gorilla make latencies larger than ZSTD
-- alone, and ZSTD(3) gains nothing on receipts, usage and ids. On bodies it takes 8 % off ZSTD(1).
-- bodies: granules of 128 rows read one exchange in 3.1 ms instead of 12.0 with 8,192, for 1.5 % more disk.
--
-- The deduplication windows are what makes insert_deduplication_token mean anything; the replicated pair says the
-- same should the tables be made replicated. fsync: what was acknowledged is trimmed from the outbox.

CREATE TABLE IF NOT EXISTS spendlens.attempts
(
    request_id                  UUID,
    created_at                  DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    kind                        LowCardinality(String),
    lane                        LowCardinality(String),
    user_id                     String CODEC(ZSTD),
    feature                     LowCardinality(String),
    prompt_id                   LowCardinality(String),
    prompt_version              LowCardinality(String),
    session_id                  String CODEC(ZSTD),
    session_name                String CODEC(ZSTD),
    session_path                String CODEC(ZSTD),
    properties                  Map(LowCardinality(String), String) CODEC(ZSTD),
    provider                    LowCardinality(String),
    model                       LowCardinality(String),
    response_model              LowCardinality(String),
    path                        String CODEC(ZSTD),
    method                      LowCardinality(String),
    status                      UInt16,
    error_kind                  LowCardinality(String),
    streamed                    Bool,
    attempts                    UInt16,
    cache_outcome               LowCardinality(String),
    cache_saved_usd             Decimal(18, 9) CODEC(ZSTD),
    experiment                  LowCardinality(String),
    variant                     LowCardinality(String),
    answered_variant            LowCardinality(String),
    unit_id                     String CODEC(ZSTD),
    input_tokens                Nullable(UInt32) CODEC(T64, ZSTD),
    cache_read_tokens           Nullable(UInt32) CODEC(T64, ZSTD),
    cache_write_5m_tokens       Nullable(UInt32) CODEC(T64, ZSTD),
    cache_write_1h_tokens       Nullable(UInt32) CODEC(T64, ZSTD),
    output_tokens               Nullable(UInt32) CODEC(T64, ZSTD),
    reasoning_tokens            Nullable(UInt32) CODEC(T64, ZSTD),
    audio_input_tokens          Nullable(UInt32) CODEC(T64, ZSTD),
    audio_output_tokens         Nullable(UInt32) CODEC(T64, ZSTD),
    image_tokens                Nullable(UInt32) CODEC(T64, ZSTD),
    tool_calls                  Nullable(UInt32) CODEC(T64, ZSTD),
    cost_usd                    Nullable(Decimal(18, 9)) CODEC(T64, ZSTD),
    cost_status                 LowCardinality(String),
    cost_breakdown              String CODEC(ZSTD),
    price_version               LowCardinality(String),
    corrected                   Bool,
    usage_raw                   String CODEC(ZSTD),
    latency_ms                  Float32 CODEC(ZSTD),
    ttft_ms                     Nullable(Float32) CODEC(ZSTD),
    overhead_ms                 Float32 CODEC(ZSTD),
    request_bytes               UInt64 CODEC(ZSTD),
    response_bytes              UInt64 CODEC(ZSTD),
    key_id                      LowCardinality(String),
    user_agent                  LowCardinality(String),
    trace_id                    String CODEC(ZSTD),
    flags                       Array(LowCardinality(String)),
    outbox_id                   LowCardinality(String),
    seq                         UInt64 CODEC(Delta, ZSTD),
    attempt                     UInt16,
    final                       Bool,
    total_status                UInt16,
    total_error_kind            LowCardinality(String),
    total_cost_usd              Nullable(Decimal(18, 9)) CODEC(T64, ZSTD),
    total_cost_status           LowCardinality(String),
    total_input_tokens          Nullable(UInt32) CODEC(T64, ZSTD),
    total_cache_read_tokens     Nullable(UInt32) CODEC(T64, ZSTD),
    total_cache_write_5m_tokens Nullable(UInt32) CODEC(T64, ZSTD),
    total_cache_write_1h_tokens Nullable(UInt32) CODEC(T64, ZSTD),
    total_output_tokens         Nullable(UInt32) CODEC(T64, ZSTD),
    total_reasoning_tokens      Nullable(UInt32) CODEC(T64, ZSTD),
    total_audio_input_tokens    Nullable(UInt32) CODEC(T64, ZSTD),
    total_audio_output_tokens   Nullable(UInt32) CODEC(T64, ZSTD),
    total_image_tokens          Nullable(UInt32) CODEC(T64, ZSTD),
    total_tool_calls            Nullable(UInt32) CODEC(T64, ZSTD),
    total_latency_ms            Float32 CODEC(ZSTD),
    total_ttft_ms               Nullable(Float32) CODEC(ZSTD),
    total_response_bytes        UInt64 CODEC(ZSTD),
    INDEX by_request_id request_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_session session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_user user_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(created_at)
ORDER BY (created_at, outbox_id, seq, attempt)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- What the app saw: one row per exchange, the totals under the plain names.
CREATE OR REPLACE VIEW spendlens.requests AS
SELECT
    request_id, created_at, kind, lane, user_id, feature, prompt_id, prompt_version, session_id, session_name,
    session_path, properties, provider, model, response_model, path, method,
    total_status AS status,
    total_error_kind AS error_kind,
    streamed, attempts, cache_outcome, cache_saved_usd, experiment, variant, answered_variant, unit_id,
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

CREATE TABLE IF NOT EXISTS spendlens.bodies
(
    outbox_id        LowCardinality(String),
    seq              UInt64 CODEC(Delta, ZSTD),
    attempt          UInt16,
    request_id       UUID,
    created_at       DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    request_headers  String CODEC(ZSTD(3)),
    request          String CODEC(ZSTD(3)),
    response_headers String CODEC(ZSTD(3)),
    response         String CODEC(ZSTD(3)),
    flags            Array(LowCardinality(String))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(created_at)
ORDER BY (outbox_id, seq, attempt)
SETTINGS
    index_granularity = 128,
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS spendlens.dead_letters
(
    outbox_id LowCardinality(String),
    seq       UInt64,
    origin    String,
    dead_at   DateTime64(3, 'UTC'),
    step      LowCardinality(String),
    reason    String CODEC(ZSTD),
    tries     UInt16,
    event     String CODEC(ZSTD(3))
)
ENGINE = MergeTree
ORDER BY (outbox_id, seq)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS spendlens.slices
(
    slice_id       String CODEC(ZSTD),
    outbox_id      LowCardinality(String),
    first_seq      UInt64 CODEC(Delta, ZSTD),
    last_seq       UInt64 CODEC(Delta, ZSTD),
    exchanges      UInt32,
    dead_letters   UInt32,
    lost_exchanges UInt64,
    lost_bodies    UInt64,
    inserted_at    DateTime64(3, 'UTC') CODEC(Delta, ZSTD)
)
ENGINE = MergeTree
ORDER BY (outbox_id, first_seq)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- An outbox skipped sequence numbers: found_seq came where expected_seq was due.
CREATE TABLE IF NOT EXISTS spendlens.gaps
(
    outbox_id    LowCardinality(String),
    expected_seq UInt64,
    found_seq    UInt64,
    at           DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (outbox_id, expected_seq)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- What retention, erasure or the removal of demo rows took, so that completeness still adds up.
CREATE TABLE IF NOT EXISTS spendlens.removals
(
    outbox_id    LowCardinality(String),
    exchanges    UInt64,
    dead_letters UInt64,
    reason       String,
    removed_at   DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (outbox_id, removed_at)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
