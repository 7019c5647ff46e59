import { Router } from 'express';
import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import type { ConfigLog } from '../../clickhouse/config-log.ts';
import { modelAliasKind, priceOverrideKind } from '../../clickhouse/price-rules.ts';
import { askUnpriced } from '../../clickhouse/query/unpriced.ts';
import { modelAlias } from '../../domain/prices/alias.ts';
import { priceOverride } from '../../domain/prices/override.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import { view } from '../../domain/view.ts';
import type { Repricing } from '../../repricing/repricing.ts';
import { createConfigEntries } from './config-entries.ts';
import { parseRequest } from './refusal.ts';
import { createRepricingRoutes } from './repricing.ts';

export interface MoneyParts {
  readonly warehouse: Warehouse;
  readonly log: ConfigLog;
  readonly fileRules: () => Promise<PriceRules>;
  readonly repricing: Repricing;
  /** Something was begun that `repricing.carryOn` has to do. */
  readonly wake: () => void;
}

const unpricedQuery = z.object({ kind: view.shape.kind.default('app') });

/** The questions and changes of domain/money-api.ts. */
export function createMoneyApi({ warehouse, log, fileRules, repricing, wake }: MoneyParts): Router {
  const router = Router();
  router.use(
    '/price-overrides',
    createConfigEntries({
      log,
      kind: priceOverrideKind,
      schema: priceOverride,
      declared: async () => (await fileRules()).overrides,
    }),
  );
  router.use(
    '/model-aliases',
    createConfigEntries({
      log,
      kind: modelAliasKind,
      schema: modelAlias,
      declared: async () => (await fileRules()).aliases,
    }),
  );
  router.use('/repricing', createRepricingRoutes(repricing, wake));
  router.get('/unpriced-models', async (request, response) => {
    const { kind } = parseRequest(unpricedQuery, request.query);
    response.json(await askUnpriced({ warehouse, now: Date.now() }, kind));
  });
  return router;
}
