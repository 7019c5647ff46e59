import type { Warehouse } from '../clickhouse/client.ts';
import type { Inserts } from '../clickhouse/inserts.ts';
import type { Patience } from '../clickhouse/patience.ts';
import type { Logger } from '../process/log.ts';
import type { IngestConfig } from './config.ts';
import type { DeliveryPoint } from './deliver.ts';
import type { HeldQueries } from './held.ts';
import type { IngestMetrics } from './metrics.ts';
import type { Prepare } from './prepare.ts';
import type { CutLimits } from './source/source.ts';

/** What ingest works with, whatever its source. */
export interface IngestWorks {
  readonly config: IngestConfig;
  readonly warehouse: Warehouse;
  readonly inserts: Inserts;
  readonly held: HeldQueries;
  readonly prepare: Prepare;
  readonly patiently: Patience;
  readonly metrics: IngestMetrics;
  readonly log: Logger;
  /** It is to finish what is under way, and end. */
  readonly signal: AbortSignal;
  readonly limits: CutLimits;
  readonly reached: ((point: DeliveryPoint) => Promise<void>) | undefined;
}

/** Outboxes or a topic, about to be ingested. */
export interface RunningSource {
  /** Rejects with what it could not deal with. */
  run(): Promise<void>;
  close(): Promise<void>;
}
