import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload, TopicPartitionOffsetAndMetadata } from 'kafkajs';
import { SpendlensError } from '../../domain/error.ts';
import { kafkaFailure } from '../../kafka/failure.ts';
import type { Logger } from '../../process/log.ts';
import type { CommitOffset } from '../journal/offset-store.ts';

export interface CommitParts {
  readonly topic: string;
  readonly partition: number;
  readonly send: EachBatchPayload['commitOffsetsIfNecessary'];
  /** True once this process has begun to join the group anew. */
  readonly isLost: () => boolean;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The broker's words for "not you": another member has the partition, or will have it in a moment. */
const expelled = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID']);
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

/**
 * Returns `commit(offset, metadata)`, which tries until the broker took it. The consumer's own `commitOffsets` will not
 * do: it answers "done" when the consumer has just stopped, and tries again in the name of whatever generation it has
 * joined meanwhile, in which the partition may be another's. What a batch brings along sends once, as who it is now.
 */
export function createCommit({ topic, partition, send, isLost, log, signal }: CommitParts): CommitOffset {
  return async function commit(offset, metadata, trying) {
    const partitions: TopicPartitionOffsetAndMetadata[] = [{ topic, partition, offset: String(offset), metadata }];
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      if (isLost()) throw lost(partition);
      trying();
      try {
        return await send({ topics: [{ topic, partitions }] });
      } catch (error) {
        if (isLost() || expelled.has(typeOf(error))) throw lost(partition);
        if (typeOf(error) === 'OFFSET_METADATA_TOO_LARGE') throw tooSmall(error);
        const failure = kafkaFailure(error);
        if (!failure.retryable) throw failure;
        log.warn({ partition, reason: failure.message, pause }, 'waiting for the broker');
      }
      await sleep(pause, undefined, { signal });
    }
  };
}

const lost = (partition: number) =>
  new SpendlensError('partition_lost', `partition ${partition} belongs to another ingester now`);

const tooSmall = (cause: unknown) =>
  new SpendlensError('topic_unfit', 'the broker setting offset.metadata.max.bytes must be 4096 or more', { cause });

function typeOf(error: unknown): string {
  return error instanceof Error && 'type' in error ? String(error.type) : '';
}
