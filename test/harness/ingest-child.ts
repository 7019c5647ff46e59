import { Registry } from 'prom-client';
import type { DeliveryPoint } from '../../ingest/deliver.ts';
import { startIngest } from '../../ingest/start.ts';
import { createLog } from '../../process/log.ts';

/** An ingester that kills itself, as `kill -9` would, the first time that a delivery gets to a certain point. */
const [data = '', url = '', user = '', password = '', dieAt = '', slowMs = '0'] = process.argv.slice(2);

await startIngest({
  config: { data, configPath: null, warehouse: { url, user, password } },
  log: createLog('ingest', 'fatal'),
  registry: new Registry(),
  limits: { entries: 100, bytes: 8 * 1024 * 1024 },
  async reached(point: DeliveryPoint) {
    if (point === dieAt) process.kill(process.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, Number(slowMs)));
  },
});
