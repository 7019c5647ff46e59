import { Router } from 'express';
import type { ConfigLog } from '../../clickhouse/config-log.ts';
import type { Experiment } from '../../domain/experiments/experiment.ts';
import type { Named } from '../../domain/prices/rules.ts';

export interface SnapshotParts {
  readonly log: ConfigLog;
  readonly declared: () => Promise<readonly Named<Experiment>[]>;
}

/** GET /api/snapshot, which every proxy polls: domain/snapshot.ts. The file's entry wins over the dashboard's. */
export function createSnapshot({ log, declared }: SnapshotParts): Router {
  const router = Router();
  router.get('/', async (_request, response) => {
    const [file, dashboard] = await Promise.all([declared(), log.list('experiment')]);
    const names = new Set(file.map(({ id }) => id));
    const others = dashboard.filter(({ id }) => !names.has(id));
    response.json({ experiments: [...file, ...others].map(({ id, version, value }) => ({ id, version, value })) });
  });
  return router;
}
