import type { Kafka, Producer } from 'kafkajs';
import type { DeadLetterRow } from '../clickhouse/rows.ts';
import { kafkaFailure } from '../kafka/failure.ts';
import type { KafkaSettings } from '../kafka/settings.ts';
import type { Logger } from '../process/log.ts';

/** Tells others of dead letters, once or more often; never fails, since they stand in the warehouse by then. */
export type TellOfDead = (letters: readonly DeadLetterRow[]) => Promise<void>;

export interface DeadTopic {
  readonly tell: TellOfDead;
  close(): Promise<void>;
}

/** Writes dead letters to a topic too: the raw bytes, with identity or origin, reason and tries as headers. */
export function createDeadTopic(kafka: Kafka, { deadTopic }: KafkaSettings, log: Logger): DeadTopic {
  let producer: Promise<Producer> | null = null;

  async function open(): Promise<Producer> {
    const opened = kafka.producer({ idempotent: false, allowAutoTopicCreation: false, retry: { retries: 2 } });
    await opened.connect();
    return opened;
  }

  return {
    async tell(letters) {
      if (letters.length === 0) return;
      try {
        producer ??= open();
        await (await producer).send({ topic: deadTopic, acks: -1, messages: letters.map(messageOf) });
      } catch (error) {
        producer = null;
        log.error(
          { reason: kafkaFailure(error).message, letters: letters.length },
          `dead letters not told to ${deadTopic}`,
        );
      }
    },
    async close() {
      await producer?.then((opened) => opened.disconnect()).catch(() => undefined);
    },
  };
}

function messageOf({ outbox_id, seq, origin, dead_at, step, reason, tries, event }: DeadLetterRow) {
  const identity = outbox_id === '' ? { origin } : { outbox: outbox_id, seq: String(seq) };
  return {
    key: outbox_id === '' ? origin : `${outbox_id}/${seq}`,
    value: Buffer.from(event, 'base64'),
    headers: { ...identity, step, reason, tries: String(tries), at: dead_at },
  };
}
