import type { Response } from 'express';
import type { z } from 'zod';
import type { Asking } from '../../clickhouse/query/asking.ts';
import { askBreakdown } from '../../clickhouse/query/breakdown.ts';
import { askRequests } from '../../clickhouse/query/requests.ts';
import { askSeries } from '../../clickhouse/query/series.ts';
import type { BreakdownRequest, Figures, RequestLine, requestsRequest, SeriesRequest } from '../../domain/api.ts';
import { type Cell, csvLine } from './csv.ts';

const PAGE = 5_000;
const LINES = 100_000;

/** Lines of a file, a batch at a time, so that a long one is never held whole. */
type Lines = AsyncGenerator<string>;

export async function sendCsv(response: Response, name: string, lines: Lines): Promise<void> {
  // The first batch before the headers: a refusal is then still an answer of its own.
  const first = await lines.next();
  const day = new Date().toISOString().slice(0, 10);
  response.attachment(`spendlens-${name}-${day}.csv`).type('text/csv; charset=utf-8');
  if (first.value !== undefined) response.write(first.value);
  for await (const batch of lines) {
    if (response.destroyed) return;
    if (!response.write(batch)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}

export async function* seriesLines(asking: Asking, request: SeriesRequest): Lines {
  const { buckets, series } = await askSeries(asking, request);
  yield csvLine(['time', ...series.map(({ value }) => value ?? request.metric)]);
  const cell = (line: (typeof series)[number], index: number): Cell =>
    line.exact?.[index] ?? line.points[index] ?? null;
  yield buckets.map((time, index) => csvLine([time, ...series.map((line) => cell(line, index))])).join('');
}

export async function* breakdownLines(asking: Asking, request: BreakdownRequest): Lines {
  const { dimension, second } = request;
  const { rows } = await askBreakdown(asking, { ...request, limit: LINES, offset: 0 });
  const pair = second === null ? [] : [second];
  yield csvLine([dimension, ...pair, ...figureNames, 'last_at']);
  yield rows
    .map((row) =>
      csvLine([row.value, ...(second === null ? [] : [row.second]), ...figureCells(row.figures), row.lastAt]),
    )
    .join('');
}

export async function* requestsLines(asking: Asking, request: z.infer<typeof requestsRequest>): Lines {
  yield csvLine(lineFields.map(([name]) => name));
  let { after } = request;
  for (let sent = 0; sent < LINES; sent += PAGE) {
    const page = await askRequests(asking, { ...request, after, limit: PAGE });
    yield page.rows.map((line) => csvLine(lineFields.map(([, read]) => read(line)))).join('');
    if (page.next === null) return;
    after = page.next;
  }
}

const figureNames = [
  'spend_usd',
  'requests',
  'unpriced_requests',
  'estimated_requests',
  'estimated_spend_usd',
  'tokens',
  'input_tokens',
  'output_tokens',
  'error_rate',
  'cache_read_share',
  'cost_per_request_usd',
  'latency_p50_ms',
  'latency_p95_ms',
  'ttft_p50_ms',
  'ttft_p95_ms',
];

const figureCells = (figures: Figures): Cell[] => [
  figures.spend,
  figures.requests,
  figures.unpricedRequests,
  figures.estimatedRequests,
  figures.estimatedSpend,
  figures.tokens,
  figures.inputTokens,
  figures.outputTokens,
  figures.errorRate,
  figures.cacheReadShare,
  figures.costPerRequest,
  figures.latencyP50,
  figures.latencyP95,
  figures.ttftP50,
  figures.ttftP95,
];

/** Named as in the public SQL. */
const lineFields: readonly (readonly [string, (line: RequestLine) => Cell])[] = [
  ['request_id', (line) => line.requestId],
  ['created_at', (line) => line.createdAt],
  ['user_id', (line) => line.userId],
  ['feature', (line) => line.feature],
  ['prompt_id', (line) => line.promptId],
  ['prompt_version', (line) => line.promptVersion],
  ['session_id', (line) => line.sessionId],
  ['provider', (line) => line.provider],
  ['model', (line) => line.model],
  ['response_model', (line) => line.responseModel],
  ['path', (line) => line.path],
  ['status', (line) => line.status],
  ['error_kind', (line) => line.errorKind],
  ['streamed', (line) => line.streamed],
  ['input_tokens', (line) => line.inputTokens],
  ['cache_read_tokens', (line) => line.cacheReadTokens],
  ['output_tokens', (line) => line.outputTokens],
  ['reasoning_tokens', (line) => line.reasoningTokens],
  ['cost_usd', (line) => line.cost],
  ['cost_status', (line) => line.costStatus],
  ['latency_ms', (line) => line.latencyMs],
  ['ttft_ms', (line) => line.ttftMs],
  ['key_id', (line) => line.keyId],
  ['user_agent', (line) => line.userAgent],
  ['properties', (line) => JSON.stringify(line.properties)],
  ['outbox_id', (line) => line.outboxId],
  ['seq', (line) => line.seq],
];
