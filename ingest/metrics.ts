import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AttemptRow } from '../clickhouse/rows.ts';
import type { SliceRows } from './prepare.ts';

export interface IngestMetrics {
  delivered(rows: SliceRows, seconds: number): void;
  /** A message came once more and was dropped. */
  resent(): void;
  /** A message without identity was set aside. */
  buried(): void;
  /** A rebalance gave this process its partitions. */
  assigned(): void;
  /** So many messages fell to the topic's retention before they were ingested. */
  cut(messages: number): void;
  /** Asked at every scrape. */
  watchLag(lags: () => readonly PartitionLag[]): void;
}

export interface PartitionLag {
  readonly partition: number;
  readonly messages: number;
  /** Milliseconds since 1970; null where nothing waits. */
  readonly oldestAt: number | null;
}

/** Names of models come from callers: beyond this many they are counted together. */
const MAX_MODELS = 500;

const buckets = {
  input: 'input_tokens',
  cache_read: 'cache_read_tokens',
  cache_write_5m: 'cache_write_5m_tokens',
  cache_write_1h: 'cache_write_1h_tokens',
  output: 'output_tokens',
  reasoning: 'reasoning_tokens',
  audio_input: 'audio_input_tokens',
  audio_output: 'audio_output_tokens',
  image: 'image_tokens',
} as const satisfies Record<string, keyof AttemptRow>;

export function createIngestMetrics(registry: Registry, now: () => number): IngestMetrics {
  const registers = [registry];
  const tokens = new Counter({
    name: 'spendlens_tokens_total',
    help: 'Tokens of recorded calls, by bucket.',
    labelNames: ['provider', 'model', 'bucket'],
    registers,
  });
  const cost = new Counter({
    name: 'spendlens_cost_usd_total',
    help: 'Dollars of recorded calls; the exact sums are in the warehouse.',
    labelNames: ['provider', 'model'],
    registers,
  });
  const size = new Histogram({
    name: 'spendlens_ingest_slice_exchanges',
    help: 'Exchanges per slice.',
    buckets: [1, 5, 20, 100, 500, 2000],
    registers,
  });
  const duration = new Histogram({
    name: 'spendlens_ingest_insert_seconds',
    help: 'Time to insert a slice into all its tables.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers,
  });
  const lag = new Gauge({
    name: 'spendlens_ingest_lag_seconds',
    help: 'From the end of the latest exchange of the last slice to its rows.',
    registers,
  });
  const deadLetters = new Counter({
    name: 'spendlens_ingest_dead_letters_total',
    help: 'Events that ended as dead letters, by the step that gave them up.',
    labelNames: ['step'],
    registers,
  });
  const resends = new Counter({
    name: 'spendlens_ingest_resends_total',
    help: 'Messages that came once more and were dropped: duplicates avoided.',
    registers,
  });
  const rebalances = new Counter({
    name: 'spendlens_ingest_rebalances_total',
    help: 'Times that the consumer group gave this process its partitions.',
    registers,
  });
  const cut = new Counter({
    name: 'spendlens_ingest_cut_messages_total',
    help: 'Messages that were gone from the topic before they were ingested.',
    registers,
  });
  const gaps = new Counter({
    name: 'spendlens_ingest_gaps_total',
    help: 'Sequence numbers of outboxes that never came.',
    registers,
  });
  const models = new Set<string>();

  function labelsOf({ provider, response_model, model }: AttemptRow) {
    const name = response_model || model || 'unknown';
    if (models.size < MAX_MODELS) models.add(name);
    return { provider, model: models.has(name) ? name : 'other' };
  }

  /** Summed up per slice: a label lookup for each figure of each row took 2 % of ingest's time. */
  function count(rows: readonly AttemptRow[]): void {
    const byLabels = Map.groupBy(rows, (row) => JSON.stringify(labelsOf(row)));
    for (const [key, alike] of byLabels) {
      const labels: ReturnType<typeof labelsOf> = JSON.parse(key);
      for (const [bucket, column] of Object.entries(buckets)) {
        const value = alike.reduce((sum, row) => sum + (row[column] ?? 0), 0);
        if (value) tokens.inc({ ...labels, bucket }, value);
      }
      const dollars = alike.reduce((sum, row) => sum + Number(row.cost_usd ?? 0), 0);
      if (dollars) cost.inc(labels, dollars);
    }
  }

  function watchLag(lags: () => readonly PartitionLag[]): void {
    new Gauge({
      name: 'spendlens_ingest_lag_messages',
      help: 'Messages in the topic that are not in the warehouse, by partition that this process has.',
      labelNames: ['partition'],
      registers,
      collect() {
        this.reset();
        for (const { partition, messages } of lags()) this.set({ partition }, messages);
      },
    });
    new Gauge({
      name: 'spendlens_ingest_oldest_message_seconds',
      help: 'Age of the oldest fetched message that is not in the warehouse.',
      labelNames: ['partition'],
      registers,
      collect() {
        this.reset();
        for (const { partition, oldestAt } of lags()) {
          this.set({ partition }, oldestAt === null ? 0 : Math.max(0, (now() - oldestAt) / 1000));
        }
      },
    });
  }

  return {
    resent: () => resends.inc(),
    buried: () => deadLetters.inc({ step: 'identify' }),
    assigned: () => rebalances.inc(),
    cut: (messages) => cut.inc(messages),
    watchLag,
    delivered(rows, seconds) {
      count(rows.attempts);
      for (const { step } of rows.deadLetters) deadLetters.inc({ step });
      for (const { expected_seq, found_seq } of rows.gaps) gaps.inc(found_seq - expected_seq);
      size.observe(rows.slices.reduce((sum, slice) => sum + slice.exchanges + slice.dead_letters, 0));
      duration.observe(seconds);
      const last = rows.attempts.at(-1);
      if (last) lag.set(Math.max(0, now() / 1000 - Number(last.created_at) - last.total_latency_ms / 1000));
    },
  };
}
