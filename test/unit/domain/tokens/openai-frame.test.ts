import { get_encoding } from 'tiktoken';
import { afterAll, describe, expect, it } from 'vitest';
import { countRequest } from '../../../../domain/tokens/count-body.ts';
import { listAt, textAt } from '../../../../domain/usage/json.ts';
import { wireFormatOf } from '../../../../domain/usage/wire-format.ts';
import { corpus } from '../../../fixtures/wire/corpus.ts';

/** https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb */
const encoder = get_encoding('o200k_base');
const tiktokens = (text: string) => encoder.encode_ordinary(text).length;
const ruled = (request: unknown) =>
  listAt(request, 'messages').reduce<number>(
    (sum, message) => sum + 3 + tiktokens(textAt(message, 'role')) + tiktokens(textAt(message, 'content')),
    3,
  );

const plainChats = corpus.filter(
  ({ provider, path, request }) =>
    provider === 'openai' &&
    wireFormatOf(provider, path) === 'openai-chat' &&
    listAt(request, 'tools').length === 0 &&
    listAt(request, 'messages').length > 0 &&
    listAt(request, 'messages').every((message) => textAt(message, 'content') !== ''),
);

describe('chats of the corpus without tools', () => {
  it.each(plainChats)('$name: tiktoken’s count and the published frame', ({ request }) => {
    expect(countRequest('openai-chat', textAt(request, 'model'), { kind: 'json', value: request })).toBe(
      ruled(request),
    );
  });

  it('are there', () => {
    expect(plainChats.length).toBeGreaterThanOrEqual(5);
  });

  afterAll(() => encoder.free());
});
