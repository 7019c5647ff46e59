import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '../../kafka/client.ts';
import { readLag } from '../../kafka/offsets.ts';
import type { KafkaSettings } from '../../kafka/settings.ts';
import type { Logger } from '../../process/log.ts';
import { createPaced } from './paced.ts';

const KEEP_MS = 3_000;
const PATIENCE_MS = 1_500;

/**
 * Returns `lag()`: messages that ingest has not done yet, null where the broker does not say so soon. Asked of the
 * broker, since it is when no ingester runs that people look. Its connection lives as long as the question: an idle one
 * wakes this process all the time.
 */
export function createLag(settings: KafkaSettings, log: Logger): () => Promise<number | null> {
  const kafka = createKafka(settings, 'spendlens-dashboard', log);
  const ask = createPaced(async () => {
    const admin = kafka.admin({ retry: { retries: 0 } });
    try {
      await admin.connect();
      return await readLag(admin, settings.group, settings.topic);
    } catch (error) {
      log.debug(error, 'the lag is not known');
      return null;
    } finally {
      await admin.disconnect();
    }
  }, KEEP_MS);
  return () => Promise.race([ask(), sleep(PATIENCE_MS, null, { ref: false })]);
}
