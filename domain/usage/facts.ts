import { z } from 'zod';

const tokens = z.number().int().nonnegative().nullable();

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
  /** Generated images. Images that were sent are part of `input`, which is how they are billed. */
  image: tokens,
});
export type Usage = z.infer<typeof usage>;

/**
 * openai-chat also serves the compatible providers. `unknown` is recorded with its bodies and left unpriced.
 */
export const wireFormat = z.enum([
  'openai-chat',
  'openai-responses',
  'openai-embeddings',
  'anthropic-messages',
  'gemini-generate',
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
  /** Tools that the provider ran itself and bills by the call (`web_search`, `file_search`, …): name to calls. */
  serverTools: z.record(z.string(), z.number().int().nonnegative()).nullable(),
  /** False where the stream ended before its own end mark, or JSON was cut. */
  complete: z.boolean(),
  /** tiktoken's count of what arrived, taken only where no usage came and the body is dropped. */
  countedOutput: tokens,
  /** True where hidden reasoning was billed but cannot be counted. */
  hiddenReasoning: z.boolean(),
});
export type ResponseFacts = z.infer<typeof responseFacts>;
