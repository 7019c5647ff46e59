import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type Batch, type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';
import { kafkaFailure } from '../../kafka/failure.ts';
import { parseMessage } from '../../kafka/message.ts';
import { type Committed, readEnds } from '../../kafka/offsets.ts';
import type { KafkaSettings } from '../../kafka/settings.ts';
import type { Logger } from '../../process/log.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { PartitionQueue } from '../source/partition-queue.ts';
import { type Assignment, createAssignment, type LoopOptions, type PartitionLoop } from './assignment.ts';
import { takeOver } from './take-over.ts';

export interface ConsumeParts {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly settings: KafkaSettings;
  readonly startLoop: (committed: Committed, options: LoopOptions) => PartitionLoop;
  readonly metrics: IngestMetrics;
  readonly log: Logger;
  /** What nobody here can deal with: the process is to end. */
  readonly fail: (error: unknown) => void;
  /** Called whenever something got on. */
  readonly progress: () => void;
}

export interface RunningConsumer {
  assignment(): Assignment | null;
  /** Finishes the slices that are under way and leaves the group. */
  stop(): Promise<void>;
}

/** A killed ingester's partitions are free after this long; one that merely stood still finds itself expelled. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const REBALANCE_MS = 30_000;
const LONG_POLL_MS = 500;
const BEAT_MS = 100;
const MANY_PARTITIONS = 100;
const MIB = 1024 * 1024;
/** After these the consumer joins the group anew. */
const joining = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** Joins the group and has every partition that it is given ingested, from one rebalance to the next. */
export async function consumeTopic(parts: ConsumeParts): Promise<RunningConsumer> {
  const { kafka, admin, settings, metrics, log, fail, progress } = parts;
  const { topic, group } = settings;
  let assignment: Assignment | null = null;
  let before: Promise<void> = Promise.resolve();
  let stopping = false;
  /** Offsets that were asked for once more. */
  const seeks = new Set<string>();

  /** The last moment before this process asks for a new membership: after it, nothing is committed as the old one. */
  function lose(): void {
    const lost = assignment;
    if (!lost) return;
    assignment = null;
    lost.lose();
    before = lost.release();
  }

  function assign(partitions: readonly number[]): void {
    lose();
    log.info({ partitions }, 'partitions to ingest');
    metrics.assigned();
    const taken = createAssignment(
      partitions,
      before,
      async (options) => parts.startLoop((await committed)(options.partition), options),
      fail,
    );
    assignment = taken;
    const committed = takeOver({ consumer, admin, settings, isLost: taken.isLost, log }, partitions);
    committed.catch((error: unknown) => (taken.isLost() ? undefined : fail(error)));
    progress();
  }

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, isRunning } = payload;
    const mine = assignment;
    if (!mine || stopping) return;
    const current = () => mine === assignment && !mine.isLost() && isRunning() && !stopping;
    const beat = () => beatOrRelease(payload, mine);
    const loop = await whileBeating(mine.loopOf(batch.partition, payload.commitOffsetsIfNecessary), beat);
    if (!current() || !(await admit(batch, loop.queue))) return;
    resolveOffset(batch.messages.at(-1)?.offset ?? batch.lastOffset());
    progress();
    do await beat();
    while (current() && loop.queue.isFull() && (await sleep(BEAT_MS, true)));
  }

  /**
   * False where the batch does not follow on what was fetched before it. Either its beginning fell to the topic's
   * retention, which is said aloud, or it was fetched under an earlier membership and has to be fetched again.
   */
  async function admit(batch: Batch, queue: PartitionQueue): Promise<boolean> {
    const { partition, messages } = batch;
    const first = Number(batch.firstOffset());
    const expected = queue.expected();
    if (expected !== null && first > expected) {
      const low = (await readEnds(admin, topic)).get(partition)?.low ?? 0;
      if (low <= expected && !seeks.has(`${partition}@${expected}`)) {
        seeks.add(`${partition}@${expected}`);
        consumer.seek({ topic, partition, offset: String(expected) });
        return false;
      }
      const gone = { partition, from: expected, to: first - 1, messages: first - expected };
      log.error(gone, 'messages are gone from the topic before they were ingested; gaps tell which exchanges');
      metrics.cut(first - expected);
    }
    const fetched = messages.map((message) => ({
      offset: Number(message.offset),
      at: Number(message.timestamp),
      parsed: parseMessage(message),
      value: message.value,
    }));
    queue.push(fetched, Number(messages.at(-1)?.offset ?? first) + 1, Number(batch.highWatermark));
    return true;
  }

  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_MS,
    maxWaitTimeInMs: LONG_POLL_MS,
    maxBytesPerPartition: 4 * MIB,
    maxBytes: 16 * MIB,
    allowAutoTopicCreation: false,
    // Asked for its metadata right before each joining, and by nothing else: the events come too late or not at all.
    partitionAssigners: [
      (config) => {
        const assigner = kafkajs.PartitionAssigners.roundRobin(config);
        return {
          ...assigner,
          protocol(subscription) {
            lose();
            return assigner.protocol(subscription);
          },
        };
      },
    ],
  });
  const { GROUP_JOIN, CRASH } = consumer.events;
  consumer.on(GROUP_JOIN, ({ payload }) => assign(payload.memberAssignment[topic] ?? []));
  consumer.on(CRASH, ({ payload }) => {
    if (!payload.restart && !stopping) fail(payload.error);
  });
  await join(consumer, topic, eachBatch);
  return {
    assignment: () => assignment,
    async stop() {
      stopping = true;
      await assignment?.release();
      await before;
      await consumer.disconnect();
    },
  };
}

async function join(consumer: Consumer, topic: string, eachBatch: (payload: EachBatchPayload) => Promise<void>) {
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: MANY_PARTITIONS,
      eachBatch,
    });
  } catch (error) {
    await consumer.disconnect();
    throw kafkaFailure(error);
  }
}

/** A heartbeat tells of a rebalance: slices that are under way get done while they still may. */
async function beatOrRelease({ heartbeat }: EachBatchPayload, mine: Assignment): Promise<void> {
  try {
    await heartbeat();
  } catch (error) {
    const rejoins =
      error instanceof Error && 'type' in error && typeof error.type === 'string' && joining.has(error.type);
    // After any other failure the consumer goes on with the partitions that it has, and needs their loops.
    if (rejoins) await Promise.race([mine.release(), sleep(REBALANCE_MS / 2, undefined, { ref: false })]);
    throw error;
  }
}

async function whileBeating<Answer>(work: Promise<Answer>, beat: () => Promise<void>): Promise<Answer> {
  let done = false;
  const settled = work.finally(() => {
    done = true;
  });
  while (!done) {
    await Promise.race([settled, sleep(BEAT_MS)]);
    if (!done) await beat();
  }
  return settled;
}
