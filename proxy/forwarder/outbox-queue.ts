import { crc32 } from 'node:zlib';
import { SpendlensError } from '../../domain/error.ts';
import { closedMessage, exchangeMessage } from '../../kafka/message.ts';
import type { Topic } from '../../kafka/topics.ts';
import type { Logger } from '../../process/log.ts';
import type { Entry, OutboxReader } from '../outbox/reader.ts';
import type { BytesInFlight } from './bytes-in-flight.ts';
import type { ForwarderMetrics } from './metrics.ts';
import type { Outage } from './outage.ts';
import type { Sender } from './sender.ts';
import type { ForwarderState } from './state.ts';
import type { TopicKeeper } from './topic.ts';

/** What has just happened to a batch: tests stop a forwarder at exactly these places. */
export type ForwardPoint = 'sending' | 'acknowledged' | 'noted';

export interface QueueParts {
  readonly reader: Pick<OutboxReader, 'read'>;
  readonly state: ForwarderState;
  readonly topics: TopicKeeper;
  readonly sender: Sender;
  readonly shorten: (encoded: Buffer, limit: number) => Promise<Buffer>;
  readonly bytes: BytesInFlight;
  readonly outage: Outage;
  readonly metrics: ForwarderMetrics;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly reached: (point: ForwardPoint) => Promise<void>;
}

/** Sends what one outbox holds, in order and one batch at a time, to the partition that the outbox keeps to. */
export interface OutboxQueue {
  /** Sends until nothing is left; `isOpen` tells whether more may come. Does nothing while it is at it already. */
  pump(isOpen: boolean): Promise<void>;
  /** Since when it has not caught up, null where it has. */
  behindSince(): number | null;
}

interface Message {
  readonly seq: number;
  readonly encoded: Buffer;
}

const BATCH_ENTRIES = 500;
export const BATCH_BYTES = 1024 ** 2;
/** Lengths, key and headers of a message. */
const MESSAGE_OVERHEAD = 192;
/** Nothing is cut below this: what a broker refuses at this size is not refused for its size. */
const LEAST_BYTES = 1024;

/** What the exchanges of one batch may have together; bytes that do not shrink grow a little when compressed. */
const roomOf = ({ maxMessageBytes }: Topic, entries: number) =>
  Math.floor(maxMessageBytes * 0.999) - 1024 - entries * MESSAGE_OVERHEAD;

export function createOutboxQueue(id: string, parts: QueueParts): OutboxQueue {
  const { reader, state, topics, sender, shorten, bytes, outage, metrics, log, signal, reached } = parts;
  let pumping: Promise<void> | null = null;
  let behindSince: number | null = null;

  async function partitionOf({ partitions }: Topic): Promise<number> {
    const chosen = state.partition(id);
    if (chosen !== null && chosen < partitions) return chosen;
    if (chosen !== null) log.error({ id, chosen, partitions }, 'the partition of an outbox is gone: it gets another');
    const partition = crc32(id) % partitions;
    await state.choose(id, partition);
    return partition;
  }

  async function send(partition: number, messages: readonly Message[]): Promise<void> {
    const started = performance.now();
    await reached('sending');
    await sender.send(
      partition,
      messages.map(({ seq, encoded }) => exchangeMessage(id, seq, encoded)),
    );
    metrics.sent(messages.length, (performance.now() - started) / 1000);
    await reached('acknowledged');
    const last = messages.at(-1);
    if (last) await state.acknowledged(id, last.seq);
    await reached('noted');
  }

  /** What the broker finds too large is halved, first the batch and then the one exchange. */
  async function deliver(partition: number, messages: readonly Message[]): Promise<void> {
    try {
      await send(partition, messages);
    } catch (error) {
      const [first, ...others] = messages;
      const isTooLarge = error instanceof SpendlensError && error.code === 'message_too_large';
      if (!isTooLarge || !first || (others.length === 0 && first.encoded.length < LEAST_BYTES)) throw error;
      metrics.failed(error.code);
      topics.outdated();
      if (others.length === 0) {
        metrics.cut();
        return deliver(partition, [{ ...first, encoded: await shorten(first.encoded, first.encoded.length / 2) }]);
      }
      const middle = Math.ceil(messages.length / 2);
      await deliver(partition, messages.slice(0, middle));
      await deliver(partition, messages.slice(middle));
    }
  }

  async function shortenAll(entries: readonly Entry[], topic: Topic): Promise<Message[]> {
    const limit = roomOf(topic, 1);
    const messages: Message[] = [];
    for (const { seq, encoded } of entries) {
      const short = await shorten(Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength), limit);
      if (short.length < encoded.length) {
        metrics.cut();
        log.warn({ id, seq, bytes: encoded.length, limit }, 'an exchange above max.message.bytes had its bodies cut');
      }
      messages.push({ seq, encoded: short });
    }
    return messages;
  }

  async function close(topic: Topic): Promise<void> {
    const last = state.mark(id);
    if (last === 0 || state.isClosed(id)) return;
    await sender.send(await partitionOf(topic), [closedMessage(id, last)]);
    await state.close(id);
  }

  /** False where nothing is left. */
  async function sendNext(isOpen: boolean, again: boolean): Promise<boolean> {
    const topic = await topics.current();
    const share = await bytes.take(BATCH_BYTES);
    try {
      if (signal.aborted) return false;
      const limit = Math.min(BATCH_BYTES, roomOf(topic, BATCH_ENTRIES));
      const entries = reader.read(id, state.mark(id) + 1, { entries: BATCH_ENTRIES, bytes: limit });
      if (entries.length === 0) {
        if (!isOpen) await close(topic);
        return false;
      }
      const read = entries.reduce((sum, { encoded }) => sum + encoded.length, 0);
      share.resize(read);
      behindSince ??= Date.now();
      if (again) metrics.resent(entries.length);
      await deliver(await partitionOf(topic), await shortenAll(entries, topic));
      // While little comes it waits for company: a batch costs the same whatever it holds.
      return entries.length === BATCH_ENTRIES || read >= limit / 2 || !isOpen;
    } finally {
      share.giveBack();
    }
  }

  async function run(isOpen: boolean): Promise<void> {
    let again = false;
    while (!signal.aborted) {
      try {
        const more = await sendNext(isOpen, again);
        outage.passed(id);
        again = false;
        if (more) continue;
        behindSince = null;
        return;
      } catch (error) {
        if (!(error instanceof SpendlensError)) throw error;
        metrics.failed(error.code);
        topics.outdated();
        behindSince ??= Date.now();
        again = true;
        await outage.failed(id, error);
      }
    }
  }

  return {
    pump(isOpen) {
      pumping ??= run(isOpen).finally(() => {
        pumping = null;
      });
      return pumping;
    },
    behindSince: () => behindSince,
  };
}
