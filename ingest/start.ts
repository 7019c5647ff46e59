import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { createWarehouse } from '../clickhouse/client.ts';
import { createConfigLog } from '../clickhouse/config-log.ts';
import { createInserts } from '../clickhouse/inserts.ts';
import { createPatience } from '../clickhouse/patience.ts';
import { rulesOf } from '../domain/config.ts';
import { readConfigFile } from '../process/config-file.ts';
import type { Logger } from '../process/log.ts';
import { createOutboxReader } from '../proxy/outbox/reader.ts';
import type { IngestConfig } from './config.ts';
import { createDeliver, type DeliveryPoint } from './deliver.ts';
import { createHeldQueries, rememberBeyond } from './held.ts';
import { defaultLimits, type IngestParts, runIngest } from './ingest.ts';
import { openJournal } from './journal/journal.ts';
import { createStateFile } from './journal/state-file.ts';
import { createIngestMetrics } from './metrics.ts';
import { createPrepare } from './prepare.ts';
import { createCurrentRules } from './price-rules.ts';
import { createProcess } from './process.ts';
import { createOutboxSource } from './source/outbox.ts';
import type { CutLimits } from './source/source.ts';

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

/** Puts the parts of ingest together and sets it going. */
export async function startIngest(options: StartOptions): Promise<RunningIngest> {
  const { config, log, registry, limits = defaultLimits, reached } = options;
  const abort = new AbortController();
  const { signal } = abort;
  const fileRules = async () => rulesOf(await readConfigFile(config.configPath));
  // A file that cannot be read is told at the start; later on the last one that could goes on.
  await fileRules();
  const journal = await openJournal(createStateFile(join(config.data, 'ingest', 'state.json')), Date.now);
  const warehouse = createWarehouse(config.warehouse);
  const held = createHeldQueries(warehouse);
  const reader = createOutboxReader(join(config.data, 'outbox'));
  const patiently = createPatience(log, signal);
  const rules = createCurrentRules(createConfigLog(warehouse), fileRules, log, signal);
  const parts: IngestParts = {
    source: createOutboxSource(reader, rememberBeyond(held), limits),
    journal,
    held,
    prepare: createPrepare(createProcess(rules.current), () => new Date()),
    deliver: createDeliver({ inserts: createInserts(warehouse), journal, patiently, ...(reached && { reached }) }),
    patiently,
    metrics: createIngestMetrics(registry, Date.now),
    log,
    signal,
  };
  const running = async () => {
    await patiently(rules.load);
    rules.follow();
    await runIngest(parts);
  };
  const ended = unlessStopped(running(), signal).finally(() => Promise.all([reader.close(), warehouse.close()]));
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
