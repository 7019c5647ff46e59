import { Router } from 'express';
import { repricingRequest, repricingSelection, repricingUndo } from '../../domain/money-api.ts';
import type { Repricing } from '../../repricing/repricing.ts';
import { createPreviews } from './previews.ts';
import { parseRequest } from './refusal.ts';

const WHO = 'dashboard';

/** /api/repricing: what would change, do it, undo it, and what was done. */
export function createRepricingRoutes(repricing: Repricing, wake: () => void): Router {
  const router = Router();
  const previews = createPreviews(repricing);
  router.post('/preview', (request, response) => {
    response.json({ id: previews.begin(parseRequest(repricingSelection, request.body)) });
  });
  router.get('/preview/:id', (request, response) => {
    response.json(previews.get(request.params.id));
  });
  router.get('/', async (_request, response) => {
    response.json({ jobs: await repricing.list() });
  });
  router.post('/', async (request, response) => {
    const { selection, why } = parseRequest(repricingRequest, request.body);
    response.json(await repricing.begin(selection, { who: WHO, why }));
    wake();
  });
  router.post('/undo', async (request, response) => {
    const { id, why } = parseRequest(repricingUndo, request.body);
    response.json(await repricing.undo(id, { who: WHO, why }));
    wake();
  });
  router.get('/:id', async (request, response) => {
    response.json(await repricing.get(request.params.id));
  });
  return router;
}
