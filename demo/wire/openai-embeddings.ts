import { openAiFailure } from './openai-failure.ts';
import type { Wire } from './wire.ts';

const DIMENSIONS = 32;

/** https://platform.openai.com/docs/api-reference/embeddings; the SDKs ask for base64 by themselves. */
export const embeddingsWire: Wire = {
  path: () => '/v1/embeddings',
  request: ({ model, question }) => ({
    model: model.name,
    input: question,
    dimensions: DIMENSIONS,
    encoding_format: 'base64',
  }),
  reply: ({ model, question, tokens }) =>
    JSON.stringify({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: embed(question) }],
      model: model.responseName,
      usage: { prompt_tokens: tokens.input, total_tokens: tokens.input },
    }),
  failure: openAiFailure,
};

/** Numbers of length 1 together, as the real ones are; they mean nothing. */
function embed(text: string): string {
  const numbers = Float32Array.from({ length: DIMENSIONS }, (_, index) => Math.sin((text.length + 1) * (index + 1)));
  const length = Math.hypot(...numbers);
  return Buffer.from(numbers.map((number) => number / length).buffer).toString('base64');
}
