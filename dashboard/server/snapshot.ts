import { Router } from 'express';
import type { ConfigLog } from '../../clickhouse/config-log.ts';
import type { Experiment } from '../../domain/experiments/experiment.ts';
import type { ConfigKind } from '../../domain/money-api.ts';
import type { Named } from '../../domain/prices/rules.ts';
import type { Route } from '../../domain/routing/route.ts';

export interface SnapshotParts {
  readonly log: ConfigLog;
  readonly experiments: () => Promise<readonly Named<Experiment>[]>;
  readonly routes: () => Promise<readonly Named<Route>[]>;
}

/** GET /api/snapshot, which every proxy polls: domain/snapshot.ts. The file's entry wins over the dashboard's. */
export function createSnapshot({ log, experiments, routes }: SnapshotParts): Router {
  const router = Router();
  router.get('/', async (_request, response) => {
    const [experimentEntries, routeEntries] = await Promise.all([
      merged('experiment', experiments),
      merged('route', routes),
    ]);
    response.json({ experiments: experimentEntries, routes: routeEntries });
  });
  return router;

  async function merged(kind: ConfigKind, declared: () => Promise<readonly Named<unknown>[]>) {
    const [file, dashboard] = await Promise.all([declared(), log.list(kind)]);
    const names = new Set(file.map(({ id }) => id));
    const others = dashboard.filter(({ id }) => !names.has(id));
    return [...file, ...others].map(({ id, version, value }) => ({ id, version, value }));
  }
}
