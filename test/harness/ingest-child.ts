import { Registry } from 'prom-client';
import type { DeliveryPoint } from '../../ingest/deliver.ts';
import { startIngest } from '../../ingest/start.ts';
import { readKafkaSettings } from '../../kafka/settings.ts';
import { createLog } from '../../process/log.ts';

/**
 * An ingester that kills itself, as `kill -9` would, the first time that a delivery gets to a certain point. With
 * KAFKA_BROKERS in its environment it ingests the topic, else the outboxes of the data folder.
 */
const [data = '', url = '', user = '', password = '', dieAt = '', slowMs = '0'] = process.argv.slice(2);

const ingest = await startIngest({
  config: { data, configPath: null, kafka: readKafkaSettings(process.env), warehouse: { url, user, password } },
  log: createLog('ingest', process.env['SPENDLENS_LOG_LEVEL'] ?? 'fatal'),
  registry: new Registry(),
  limits: { entries: 100, bytes: 8 * 1024 * 1024 },
  async reached(point: DeliveryPoint) {
    if (point === dieAt) process.kill(process.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, Number(slowMs)));
  },
});
ingest.ended.catch(() => process.exit(1));
process.on('SIGTERM', () => void ingest.stop().then(() => process.exit(0)));
