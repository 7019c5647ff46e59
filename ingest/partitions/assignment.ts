import type { EachBatchPayload } from 'kafkajs';
import { SpendlensError } from '../../domain/error.ts';
import type { PartitionQueue } from '../source/partition-queue.ts';

/** What ingests one partition while this process has it. */
export interface PartitionLoop {
  readonly partition: number;
  readonly queue: PartitionQueue;
  /** Rejects where it could not go on; partition_lost is not the end of the world. */
  readonly ended: Promise<void>;
}

export interface LoopOptions {
  readonly partition: number;
  /** How many partitions share this process. */
  readonly sharers: number;
  readonly send: EachBatchPayload['commitOffsetsIfNecessary'];
  readonly isLost: () => boolean;
  readonly signal: AbortSignal;
}

/** The partitions that this process has from one joining of the group to the next. */
export interface Assignment {
  readonly partitions: readonly number[];
  /** The loop of one of them, begun with its first batch. */
  loopOf(partition: number, send: EachBatchPayload['commitOffsetsIfNecessary']): Promise<PartitionLoop>;
  started(): readonly PartitionLoop[];
  /** Lets every loop finish its slice. */
  release(): Promise<void>;
  /** From now on nothing is committed. */
  lose(): void;
  isLost(): boolean;
}

/** `before`: what went before has ended, so that no two loops of this process are at work on one partition. */
export function createAssignment(
  partitions: readonly number[],
  before: Promise<void>,
  start: (options: LoopOptions) => Promise<PartitionLoop>,
  fail: (error: unknown) => void,
): Assignment {
  const loops = new Map<number, Promise<PartitionLoop>>();
  const started: PartitionLoop[] = [];
  const abort = new AbortController();
  const ends: Promise<void>[] = [];
  let lost = false;

  async function begin(partition: number, send: LoopOptions['send']): Promise<PartitionLoop> {
    await before;
    const options = { partition, sharers: partitions.length, send, isLost: () => lost, signal: abort.signal };
    const loop = await start(options);
    started.push(loop);
    ends.push(loop.ended.catch((error) => (isLoss(error) ? undefined : fail(error))));
    return loop;
  }

  return {
    partitions,
    loopOf(partition, send) {
      const loop = loops.get(partition) ?? begin(partition, send);
      loops.set(partition, loop);
      // Whoever waits for it gets the error; where nobody does any more, it must not end the process.
      loop.catch(() => loops.delete(partition));
      return loop;
    },
    started: () => started,
    async release() {
      abort.abort();
      await Promise.allSettled([...loops.values()]);
      await Promise.all(ends);
    },
    lose() {
      lost = true;
      abort.abort();
    },
    isLost: () => lost,
  };
}

function isLoss(error: unknown): boolean {
  return error instanceof SpendlensError && error.code === 'partition_lost';
}
