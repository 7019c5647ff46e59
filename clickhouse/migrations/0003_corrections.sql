-- What a call is priced by (domain/prices/pricing-facts), so that it can be priced again without its bodies.
ALTER TABLE spendlens.attempts ADD COLUMN IF NOT EXISTS pricing_facts String CODEC(ZSTD) AFTER usage_raw;

-- When a row came to stand here: repricing looks again at what arrived while it ran. Rows from before are given a
-- fixed time first, since an expression would be worked out anew whenever they are read.
ALTER TABLE spendlens.attempts ADD COLUMN IF NOT EXISTS inserted_at DateTime64(3, 'UTC') DEFAULT toDateTime64(0, 3, 'UTC') CODEC(Delta, ZSTD);
ALTER TABLE spendlens.attempts MATERIALIZE COLUMN inserted_at SETTINGS mutations_sync = 1;
ALTER TABLE spendlens.attempts MODIFY COLUMN inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta, ZSTD);

-- Jobs of repricing, an entry whenever one gets on: the newest says where it stands, the first who began it and why.
CREATE TABLE IF NOT EXISTS spendlens.repricings
(
    job_id  String,
    step    UInt32,
    at      DateTime64(3, 'UTC'),
    state   LowCardinality(String),
    who     String,
    why     String,
    undoes  String,
    -- JSON, of the first entry alone.
    task    String CODEC(ZSTD),
    -- JSON: how far the job has got, enough to go on from there.
    place   String CODEC(ZSTD),
    done    UInt64,
    total   UInt64,
    message String
)
ENGINE = MergeTree
ORDER BY (job_id, step)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- Old and new figures of every row that a job changes, written before it changes any; those of a job that is `done`
-- are what was corrected.
CREATE TABLE IF NOT EXISTS spendlens.corrections
(
    job_id                LowCardinality(String),
    batch                 UInt32,
    corrected_at          DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    request_id            UUID,
    created_at            DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    kind                  LowCardinality(String),
    provider              LowCardinality(String),
    model                 LowCardinality(String),
    outbox_id             LowCardinality(String),
    seq                   UInt64 CODEC(Delta, ZSTD),
    attempt               UInt16,
    final                 Bool,
    old_cost_usd          Nullable(Decimal(18, 9)) CODEC(T64, ZSTD),
    new_cost_usd          Nullable(Decimal(18, 9)) CODEC(T64, ZSTD),
    old_cost_status       LowCardinality(String),
    new_cost_status       LowCardinality(String),
    old_cost_breakdown    String CODEC(ZSTD),
    new_cost_breakdown    String CODEC(ZSTD),
    old_price_version     LowCardinality(String),
    new_price_version     LowCardinality(String),
    old_total_cost_usd    Nullable(Decimal(18, 9)) CODEC(T64, ZSTD),
    new_total_cost_usd    Nullable(Decimal(18, 9)) CODEC(T64, ZSTD),
    old_total_cost_status LowCardinality(String),
    new_total_cost_status LowCardinality(String),
    INDEX by_request_id request_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = MergeTree
ORDER BY (job_id, batch, created_at, outbox_id, seq, attempt)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 2592000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- New figures of the rows that are being changed right now, for the mutation to look up; empty otherwise.
CREATE TABLE IF NOT EXISTS spendlens.repricing_values
(
    key               String,
    hit               UInt8,
    cost_usd          Nullable(Decimal(18, 9)),
    cost_status       String,
    cost_breakdown    String,
    price_version     String,
    total_cost_usd    Nullable(Decimal(18, 9)),
    total_cost_status String
)
ENGINE = Join(ANY, LEFT, key);
