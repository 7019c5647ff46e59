import { createServer } from 'node:http';
import { join } from 'node:path';
import { createWarehouse } from '../../clickhouse/client.ts';
import { createConfigLog } from '../../clickhouse/config-log.ts';
import { experimentsOf, providersOf, routesOf, rulesOf } from '../../domain/config.ts';
import { readConfigFile } from '../../process/config-file.ts';
import { runRole } from '../../process/role.ts';
import { createRepricing } from '../../repricing/repricing.ts';
import { createRulesInForce } from '../../repricing/rules-in-force.ts';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { createDeclaredExperiments } from './declared-experiments.ts';
import { createExperimentGuard, startExperimentGuard } from './experiment-guard.ts';
import { listen } from './listen.ts';
import { startRepricingWorker } from './repricing-worker.ts';

const WEB = join(import.meta.dirname, '..', 'web', 'dist');

await runRole('dashboard', async ({ env, log, supervision }) => {
  const config = readConfig(env);
  const warehouse = createWarehouse(config.warehouse);
  const changes = createConfigLog(warehouse);
  const file = () => readConfigFile(config.configPath);
  const fileRules = async () => rulesOf(await file());
  const rules = createRulesInForce(changes, fileRules);
  const repricing = createRepricing({ warehouse, rules, log, holder: `dashboard ${process.pid}` });
  const worker = startRepricingWorker(repricing, log);
  const declared = createDeclaredExperiments(changes, async () => experimentsOf(await file()));
  const pauseHarmful = createExperimentGuard({ warehouse, changes, declared, holder: `dashboard ${process.pid}` });
  const guard = startExperimentGuard(pauseHarmful, log);
  const money = { log: changes, fileRules, repricing, wake: worker.wake };
  const experiments = {
    declared,
    providers: async () => providersOf(await file()),
  };
  const app = createApp({
    config,
    warehouse,
    children: () => supervision.children(),
    log,
    money,
    experiments,
    routes: async () => routesOf(await file()),
    web: WEB,
  });
  const server = createServer({ keepAliveTimeout: 65_000 }, app);
  const port = await listen(server, config.host, config.port);
  if (port !== config.port && config.port !== 0) log.warn({ wanted: config.port, port }, 'port taken, moved');
  log.info({ port }, 'dashboard ready');
  return {
    port,
    async stop() {
      const finished = worker.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // Whoever is still asking is asking the warehouse, which goes down as well.
      setTimeout(() => server.closeAllConnections(), 2_000).unref();
      await Promise.all([closed, finished, guard.stop()]);
      await warehouse.close();
    },
  };
});
