import { Router } from 'express';
import { z } from 'zod';
import type { Scores } from '../../clickhouse/scores.ts';
import { FEEDBACK, heliconeFeedback, heliconeScores, scoresRequest } from '../../domain/scores-api.ts';
import { readIdentity } from './identity.ts';
import { parseRequest } from './refusal.ts';

/** One token opens the dashboard, so it knows no names. */
const WHO = 'dashboard';
const path = z.object({ id: z.guid() });

/** POST /api/requests/{id}/scores. */
export function createScoresApi(scores: Scores): Router {
  const router = Router();
  router.post('/requests/:id/scores', async (request, response) => {
    const { id } = parseRequest(path, request.params);
    const { scores: given } = parseRequest(scoresRequest, request.body);
    await scores.add(id, readIdentity(request.query), given, WHO);
    response.json({ scores: given.length });
  });
  return router;
}

/** Helicone's paths under /v1/request, so that an app that rated its answers there only changes the address. */
export function createHeliconeScores(scores: Scores): Router {
  const router = Router();
  router.post('/:id/score', async (request, response) => {
    const { id } = parseRequest(path, request.params);
    const given = Object.entries(parseRequest(heliconeScores, request.body).scores);
    await scores.add(
      id,
      null,
      given.map(([name, value]) => ({ name, value, comment: '' })),
      WHO,
    );
    response.json({ scores: given.length });
  });
  router.post('/:id/feedback', async (request, response) => {
    const { id } = parseRequest(path, request.params);
    const { rating } = parseRequest(heliconeFeedback, request.body);
    await scores.add(id, null, [{ name: FEEDBACK, value: rating, comment: '' }], WHO);
    response.json({ scores: 1 });
  });
  return router;
}
