-- What people change in the dashboard, and leases. Append-only: the newest version of an id is the state, all of them
-- are the audit trail. A row is inserted with the token (kind, id, version), so that of two who write the same version
-- the first one's row stands, as its nonce says.
CREATE TABLE IF NOT EXISTS spendlens.config
(
    kind    LowCardinality(String),
    id      String,
    version UInt32,
    nonce   String,
    at      DateTime64(3, 'UTC'),
    who     String,
    value   String CODEC(ZSTD),
    deleted Bool
)
ENGINE = MergeTree
ORDER BY (kind, id, version)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
