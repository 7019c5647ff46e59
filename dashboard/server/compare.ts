import { Router } from 'express';
import type { Warehouse } from '../../clickhouse/client.ts';
import { askCompare } from '../../clickhouse/query/compare.ts';
import { compareRequest } from '../../domain/compare-api.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import { parseRequest } from './refusal.ts';

export interface CompareParts {
  readonly warehouse: Warehouse;
  readonly rules: () => Promise<PriceRules>;
}

/** POST /api/models/compare. */
export function createCompare({ warehouse, rules }: CompareParts): Router {
  const router = Router();
  router.post('/', async (request, response) => {
    const question = parseRequest(compareRequest, request.body);
    response.json(await askCompare({ warehouse, now: Date.now() }, question, await rules()));
  });
  return router;
}
