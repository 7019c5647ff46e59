import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { runRole } from '../../process/role.ts';
import { readConfig } from './config.ts';
import { openEngine } from './engine.ts';
import { createExecution } from './execute.ts';
import { createCatalogue } from './gate/catalogue.ts';
import { createPools, ENGINE_THREADS } from './pools.ts';
import { closeServer, createWarehouseServer, listen } from './server.ts';

/** Behind the proxy's calls, yet not last: people wait for its answers. At 19 calls were hardly quicker. */
const NICE = 15;

// Each statement under way holds a thread of libuv's pool, which has four by default and is sized at its first use.
process.env['UV_THREADPOOL_SIZE'] = String(ENGINE_THREADS);

// Threads inherit this.
if (getPriority() < NICE) setPriority(NICE);

// A time without a zone is UTC here, as the columns are, wherever the machine stands.
process.env['TZ'] = 'UTC';

await runRole('warehouse', async ({ env, log }) => {
  const config = readConfig(env);
  const engine = await openEngine(join(config.data, 'warehouse'));
  const pools = createPools(engine);
  await pools.control.use(createCatalogue);
  const { version } = engine;
  const server = createWarehouseServer({ version, passwords: config.passwords, execute: createExecution(pools), log });
  const port = await listen(server, config.port);
  log.info({ port, version }, 'warehouse ready');
  return {
    port,
    async stop() {
      await closeServer(server, pools.killReads);
      pools.close();
      await engine.close();
    },
  };
});
