import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * What the proxy reads of the reader's state file: the highest seq of each outbox that stands in the warehouse.
 * The reader keeps more in it.
 */
export const acknowledgement = z.object({ marks: z.record(z.string(), z.number().int().nonnegative()) });
export type Acknowledgement = z.infer<typeof acknowledgement>;

/**
 * The state file of whoever takes entries out of the outboxes: the forwarder where there is Kafka, ingest where there
 * is none. `data` is the data folder.
 */
export function acknowledgementPath(data: string, hasKafka: boolean): string {
  return join(data, hasKafka ? 'forwarder' : 'ingest', 'state.json');
}

/** Returns `read()`: the marks where the file changed since the last call, null where it did not or cannot be read. */
export function createAcknowledgementReader(path: string): () => Promise<Acknowledgement | null> {
  let seen = '';
  return async function read() {
    try {
      const { mtimeMs, ino } = await stat(path);
      const version = `${ino} ${mtimeMs}`;
      if (version === seen) return null;
      const parsed = acknowledgement.safeParse(JSON.parse(await readFile(path, 'utf8')));
      if (!parsed.success) return null;
      seen = version;
      return parsed.data;
    } catch {
      // No file yet, or no reader: nothing is acknowledged.
      return null;
    }
  };
}
