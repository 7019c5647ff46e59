import { Registry } from 'prom-client';
import { createLog } from '../../process/log.ts';
import { readForwarderConfig } from '../../proxy/forwarder/config.ts';
import { startForwarder } from '../../proxy/forwarder/start.ts';

/** A forwarder that kills itself, as `kill -9` would, the first time that a batch gets to a certain point. */
const [dieAt = ''] = process.argv.slice(2);

await startForwarder({
  config: readForwarderConfig(process.env),
  log: createLog('forwarder', 'fatal'),
  registry: new Registry(),
  async reached(point) {
    if (point === dieAt) process.kill(process.pid, 'SIGKILL');
  },
});
