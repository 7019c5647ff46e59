import { z } from 'zod';
import { capturedConversation } from './conversation/conversation.ts';
import { correction, repricingFlag } from './money-api.ts';
import { receipt } from './prices/receipt.ts';
import { routingTrace } from './routing/trace.ts';
import { standingScore } from './scores-api.ts';
import { dimension, metric, view } from './view.ts';

/** The dashboard server's JSON API: requests that the browser sends, answers that it gets. All under /api, POST unless said. */

const count = z.number().int().nonnegative();
/** Dollars as an exact decimal, nine places. */
const dollars = z.string();
const ms = z.number().nullable();
const share = z.number().nullable();
const instant = z.iso.datetime();

export const figures = z.object({
  spend: dollars,
  requests: count,
  /** Requests whose price is not known; their money is in no sum. */
  unpricedRequests: count,
  estimatedRequests: count,
  /** Estimated and partial money, contained in `spend`. */
  estimatedSpend: dollars,
  tokens: count,
  /** All that was sent: uncached, cache reads and writes, audio, images. */
  inputTokens: count,
  /** All that came back: reasoning and audio too. */
  outputTokens: count,
  /** Of requests that ended as an error; one that its client hung up on is none. */
  errorRate: share,
  /** cache_read / all input tokens, the provider's prompt cache. */
  cacheReadShare: share,
  costPerRequest: dollars.nullable(),
  latencyP50: ms,
  latencyP95: ms,
  ttftP50: ms,
  ttftP95: ms,
});
export type Figures = z.infer<typeof figures>;

const resolvedRange = z.object({ from: instant, to: instant });

/** POST /api/summary */
export const summaryRequest = z.object({ view });
export const summaryAnswer = z.object({
  range: resolvedRange,
  previousRange: resolvedRange,
  current: figures,
  previous: figures,
  /** Of requests that name neither user nor feature. */
  unattributed: z.object({
    spend: dollars,
    requests: count,
    /** By credential and program, dearest first, at most 10. */
    rows: z.array(z.object({ keyId: z.string(), userAgent: z.string(), spend: dollars, requests: count })),
  }),
  /** Streams whose provider was not asked for their usage, so that their tokens were counted here. */
  unasked: z.object({ spend: dollars, requests: count }),
  sql: z.string(),
});
export type SummaryAnswer = z.infer<typeof summaryAnswer>;

/** POST /api/series: one metric over time, at most 300 buckets, split into at most 7 values and the rest. */
export const seriesRequest = z.object({ view, metric, splitBy: dimension.nullable() });
export type SeriesRequest = z.infer<typeof seriesRequest>;
export const seriesAnswer = z.object({
  bucketSeconds: count,
  buckets: z.array(instant),
  /** Largest first. `value` is null for the one line of an unsplit metric; 'Other' carries `other: true`. */
  series: z.array(
    z.object({
      value: z.string().nullable(),
      other: z.boolean(),
      /** For drawing; null = no rows in the bucket where the metric needs some. */
      points: z.array(z.number().nullable()),
      /** The same as exact decimals where the metric is money, else null. */
      exact: z.array(z.string().nullable()).nullable(),
    }),
  ),
  /** Index of the bucket that is still filling, null when the range has ended. */
  running: count.nullable(),
  sql: z.string(),
});
export type SeriesAnswer = z.infer<typeof seriesAnswer>;

/** POST /api/breakdown: one row per value of a dimension. */
export const breakdownRequest = z.object({
  view,
  dimension,
  /** A second one makes rows of pairs: prompt_id × prompt_version. */
  second: dimension.nullable(),
  sort: z.object({ metric, descending: z.boolean() }),
  search: z.string().max(256),
  limit: z.number().int().min(1).max(1000),
  offset: z.number().int().min(0).max(1_000_000),
});
export type BreakdownRequest = z.infer<typeof breakdownRequest>;
export const breakdownAnswer = z.object({
  rows: z.array(
    z.object({
      value: z.string(),
      second: z.string().nullable(),
      figures,
      /** Spend per bucket, oldest first, 24 buckets over the range. */
      spark: z.array(z.number()),
      lastAt: instant,
    }),
  ),
  /** How many values there are in all. */
  total: count,
  sql: z.string(),
});
export type BreakdownAnswer = z.infer<typeof breakdownAnswer>;

export const requestSort = z.enum(['created_at', 'cost_usd', 'latency_ms', 'ttft_ms', 'input_tokens', 'output_tokens']);

/** One line of the requests table. */
export const requestLine = z.object({
  requestId: z.string(),
  outboxId: z.string(),
  seq: count,
  createdAt: instant,
  userId: z.string(),
  feature: z.string(),
  promptId: z.string(),
  promptVersion: z.string(),
  sessionId: z.string(),
  provider: z.string(),
  model: z.string(),
  responseModel: z.string(),
  path: z.string(),
  status: count,
  errorKind: z.string(),
  streamed: z.boolean(),
  inputTokens: count.nullable(),
  cacheReadTokens: count.nullable(),
  outputTokens: count.nullable(),
  reasoningTokens: count.nullable(),
  cost: dollars.nullable(),
  costStatus: z.string(),
  latencyMs: z.number(),
  ttftMs: ms,
  keyId: z.string(),
  userAgent: z.string(),
  properties: z.record(z.string(), z.string()),
});
export type RequestLine = z.infer<typeof requestLine>;

/** POST /api/requests: keyset paging; `after` is the `next` of the page before. */
export const requestsRequest = z.object({
  view,
  sort: requestSort,
  descending: z.boolean(),
  after: z.string().max(512).nullable(),
  limit: z.number().int().min(1).max(500),
});
export const requestsAnswer = z.object({ rows: z.array(requestLine), next: z.string().nullable(), sql: z.string() });
export type RequestsAnswer = z.infer<typeof requestsAnswer>;

/** POST /api/requests/newer: how many rows of the view arrived since the newest one shown. */
export const newerRequest = z.object({
  view,
  since: z.object({ createdAt: instant, outboxId: z.string(), seq: count }),
});
export const newerAnswer = z.object({ count });

export const attemptDetail = z.object({
  attempt: count,
  provider: z.string(),
  model: z.string(),
  responseModel: z.string(),
  status: count,
  errorKind: z.string(),
  latencyMs: z.number(),
  ttftMs: ms,
  cost: dollars.nullable(),
  costStatus: z.string(),
  receipt,
  priceVersion: z.string(),
  usageRaw: z.string(),
  requestHeaders: z.string(),
  requestBody: z.string(),
  responseHeaders: z.string(),
  responseBody: z.string(),
  flags: z.array(z.string()),
});

/** GET /api/requests/{id}?outbox=&seq= (both optional: without them the newest with that id). */
export const requestDetail = z.object({
  line: requestLine,
  kind: z.string(),
  lane: z.string(),
  method: z.string(),
  sessionName: z.string(),
  sessionPath: z.string(),
  traceId: z.string(),
  overheadMs: z.number(),
  requestBytes: count,
  responseBytes: count,
  tokens: z.record(z.string(), count.nullable()),
  attempts: z.array(attemptDetail),
  conversation: capturedConversation.nullable(),
  /** Null where no route decided. */
  routing: routingTrace.nullable(),
  /** Newest first; empty where the cost is as it was first written. */
  corrections: z.array(correction),
  /** What stands of each name, newest first. */
  scores: z.array(standingScore),
  /** How many exchanges carry this request id; more than 1 = the caller reused it. */
  sameId: count,
});
export type RequestDetail = z.infer<typeof requestDetail>;

/** GET /api/values?field=&search=&kind=: values for a filter, most frequent of the last 30 days first, at most 50. */
export const valuesAnswer = z.object({ values: z.array(z.object({ value: z.string(), requests: count })) });
/** GET /api/properties?kind=: names of properties seen. */
export const propertiesAnswer = z.object({ names: z.array(z.string()) });

/** GET /api/status, polled. */
export const statusAnswer = z.object({
  now: instant,
  proxyUrl: z.string(),
  sqlUrl: z.string(),
  /** While it does not answer, and `error` says why, its figures are those of before; null where there were none yet. */
  warehouse: z.object({ reachable: z.boolean(), error: z.string() }),
  lastRowAt: instant.nullable(),
  firstRowAt: instant.nullable(),
  rows: z.object({ app: count, demo: count }).nullable(),
  health: z.object({
    /** Completeness of DESIGN.md: slices join without a gap and their counts equal the rows. */
    complete: z.boolean().nullable(),
    gaps: count.nullable(),
    deadLetters: count.nullable(),
    lostExchanges: count.nullable(),
    lostBodies: count.nullable(),
    /** Exchanges accepted by proxies and not yet in the warehouse; null where no proxy, or not Kafka, could be asked. */
    waiting: count.nullable(),
    /** Of these, messages in Kafka; null where there is no Kafka, or it does not answer. */
    lag: count.nullable(),
    /** When ingest last finished a slice. */
    lastProgressAt: instant.nullable(),
    /** Messages that came once more and were dropped. */
    duplicatesAvoided: count.nullable(),
    processes: z.array(
      z.object({ name: z.string(), state: z.string(), restarts: count, lastExit: z.string().nullable() }),
    ),
  }),
  /** While calls are being priced again; figures are in between then. */
  repricing: repricingFlag.nullable(),
});
export type StatusAnswer = z.infer<typeof statusAnswer>;

/** POST /api/sign-in; sets the cookie. GET /api/me answers 200 or 401. POST /api/sign-out. */
export const signInRequest = z.object({ token: z.string().max(512) });

/** Every refusal, with its HTTP status. */
export const apiError = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
