import { get_encoding } from 'tiktoken';
import { afterAll, describe, expect, it } from 'vitest';
import { countRequest, countResponse } from '../../../../domain/tokens/count-body.ts';
import type { Bucket } from '../../../../domain/usage/facts.ts';
import { listAt, textAt } from '../../../../domain/usage/json.ts';
import { corpus } from '../../../fixtures/wire/corpus.ts';
import { readWire } from '../../../fixtures/wire/read.ts';

/**
 * What can be known here about the estimate. The usage in the corpus is no provider's count of the words there, so
 * that holding the estimate against it would measure nothing. What can be held against something is the
 * count for OpenAI's chat: its tokenizer is public, and so is the rule for the frame of messages.
 */
const beyondWords: readonly Bucket[] = [
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'audioInput',
  'audioOutput',
  'image',
];

const readable = corpus.flatMap((exchange) => {
  const { format, request, response, requestFacts, facts } = readWire(exchange);
  const { usage } = facts;
  if (usage === null || !facts.complete || usage.within !== undefined) return [];
  if (beyondWords.some((bucket) => (usage[bucket] ?? 0) > 0)) return [];
  const model = facts.model || requestFacts.model;
  const input = countRequest(format, model, request);
  if (input === null || input === 0) return [];
  return [{ exchange, format, model, input, output: countResponse(format, model, response) }];
});

/** https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb */
const encoder = get_encoding('o200k_base');
const tiktokens = (text: string) => encoder.encode_ordinary(text).length;
const ruled = (request: unknown) =>
  listAt(request, 'messages').reduce<number>(
    (sum, message) => sum + 3 + tiktokens(textAt(message, 'role')) + tiktokens(textAt(message, 'content')),
    3,
  );

const plainChats = readable.filter(
  ({ exchange, format }) =>
    exchange.provider === 'openai' &&
    format === 'openai-chat' &&
    listAt(exchange.request, 'tools').length === 0 &&
    listAt(exchange.request, 'messages').length > 0,
);

describe('the estimate', () => {
  it.each(plainChats)('openai, $exchange.name: tiktoken’s count and the published frame', ({ exchange, input }) => {
    expect(input).toBe(ruled(exchange.request));
  });

  it('has such chats to be held against', () => {
    expect(plainChats.length).toBeGreaterThanOrEqual(5);
  });

  it.each(readable)('$exchange.provider, $exchange.name: is a count', ({ input, output }) => {
    expect(Number.isSafeInteger(input)).toBe(true);
    expect(output === null || Number.isSafeInteger(output)).toBe(true);
  });

  afterAll(() => {
    encoder.free();
    const providers = Map.groupBy(readable, ({ exchange }) => exchange.provider);
    for (const [provider, rows] of [...providers].sort(([a], [b]) => a.localeCompare(b))) {
      const held =
        provider === 'openai' ? `; ${plainChats.length} of them held against tiktoken and the published frame` : '';
      console.info(
        `${provider}: ${rows.length} exchanges, error not measured, since no provider counted these words${held}`,
      );
    }
  });
});
