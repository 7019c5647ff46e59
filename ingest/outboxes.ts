import { join } from 'node:path';
import { createOutboxReader } from '../proxy/outbox/reader.ts';
import { createDeliver } from './deliver.ts';
import { rememberBeyond } from './held.ts';
import { runIngest } from './ingest.ts';
import { openJournal } from './journal/journal.ts';
import { createStateFile } from './journal/state-file.ts';
import { createOutboxSource } from './source/outbox.ts';
import { shareTurns } from './turns.ts';
import type { IngestWorks, RunningSource } from './works.ts';

/** One on its way, one being prepared. */
const SLICES = 2;

/** Ingests the outboxes of this machine, by one loop over all of them. */
export async function ingestOutboxes(works: IngestWorks): Promise<RunningSource> {
  const { config, inserts, held, prepare, patiently, metrics, log, signal, limits, reached } = works;
  const journal = await openJournal(createStateFile(join(config.data, 'ingest', 'state.json')), Date.now);
  const reader = createOutboxReader(join(config.data, 'outbox'));
  const source = createOutboxSource(reader, rememberBeyond(held), limits);
  const deliver = createDeliver({ inserts, journal, patiently, ...(reached && { reached }) });
  return {
    run: () =>
      runIngest({
        source,
        journal,
        held,
        prepare,
        turns: shareTurns(SLICES)(),
        deliver,
        patiently,
        metrics,
        log,
        signal,
      }),
    close: () => reader.close(),
  };
}
