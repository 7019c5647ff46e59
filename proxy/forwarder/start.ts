import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import type { Logger } from '../../process/log.ts';
import { createFactsReader } from '../capture/facts.ts';
import { acknowledgementPath } from '../outbox/acknowledgement.ts';
import { createOutboxReader } from '../outbox/reader.ts';
import { createBytesInFlight } from './bytes-in-flight.ts';
import type { ForwarderConfig } from './config.ts';
import { createForwarding } from './forward.ts';
import { createForwarderMetrics } from './metrics.ts';
import { createOutage } from './outage.ts';
import type { ForwardPoint } from './outbox-queue.ts';
import { createSender } from './sender.ts';
import { createShorten } from './shorten.ts';
import { openForwarderState } from './state.ts';
import { createTopicKeeper } from './topic.ts';

export interface ForwarderOptions {
  readonly config: ForwarderConfig;
  readonly log: Logger;
  readonly registry: Registry;
  readonly reached?: (point: ForwardPoint) => Promise<void>;
}

export interface RunningForwarder {
  /** Settles when it ends; rejects with what it could not deal with. */
  readonly ended: Promise<void>;
  /** Sends what is left, for a moment; what does not go through stays in the outboxes. */
  stop(): Promise<void>;
}

const IN_FLIGHT_BYTES = 32 * 1024 ** 2;
/** Within the second that the supervisor grants. */
const DRAIN_MS = 700;
const CLOSE_MS = 300;

/** Brings what the outboxes of this machine hold to the topic. @throws SpendlensError config_invalid */
export async function startForwarder({ config, log, registry, reached }: ForwarderOptions): Promise<RunningForwarder> {
  const abort = new AbortController();
  const { signal } = abort;
  const facts = createFactsReader(log);
  const bytes = createBytesInFlight(IN_FLIGHT_BYTES);
  const sender = createSender(config.kafka, log);
  const reader = createOutboxReader(join(config.data, 'outbox'));
  const forwarding = createForwarding({
    reader,
    state: await openForwarderState(acknowledgementPath(config.data, true), log),
    topics: createTopicKeeper(config.kafka, log),
    sender,
    shorten: createShorten(facts),
    bytes,
    outage: createOutage(log, signal),
    metrics: createForwarderMetrics(registry, {
      behindSince: () => forwarding.behindSince(),
      bytesInFlight: bytes.held,
    }),
    log,
    signal,
    reached: reached ?? (async () => undefined),
  });
  const ended = forwarding.run();
  return {
    ended,
    async stop() {
      await atMost(DRAIN_MS, forwarding.drain());
      abort.abort();
      await ended;
      await atMost(CLOSE_MS, Promise.all([sender.close(), facts.close()]));
      await reader.close();
    },
  };
}

/** Whatever takes longer is left: it is sent again at the next start. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work.catch(() => undefined), sleep(ms, undefined, { ref: false })]);
}
