import kafkajs, { type Producer } from 'kafkajs';
import { compressionTypes, createKafka } from '../../kafka/client.ts';
import { kafkaFailure } from '../../kafka/failure.ts';
import type { OutgoingMessage } from '../../kafka/message.ts';
import type { KafkaSettings } from '../../kafka/settings.ts';
import type { Logger } from '../../process/log.ts';

export interface Sender {
  /** Resolves when all replicas in sync have the whole batch. @throws SpendlensError, see kafkaFailure */
  send(partition: number, messages: readonly OutgoingMessage[]): Promise<void>;
  close(): Promise<void>;
}

const ALL_REPLICAS = -1;
const REQUEST_TIMEOUT_MS = 15_000;

/**
 * The library's idempotent producer lost messages that it had acknowledged, whenever requests timed out; so this is
 * the plain one, and each outbox has one batch under way at a time. What a retry stores twice is removed downstream.
 */
export function createSender(settings: KafkaSettings, log: Logger): Sender {
  const producer = createKafka(settings, 'spendlens-forwarder', log).producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    retry: { retries: 5 },
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  const connected = createConnect(producer);
  return {
    async send(partition, messages) {
      try {
        await connected();
        await producer.sendBatch({
          acks: ALL_REPLICAS,
          timeout: REQUEST_TIMEOUT_MS,
          compression: compressionTypes[settings.compression],
          topicMessages: [{ topic: settings.topic, messages: messages.map((message) => ({ ...message, partition })) }],
        });
      } catch (error) {
        throw kafkaFailure(error);
      }
    },
    close: () => producer.disconnect(),
  };
}

/** Once; the library mends later breaks by itself. */
function createConnect(producer: Producer): () => Promise<void> {
  let connecting: Promise<void> | null = null;
  return function connect() {
    connecting ??= producer.connect().catch((error: unknown) => {
      connecting = null;
      throw error;
    });
    return connecting;
  };
}
