import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../process/atomic-file.ts';
import { createOutboxReader } from '../../proxy/outbox/reader.ts';

const EVERY_MS = 500;

/**
 * Stands where ingest stands and says that all is delivered, so that the proxy trims its outbox as it does in
 * earnest while nothing else takes the processor from it.
 */
export async function acknowledgeAll(dataFolder: string): Promise<{ stop(): Promise<void> }> {
  const folder = join(dataFolder, 'ingest');
  await mkdir(folder, { recursive: true });
  const reader = createOutboxReader(join(dataFolder, 'outbox'));
  const states = await reader.outboxes();
  const marks = Object.fromEntries(states.map(({ id }) => [id, Number.MAX_SAFE_INTEGER]));
  const write = () => replaceFile(join(folder, 'state.json'), JSON.stringify({ marks }));
  await write();
  const timer = setInterval(() => void write(), EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await reader.close();
    },
  };
}
