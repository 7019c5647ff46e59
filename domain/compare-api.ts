import { z } from 'zod';
import { view } from './view.ts';

const count = z.number().int().nonnegative();
const dollars = z.string();
const ms = z.number().nullable();

export const MOST_COMPARED = 6;

/**
 * POST /api/models/compare: models side by side on the traffic of a view, without an experiment. Where none is named,
 * the three that were called most, of those that write where any does: an embedding is not measured against an answer.
 */
export const compareRequest = z.object({ view, models: z.array(z.string().min(1).max(256)).max(MOST_COMPARED) });

/** Shares of requests below each bound of `latencyBounds`, the rest above the last one. */
const distribution = z.array(z.number());

export const compareAnswer = z.object({
  models: z.array(
    z.object({
      model: z.string(),
      requests: count,
      unpriced: count,
      cost: dollars,
      /** Null where no request is priced, or none had output. */
      costPerRequest: dollars.nullable(),
      costPerThousandOutput: dollars.nullable(),
      latencyP50: ms,
      latencyP95: ms,
      ttftP50: ms,
      ttftP95: ms,
      latency: distribution,
      ttft: distribution,
      /** Output tokens by the time between the first byte and the last one, of streams: the median. */
      tokensPerSecond: z.number().nullable(),
      errorRate: z.number().nullable(),
      outputTokens: z.number().nullable(),
      cacheReadShare: z.number().nullable(),
      /** What all requests of all models here would have cost on this one, token for token; null = no price known. */
      allOnThis: dollars.nullable(),
    }),
  ),
  /** Upper ends in milliseconds. */
  latencyBounds: z.array(z.number()),
  /** Dollars of all requests of all models here, and of how many of them the usage is known. */
  allCost: dollars,
  allRequests: count,
  countedRequests: count,
  sql: z.string(),
});
export type CompareAnswer = z.infer<typeof compareAnswer>;
