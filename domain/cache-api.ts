import { z } from 'zod';
import { view } from './view.ts';

const count = z.number().int().nonnegative();
const dollars = z.string();
const instant = z.iso.datetime();

export const cacheGrain = z.enum(['feature', 'model']);
export type CacheGrain = z.infer<typeof cacheGrain>;

export const cacheFigures = z.object({
  hits: count,
  misses: count,
  /** What the calls would have cost that hits stood for, at the time of each. */
  saved: dollars,
  /** Hits of models that have no price: they saved something that is in no sum. */
  unpricedHits: count,
  /** By how much sooner the hits were answered than the calls that they stood for. */
  savedMs: z.number(),
});
export type CacheFigures = z.infer<typeof cacheFigures>;

/** POST /api/cache: what Spendlens's own cache did in a view. */
export const cacheRequest = z.object({ view, by: cacheGrain });
export const cacheAnswer = z.object({
  by: cacheGrain,
  total: cacheFigures,
  /** One per value that the cache was asked for, most asked first, at most 50. */
  rows: z.array(cacheFigures.extend({ value: z.string() })),
  bucketSeconds: count,
  buckets: z.array(instant),
  /** Index of the bucket that is still filling, null when the range has ended. */
  running: count.nullable(),
  /** All first, as null; then the first of `rows`. Null where nobody asked in a bucket. */
  hitRates: z.array(z.object({ value: z.string().nullable(), points: z.array(z.number().nullable()) })),
  sql: z.object({ rows: z.string(), hitRates: z.string() }),
});
export type CacheAnswer = z.infer<typeof cacheAnswer>;

/** POST /api/cache/repeats: the same request again, whether the cache was asked or not. */
export const repeatsRequest = z.object({ view });
export const repeatsAnswer = z.object({
  /** Requests whose bodies were compared: the newest of the view that were answered with 200. */
  compared: count,
  /** When the oldest of these arrived; null where there is none. */
  since: instant.nullable(),
  /** True where the view holds more than are compared at once. */
  cut: z.boolean(),
  /** Calls that did not ask the cache and that it would have answered, had all of them asked it. */
  repeats: count,
  couldSave: dollars,
  unpricedRepeats: count,
  couldSaveMs: z.number(),
  /** Those that cost or saved most, at most 20. */
  prompts: z.array(
    z.object({
      /** What was asked last, shortened; '' where the body does not tell. */
      text: z.string(),
      provider: z.string(),
      model: z.string(),
      feature: z.string(),
      promptId: z.string(),
      requests: count,
      hits: count,
      saved: dollars,
      repeats: count,
      couldSave: dollars,
      /** The newest, at most 50. */
      requestIds: z.array(z.string()),
    }),
  ),
  sql: z.string(),
});
export type RepeatsAnswer = z.infer<typeof repeatsAnswer>;

/** POST /api/cache/providers: the providers' own prompt caches, from the receipts of all calls of a view. */
export const promptCachesRequest = z.object({ view });
export const promptCachesAnswer = z.object({
  /** Most input first, at most 50. */
  rows: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      calls: count,
      inputTokens: count,
      readTokens: count,
      writtenTokens: count,
      /** What was read at the price of input, less what was paid for reading it; what writing cost is not taken off. */
      saved: dollars,
      /** Calls that read from the cache and whose receipt does not say what that saved. */
      untold: count,
    }),
  ),
  saved: dollars,
  untold: count,
  inputTokens: count,
  readTokens: count,
  sql: z.string(),
});
export type PromptCachesAnswer = z.infer<typeof promptCachesAnswer>;
