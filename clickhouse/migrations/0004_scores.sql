-- What people and programs said about an answer. Append-only: of one request and name, the latest stands.
CREATE TABLE IF NOT EXISTS spendlens.scores
(
    outbox_id  LowCardinality(String),
    seq        UInt64 CODEC(Delta, ZSTD),
    request_id UUID,
    -- Of the request.
    created_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    name       LowCardinality(String),
    -- number, boolean (0 or 1 in value), category (in label).
    kind       LowCardinality(String),
    value      Nullable(Float64),
    label      LowCardinality(String),
    comment    String CODEC(ZSTD),
    who        String,
    scored_at  DateTime64(3, 'UTC') CODEC(Delta, ZSTD)
)
ENGINE = MergeTree
ORDER BY (name, outbox_id, seq, scored_at)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
