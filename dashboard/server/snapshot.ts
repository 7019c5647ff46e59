import { Router } from 'express';
import type { ConfigLog } from '../../clickhouse/config-log.ts';
import { modelAliasKind, priceOverrideKind } from '../../clickhouse/price-rules.ts';
import type { Experiment } from '../../domain/experiments/experiment.ts';
import type { ConfigKind } from '../../domain/money-api.ts';
import type { Named, PriceRules } from '../../domain/prices/rules.ts';
import type { Route } from '../../domain/routing/route.ts';

export interface SnapshotParts {
  readonly log: ConfigLog;
  readonly experiments: () => Promise<readonly Named<Experiment>[]>;
  readonly routes: () => Promise<readonly Named<Route>[]>;
  /** What spendlens.yaml says about prices. */
  readonly fileRules: () => Promise<PriceRules>;
}

/** GET /api/snapshot, which every proxy polls: domain/snapshot.ts. The file's entry wins over the dashboard's. */
export function createSnapshot({ log, experiments, routes, fileRules }: SnapshotParts): Router {
  const router = Router();
  router.get('/', async (_request, response) => {
    const [experimentEntries, routeEntries, priceEntries] = await Promise.all([
      merged('experiment', experiments),
      merged('route', routes),
      prices(),
    ]);
    response.json({ experiments: experimentEntries, routes: routeEntries, prices: priceEntries });
  });
  return router;

  /** Unlike others, two with one id both hold: proxies put them in the order in which ingest asks them. */
  async function prices(): Promise<Record<keyof PriceRules, readonly Named<unknown>[]>> {
    const [file, overrides, aliases] = await Promise.all([
      fileRules(),
      log.list(priceOverrideKind),
      log.list(modelAliasKind),
    ]);
    return {
      overrides: [...file.overrides, ...overrides.map(entryOf)],
      aliases: [...file.aliases, ...aliases.map(entryOf)],
    };
  }

  async function merged(kind: ConfigKind, declared: () => Promise<readonly Named<unknown>[]>) {
    const [file, dashboard] = await Promise.all([declared(), log.list(kind)]);
    const names = new Set(file.map(({ id }) => id));
    const others = dashboard.filter(({ id }) => !names.has(id));
    return [...file, ...others].map(entryOf);
  }
}

function entryOf({ id, version, value }: Named<unknown>): Named<unknown> {
  return { id, version, value };
}
