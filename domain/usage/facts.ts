import { z } from 'zod';

const tokens = z.number().int().nonnegative().nullable();
const share = z.number().int().nonnegative();

/** Token counts in buckets that never overlap; null = unknown, 0 = known to be none. */
export const usage = z.object({
  /** Uncached. */
  input: tokens,
  cacheRead: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
  /** Without reasoning. */
  output: tokens,
  reasoning: tokens,
  audioInput: tokens,
  audioOutput: tokens,
  /** Generated images. Images that were sent are part of `input`. */
  image: tokens,
  /** Of which: shares of the buckets above that some models price apart. Left out where there are none. */
  within: z
    .object({
      /** Of `input`. */
      inputImage: share,
      /** Of `cacheRead`. */
      cacheReadAudio: share,
      cacheReadImage: share,
    })
    .optional(),
});
export type Usage = z.infer<typeof usage>;
/** The buckets alone, which add up to what the provider counted. */
export type Bucket = Exclude<keyof Usage, 'within'>;

/**
 * openai-chat also serves the compatible providers. `free` is what no provider bills (counting tokens, moderations);
 * `unknown` is recorded with its bodies and left unpriced.
 */
export const wireFormat = z.enum([
  'openai-chat',
  'openai-responses',
  'openai-realtime',
  'openai-embeddings',
  'openai-completions',
  'openai-transcriptions',
  'openai-images',
  'anthropic-messages',
  'gemini-generate',
  'gemini-embeddings',
  'bedrock-invoke',
  'bedrock-converse',
  'cohere-chat',
  'cohere-embed',
  'rerank',
  'ollama',
  'llama-completion',
  'free',
  'unknown',
]);
export type WireFormat = z.infer<typeof wireFormat>;

/** What the money needs to know of a request's body. */
export const requestFacts = z.object({
  /** '' where the request names none. */
  model: z.string(),
  /** The body's own user (`user`, `metadata.user_id`), '' where it names none. */
  userId: z.string(),
  streamed: z.boolean(),
  /** tiktoken's count of what was sent, taken only where the response gave no usage and the body is dropped. */
  countedInput: tokens,
});
export type RequestFacts = z.infer<typeof requestFacts>;

/** What the money needs to know of a response's body. */
export const responseFacts = z.object({
  /** The model that the provider says it used, '' where it says none. */
  model: z.string(),
  /** The provider's own usage object as JSON text, '' where it gave none. */
  usageRaw: z.string(),
  usage: usage.nullable(),
  /** The provider's own cost in nano-dollars, where the response reports one. */
  reportedCost: z.bigint().nullable(),
  serviceTier: z.string(),
  toolCalls: tokens,
  /** What the provider bills by the piece instead of by the token, under the names of server-tools.ts. */
  serverTools: z.record(z.string(), z.number().int().nonnegative()).nullable(),
  /** False where the stream ended before its own end mark, or JSON was cut. */
  complete: z.boolean(),
  /** tiktoken's count of what arrived, taken only where no usage came and the body is dropped. */
  countedOutput: tokens,
  /** True where hidden reasoning was billed but cannot be counted. */
  hiddenReasoning: z.boolean(),
  /** What other models did inside the call, billed at prices of their own and not contained in `usage`. */
  others: z.array(z.object({ model: z.string(), usage })).default([]),
});
export type ResponseFacts = z.infer<typeof responseFacts>;
