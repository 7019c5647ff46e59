import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Consumer } from 'kafkajs';
import { kafkaFailure } from '../../kafka/failure.ts';
import { type Committed, readCommitted, readEnds } from '../../kafka/offsets.ts';
import type { KafkaSettings } from '../../kafka/settings.ts';
import type { Logger } from '../../process/log.ts';

export interface TakeOverParts {
  readonly consumer: Pick<Consumer, 'pause' | 'resume' | 'seek'>;
  readonly admin: Admin;
  readonly settings: KafkaSettings;
  readonly isLost: () => boolean;
  readonly log: Logger;
}

const AGAIN_MS = 1_000;

/**
 * Reads what earlier ingesters left of these partitions before anything is fetched. Where retention has cut one short
 * meanwhile, the consumer would commit the new beginning by itself, and with it wipe out marks and intent: it is sent
 * there before it can find out.
 * @throws SpendlensError, see kafkaFailure, where waiting does not help
 */
export async function takeOver(
  { consumer, admin, settings, isLost, log }: TakeOverParts,
  partitions: readonly number[],
): Promise<(partition: number) => Committed> {
  const { topic, group } = settings;
  const own = [{ topic, partitions: [...partitions] }];
  consumer.pause(own);
  for (; ; await sleep(AGAIN_MS)) {
    try {
      const [committed, ends] = await Promise.all([readCommitted(admin, group, topic), readEnds(admin, topic)]);
      if (isLost()) return committed;
      for (const partition of partitions) {
        const [offset, low] = [committed(partition).offset, ends.get(partition)?.low ?? 0];
        if (offset !== null && low > offset) consumer.seek({ topic, partition, offset: String(low) });
      }
      consumer.resume(own);
      return committed;
    } catch (error) {
      const failure = kafkaFailure(error);
      if (!failure.retryable || isLost()) throw failure;
      log.warn({ reason: failure.message }, 'the committed offsets cannot be read');
    }
  }
}
