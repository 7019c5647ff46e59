import type { Warehouse } from '../../clickhouse/client.ts';
import type { Inserts } from '../../clickhouse/inserts.ts';
import { createPatience } from '../../clickhouse/patience.ts';
import type { Committed } from '../../kafka/offsets.ts';
import type { Logger } from '../../process/log.ts';
import type { DeadTopic } from '../dead-topic.ts';
import { createDeliver, type DeliveryPoint } from '../deliver.ts';
import { createHeldQueries, rememberBeyond } from '../held.ts';
import { runIngest } from '../ingest.ts';
import { openJournal } from '../journal/journal.ts';
import { decodeOffsetState } from '../journal/offset-metadata.ts';
import { createOffsetStore } from '../journal/offset-store.ts';
import { emptyState } from '../journal/state.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { Prepare } from '../prepare.ts';
import { createPartitionSource } from '../source/partition.ts';
import { createPartitionQueue } from '../source/partition-queue.ts';
import type { CutLimits } from '../source/source.ts';
import type { Turns } from '../turns.ts';
import type { LoopOptions, PartitionLoop } from './assignment.ts';
import { createBury } from './bury.ts';
import { createCommit } from './commit.ts';

export interface LoopParts {
  readonly topic: string;
  readonly warehouse: Warehouse;
  readonly inserts: Inserts;
  readonly prepare: Prepare;
  readonly turnsOf: () => Turns;
  readonly deadTopic: DeadTopic;
  readonly metrics: IngestMetrics;
  readonly limits: CutLimits;
  readonly log: Logger;
  readonly reached?: (point: DeliveryPoint) => Promise<void>;
  /** Called whenever something got on. */
  readonly progress: () => void;
}

/** Messages in memory, of all partitions of this process together, and the least that each may have. */
const QUEUES_BYTES = 64 * 1024 * 1024;
const LEAST_QUEUE_BYTES = 4 * 1024 * 1024;
/** One slice is on its way while the next one is fetched. */
const SLICES_PER_QUEUE = 2;

/** Sets the loop of a partition going on what its last ingester left. */
export function startLoop(parts: LoopParts, { offset, metadata }: Committed, options: LoopOptions): PartitionLoop {
  const { topic, warehouse, inserts, prepare, turnsOf, deadTopic, metrics, limits, reached, progress } = parts;
  const { partition, sharers, send, isLost, signal } = options;
  const log = parts.log.child({ partition });
  const known = decodeOffsetState(metadata);
  if (known === null) log.info('nothing is known of this partition; the warehouse is asked what it holds');
  const start = known ?? { state: emptyState, until: 0 };
  const maxBytes = Math.max(LEAST_QUEUE_BYTES, Math.floor(QUEUES_BYTES / sharers));
  const queue = createPartitionQueue({
    offset,
    marks: start.state.marks,
    until: start.until,
    maxBytes,
    onResend: metrics.resent,
  });
  const waiting = createPatience(log, signal);
  // A warehouse that is away for long is no reason to start this process again.
  const patiently: typeof waiting = (action, beforeNext) =>
    waiting(action, async () => {
      progress();
      await beforeNext?.();
    });
  const held = createHeldQueries(warehouse);
  const commit = createCommit({ topic, partition, send, isLost, log, signal });
  const source = createPartitionSource({
    queue,
    beyond: rememberBeyond(held),
    bury: createBury({ topic, partition, warehouse, inserts, tell: deadTopic.tell, buried: metrics.buried, log }),
    limits: { entries: limits.entries, bytes: Math.min(limits.bytes, Math.floor(maxBytes / SLICES_PER_QUEUE)) },
    signal,
  });

  async function run(): Promise<void> {
    const store = createOffsetStore(start, queue, async (...committed) => {
      await commit(...committed);
      progress();
    });
    const journal = await openJournal(store, Date.now);
    const deliver = createDeliver({ inserts, journal, patiently, tell: deadTopic.tell, ...(reached && { reached }) });
    await runIngest({ source, journal, held, prepare, turns: turnsOf(), deliver, patiently, metrics, log, signal });
  }
  return { partition, queue, ended: run() };
}
