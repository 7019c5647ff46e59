import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import type { Asking } from '../../clickhouse/query/asking.ts';
import { askBreakdown } from '../../clickhouse/query/breakdown.ts';
import { askCache } from '../../clickhouse/query/cache.ts';
import { askPropertyNames, askValues } from '../../clickhouse/query/catalogue.ts';
import { askDetail } from '../../clickhouse/query/detail.ts';
import { askMarks } from '../../clickhouse/query/marks.ts';
import { askPromptCaches } from '../../clickhouse/query/prompt-caches.ts';
import { askRepeats } from '../../clickhouse/query/repeats.ts';
import { askNewer, askRequests } from '../../clickhouse/query/requests.ts';
import { askSeries } from '../../clickhouse/query/series.ts';
import { askSummary } from '../../clickhouse/query/summary.ts';
import {
  breakdownRequest,
  newerRequest,
  requestsRequest,
  type StatusAnswer,
  seriesRequest,
  summaryRequest,
} from '../../domain/api.ts';
import { cacheRequest, promptCachesRequest, repeatsRequest } from '../../domain/cache-api.ts';
import { marksRequest } from '../../domain/marks.ts';
import { dimension, view } from '../../domain/view.ts';
import { breakdownLines, requestsLines, sendCsv, seriesLines } from './exports.ts';
import { readIdentity } from './identity.ts';
import { parseRequest } from './refusal.ts';
import { createSharedAnswers } from './shared-answers.ts';

const KEEP_MS = 1_000;

const { kind } = view.shape;
const valuesQuery = z.object({ field: dimension, search: z.string().max(256).default(''), kind: kind.default('app') });
const propertiesQuery = z.object({ kind: kind.default('app') });
const detailPath = z.object({ id: z.guid() });

/** The questions of domain/api.ts over HTTP. */
export function createApi(warehouse: Warehouse, status: () => Promise<StatusAnswer>): Router {
  const router = Router();
  const share = createSharedAnswers(KEEP_MS);

  const answer = async (request: Request, response: Response, work: (asking: Asking) => Promise<object>) => {
    const question = `${request.method} ${request.originalUrl} ${JSON.stringify(request.body ?? null)}`;
    const text = await share(question, goneSignal(response), async (signal) =>
      JSON.stringify(await work({ warehouse, now: Date.now(), signal })),
    );
    if (!response.destroyed) response.type('json').send(text);
  };

  router.get('/status', (request, response) => answer(request, response, status));
  router.post('/summary', (request, response) => {
    const question = parseRequest(summaryRequest, request.body);
    return answer(request, response, (asking) => askSummary(asking, question.view));
  });
  router.post('/series', (request, response) => {
    const question = parseRequest(seriesRequest, request.body);
    if (wantsCsv(request))
      return sendCsv(response, `${question.metric}-over-time`, seriesLines(own(response), question));
    return answer(request, response, (asking) => askSeries(asking, question));
  });
  router.post('/breakdown', (request, response) => {
    const question = parseRequest(breakdownRequest, request.body);
    if (wantsCsv(request))
      return sendCsv(response, `by-${question.dimension}`, breakdownLines(own(response), question));
    return answer(request, response, (asking) => askBreakdown(asking, question));
  });
  router.post('/requests', (request, response) => {
    const question = parseRequest(requestsRequest, request.body);
    if (wantsCsv(request)) return sendCsv(response, 'requests', requestsLines(own(response), question));
    return answer(request, response, (asking) => askRequests(asking, question));
  });
  router.post('/requests/newer', (request, response) => {
    const question = parseRequest(newerRequest, request.body);
    return answer(request, response, (asking) => askNewer(asking, question));
  });
  router.post('/cache', (request, response) => {
    const question = parseRequest(cacheRequest, request.body);
    return answer(request, response, (asking) => askCache(asking, question));
  });
  router.post('/cache/repeats', (request, response) => {
    const question = parseRequest(repeatsRequest, request.body);
    return answer(request, response, (asking) => askRepeats(asking, question.view));
  });
  router.post('/cache/providers', (request, response) => {
    const question = parseRequest(promptCachesRequest, request.body);
    return answer(request, response, (asking) => askPromptCaches(asking, question.view));
  });
  router.get('/requests/:id', (request, response) => {
    const { id } = parseRequest(detailPath, request.params);
    const identity = readIdentity(request.query);
    return answer(request, response, (asking) => askDetail(asking, id, identity));
  });
  router.get('/values', (request, response) => {
    const question = parseRequest(valuesQuery, request.query);
    return answer(request, response, (asking) => askValues(asking, question.field, question.search, question.kind));
  });
  router.get('/marks', (request, response) => {
    const { from, to } = parseRequest(marksRequest, request.query);
    const span = { from: Date.parse(from), to: Date.parse(to) };
    return answer(request, response, async (asking) => ({ marks: await askMarks(asking, span) }));
  });
  router.get('/properties', (request, response) => {
    const question = parseRequest(propertiesQuery, request.query);
    return answer(request, response, (asking) => askPropertyNames(asking, question.kind));
  });
  return router;

  function own(response: Response): Asking {
    return { warehouse, now: Date.now(), signal: goneSignal(response) };
  }
}

const wantsCsv = (request: Request) => request.query['format'] === 'csv';

/** Aborts when the client left before it had its answer. */
function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
