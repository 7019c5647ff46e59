import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ErrorCode } from '../../domain/error.ts';

export interface ForwarderMetrics {
  sent(exchanges: number, seconds: number): void;
  /** A batch that failed goes again: the broker may have it already. */
  resent(exchanges: number): void;
  cut(): void;
  failed(code: ErrorCode): void;
}

export interface ForwarderGauges {
  /** Since when the outbox that is furthest behind has not been caught up with, null where none is behind. */
  behindSince(): number | null;
  bytesInFlight(): number;
}

export function createForwarderMetrics(registry: Registry, gauges: ForwarderGauges): ForwarderMetrics {
  const registers = [registry];
  const sent = new Counter({
    name: 'spendlens_forwarder_sent_total',
    help: 'Exchanges that the broker acknowledged.',
    registers,
  });
  const resent = new Counter({
    name: 'spendlens_forwarder_resent_total',
    help: 'Exchanges sent again since their batch failed; duplicates are dropped downstream.',
    registers,
  });
  const cut = new Counter({
    name: 'spendlens_forwarder_cut_total',
    help: "Exchanges whose bodies were cut to the topic's max.message.bytes.",
    registers,
  });
  const errors = new Counter({
    name: 'spendlens_forwarder_errors_total',
    help: 'Batches that failed, by reason.',
    labelNames: ['code'],
    registers,
  });
  const size = new Histogram({
    name: 'spendlens_forwarder_batch_exchanges',
    help: 'Exchanges per acknowledged batch.',
    buckets: [1, 5, 20, 50, 100, 200, 500],
    registers,
  });
  const duration = new Histogram({
    name: 'spendlens_forwarder_send_seconds',
    help: 'Time until the broker acknowledged a batch, retries included.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers,
  });
  registerGauges(registry, gauges);
  return {
    sent(exchanges, seconds) {
      sent.inc(exchanges);
      size.observe(exchanges);
      duration.observe(seconds);
    },
    resent: (exchanges) => resent.inc(exchanges),
    cut: () => cut.inc(),
    failed: (code) => errors.inc({ code }),
  };
}

function registerGauges(registry: Registry, { behindSince, bytesInFlight }: ForwarderGauges): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('spendlens_forwarder_in_flight_bytes', 'Bytes between the outboxes and the broker.', bytesInFlight);
  gauge('spendlens_forwarder_lag_seconds', 'For how long an outbox has not been caught up with.', () => {
    const since = behindSince();
    return since === null ? 0 : (Date.now() - since) / 1000;
  });
}
