import type { Registry } from 'prom-client';
import { createWarehouse } from '../clickhouse/client.ts';
import { createConfigLog } from '../clickhouse/config-log.ts';
import { createInserts } from '../clickhouse/inserts.ts';
import { createPatience } from '../clickhouse/patience.ts';
import { rulesOf } from '../domain/config.ts';
import { readConfigFile } from '../process/config-file.ts';
import type { Logger } from '../process/log.ts';
import type { IngestConfig } from './config.ts';
import type { DeliveryPoint } from './deliver.ts';
import { createHeldQueries } from './held.ts';
import { createIngestMetrics } from './metrics.ts';
import { ingestOutboxes } from './outboxes.ts';
import { ingestTopic } from './partitions/topic.ts';
import { createPrepare } from './prepare.ts';
import { createCurrentRules } from './price-rules.ts';
import { createProcess } from './process.ts';
import type { CutLimits } from './source/source.ts';
import type { IngestWorks } from './works.ts';

export interface StartOptions {
  readonly config: IngestConfig;
  readonly log: Logger;
  readonly registry: Registry;
  readonly limits?: CutLimits;
  readonly reached?: (point: DeliveryPoint) => Promise<void>;
}

export interface RunningIngest {
  /** Settles when it ends; rejects with what it could not deal with. */
  readonly ended: Promise<void>;
  /** Finishes the slice under way. */
  stop(): Promise<void>;
}

const defaultLimits: CutLimits = { entries: 4_000, bytes: 16 * 1024 * 1024 };

/** Puts the parts of ingest together and sets it going. */
export async function startIngest(options: StartOptions): Promise<RunningIngest> {
  const { config, log, registry, limits = defaultLimits, reached } = options;
  const abort = new AbortController();
  const { signal } = abort;
  const fileRules = async () => rulesOf(await readConfigFile(config.configPath));
  // A file that cannot be read is told at the start; later on the last one that could goes on.
  await fileRules();
  const warehouse = createWarehouse(config.warehouse);
  const patiently = createPatience(log, signal);
  const rules = createCurrentRules(createConfigLog(warehouse), fileRules, log, signal);
  const works: IngestWorks = {
    config,
    warehouse,
    inserts: createInserts(warehouse),
    held: createHeldQueries(warehouse),
    prepare: createPrepare(createProcess(rules.current), () => new Date()),
    patiently,
    metrics: createIngestMetrics(registry, Date.now),
    log,
    signal,
    limits,
    reached,
  };
  const source = await (config.kafka ? ingestTopic(works, config.kafka) : ingestOutboxes(works));
  const running = async () => {
    await patiently(rules.load);
    rules.follow();
    await source.run();
  };
  const ended = unlessStopped(running(), signal).finally(() => Promise.all([source.close(), warehouse.close()]));
  return {
    ended,
    async stop() {
      abort.abort();
      await ended;
    },
  };
}

/** Whatever still waits when it is stopped may be left. */
async function unlessStopped(work: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
