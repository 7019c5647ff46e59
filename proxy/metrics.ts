import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Exchange } from '../domain/exchange.ts';
import type { CaptureMemory } from './capture/memory.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { ProviderLabel } from './provider-label.ts';

export interface ProxyMetrics {
  observe(exchange: Exchange): void;
  /** Refusals that are not recorded, since anybody could fill the outbox with them. */
  unauthorized(): void;
}

const DURATIONS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const OVERHEADS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1];

export function createProxyMetrics(
  registry: Registry,
  outbox: Outbox,
  memory: CaptureMemory,
  labelOf: ProviderLabel,
): ProxyMetrics {
  const registers = [registry];
  const labelNames = ['provider'] as const;
  const requests = new Counter({
    name: 'spendlens_proxy_requests_total',
    help: 'Requests by provider and class of the status that the app saw; none where it saw no status.',
    labelNames: ['provider', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: 'spendlens_proxy_duration_seconds',
    help: 'Arrival of a request to the last byte of its answer.',
    labelNames,
    buckets: DURATIONS,
    registers,
  });
  const ttft = new Histogram({
    name: 'spendlens_proxy_ttft_seconds',
    help: 'Arrival of a request to the first byte of the body of its answer.',
    labelNames,
    buckets: DURATIONS,
    registers,
  });
  const overhead = new Histogram({
    name: 'spendlens_proxy_overhead_seconds',
    help: 'The share of the duration that is the proxy itself.',
    buckets: OVERHEADS,
    registers,
  });
  const unauthorized = new Counter({
    name: 'spendlens_proxy_unauthorized_total',
    help: 'Requests without the proxy key. They are not recorded.',
    registers,
  });
  registerOutbox(registry, outbox, memory);
  // Looking a label up in the library hashes it anew each time; providers come from the configuration and are few.
  const byProvider = new Map<string, ReturnType<typeof childrenOf>>();
  const childrenOf = (provider: string) => ({
    duration: duration.labels({ provider }),
    ttft: ttft.labels({ provider }),
    statuses: new Map<string, { inc(): void }>(),
  });
  const children = (provider: string) => {
    const known = byProvider.get(provider);
    if (known) return known;
    const created = childrenOf(provider);
    byProvider.set(provider, created);
    return created;
  };
  return {
    observe({ provider, status, latencyMs, ttftMs, overheadMs }) {
      const label = labelOf(provider);
      const own = children(label);
      const statusClass = status === null ? 'none' : `${Math.floor(status / 100)}xx`;
      const counter = own.statuses.get(statusClass) ?? requests.labels({ provider: label, status: statusClass });
      own.statuses.set(statusClass, counter);
      counter.inc();
      own.duration.observe(latencyMs / 1000);
      if (ttftMs !== null) own.ttft.observe(ttftMs / 1000);
      overhead.observe(overheadMs / 1000);
    },
    unauthorized: () => unauthorized.inc(),
  };
}

function registerOutbox(registry: Registry, outbox: Outbox, memory: CaptureMemory): void {
  // Workers are added up in one scrape; of their ages the highest is the one that matters.
  const gauge = (name: string, help: string, read: () => number, aggregator: 'sum' | 'max' = 'sum') =>
    new Gauge({
      name,
      help,
      aggregator,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge(
    'spendlens_outbox_depth',
    'Exchanges accepted and not yet in the warehouse, or in Kafka where there is one.',
    () => outbox.stats().depth,
  );
  gauge('spendlens_outbox_bytes', 'Bytes of these exchanges.', () => outbox.stats().bytes);
  gauge(
    'spendlens_outbox_waiting_bytes',
    'Bytes that wait in memory for their commit: the disk is full or stands still.',
    () => outbox.stats().waitingBytes,
  );
  gauge('spendlens_outbox_inflight', 'Exchanges under way.', () => outbox.stats().inflight);
  gauge(
    'spendlens_outbox_lag_seconds',
    'Age of the oldest of these exchanges.',
    () => outbox.stats().lagMs / 1000,
    'max',
  );
  gauge('spendlens_outbox_shed_bodies', 'Bodies given up for want of memory or room.', () => outbox.stats().shedBodies);
  gauge(
    'spendlens_outbox_dropped_exchanges',
    'Exchanges given up for want of room.',
    () => outbox.stats().droppedExchanges,
  );
  gauge('spendlens_capture_held_bytes', 'Memory that captured bodies hold.', () => memory.held());
}
