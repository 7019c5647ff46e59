import { randomUUID } from 'node:crypto';
import type { Warehouse } from '../../clickhouse/client.ts';
import { createConfigLog } from '../../clickhouse/config-log.ts';
import { type Lease, takeLease } from '../../clickhouse/lease.ts';
import { SpendlensError } from '../../domain/error.ts';
import { createKafka } from '../../kafka/client.ts';
import { kafkaFailure } from '../../kafka/failure.ts';
import { parseMessage } from '../../kafka/message.ts';
import type { KafkaSettings } from '../../kafka/settings.ts';
import type { Logger } from '../../process/log.ts';
import type { RawEvent } from '../event.ts';
import type { Prepare } from '../prepare.ts';
import { createBringBack } from './bring-back.ts';
import { readStretches, type Stretch, stretchesBetween } from './read-topic.ts';

export interface ReplayParts {
  readonly settings: KafkaSettings;
  readonly warehouse: Warehouse;
  readonly prepare: Prepare;
  readonly log: Logger;
  /** One line for whoever watches. */
  readonly say: (line: string) => void;
}

export interface Replayed {
  readonly messages: number;
  readonly exchanges: number;
  readonly deadLetters: number;
  readonly leftOut: number;
}

const CHUNK_EVENTS = 2_000;
const CHUNK_BYTES = 8 * 1024 * 1024;
const SAY_MS = 2_000;
const RENEW_BEFORE_MS = 20_000;

/**
 * Reads again what the group has ingested between two times, and brings back what the warehouse lacks of it, while
 * ingesters go on. Times in milliseconds since 1970; `to` null = up to where the group stands.
 * @throws SpendlensError busy where another replay runs; else of the warehouse and the broker
 */
export async function replayTopic(parts: ReplayParts, from: number, to: number | null): Promise<Replayed> {
  const { settings, log } = parts;
  const run = randomUUID();
  const kafka = createKafka(settings, 'spendlens-replay', log);
  const admin = kafka.admin();
  const configLog = createConfigLog(parts.warehouse);
  // Two at once would both find the same rows missing, and both bring them back.
  const lease = await takeLease(configLog, 'replay', run);
  if (lease === null) throw new SpendlensError('busy', 'another replay is under way, or was until half a minute ago');
  const holding = { lease };
  try {
    await admin.connect().catch((error: unknown) => {
      throw kafkaFailure(error);
    });
    const stretches = await stretchesBetween(admin, settings, from, to);
    return await bringAllBack(parts, stretches, run, holding, (take) =>
      readStretches(kafka, settings, stretches, take),
    );
  } finally {
    await admin.disconnect();
    await holding.lease.release();
  }
}

type Take = Parameters<typeof readStretches>[3];

async function bringAllBack(
  { warehouse, prepare, say }: ReplayParts,
  stretches: readonly Stretch[],
  run: string,
  holding: { lease: Lease },
  read: (take: Take) => Promise<void>,
): Promise<Replayed> {
  const total = { messages: 0, exchanges: 0, deadLetters: 0, leftOut: 0 };
  const all = stretches.reduce((sum, stretch) => sum + stretch.to - stretch.from, 0);
  say(`${all} messages in ${stretches.length} partitions to look at`);
  if (all === 0) return total;
  let tokens = 0;
  let saidAt = Date.now();
  const bringBack = createBringBack(warehouse, prepare, () => `replay:${run}:${tokens++}`);

  async function bring(events: readonly RawEvent[]): Promise<void> {
    if (holding.lease.until - Date.now() < RENEW_BEFORE_MS) holding.lease = await holding.lease.renew();
    const back = await bringBack(events);
    total.exchanges += back.exchanges;
    total.deadLetters += back.deadLetters;
    total.leftOut += back.leftOut;
    if (Date.now() < saidAt + SAY_MS) return;
    saidAt = Date.now();
    say(`${total.messages} of ${all} messages read, ${total.exchanges + total.deadLetters} brought back`);
  }

  await read(async (_partition, messages) => {
    total.messages += messages.length;
    let events: RawEvent[] = [];
    let bytes = 0;
    for (const message of messages) {
      const parsed = parseMessage(message);
      if (parsed.kind !== 'exchange') continue;
      events.push(parsed);
      bytes += parsed.encoded.length;
      if (events.length < CHUNK_EVENTS && bytes < CHUNK_BYTES) continue;
      await bring(events);
      [events, bytes] = [[], 0];
    }
    if (events.length > 0) await bring(events);
  });
  return total;
}
