import { describe, expect, it } from 'vitest';
import { completeUsage, countRequest, countResponse } from '../../../../domain/tokens/count-body.ts';
import { countTokens } from '../../../../domain/tokens/count-tokens.ts';
import { tokenizerOf } from '../../../../domain/tokens/tokenizer.ts';
import { parseBody } from '../../../../domain/usage/body.ts';
import type { Usage } from '../../../../domain/usage/facts.ts';
import { json, sse } from '../usage/bodies.ts';

describe('countTokens', () => {
  it.each([
    ['gpt-4o', 'o200k_base'],
    ['gpt-4o-mini', 'o200k_base'],
    ['gpt-4.1', 'o200k_base'],
    ['gpt-5', 'o200k_base'],
    ['o3', 'o200k_base'],
    ['claude-opus-4-6', 'o200k_base'],
    ['', 'o200k_base'],
    ['gpt-4', 'cl100k_base'],
    ['gpt-4-turbo-2024-04-09', 'cl100k_base'],
    ['openai/gpt-3.5-turbo', 'cl100k_base'],
    ['ft:gpt-3.5-turbo:org::1', 'cl100k_base'],
    ['text-embedding-3-small', 'cl100k_base'],
  ])('%s is counted with %s', (model, encoding) => {
    expect(tokenizerOf(model).encoding).toBe(encoding);
  });

  it.each([
    ['gpt-4o', 4 /* "call", " ", "123", "456" */],
    ['gemini-2.5-pro', 8 /* each digit */],
    ['mistral/codestral-2508', 8],
    ['Qwen/Qwen3-32B', 8],
    ['command-r-plus', 8],
  ])('%s: a number of six digits', (model, tokens) => {
    expect(countTokens(model, 'call 123456')).toBe(tokens);
  });

  it.each([
    ['claude-opus-4-6', 10],
    ['claude-sonnet-4-5-20250929', 10],
    ['claude-haiku-4-5', 10],
    ['claude-opus-4-20250514', 10],
    ['anthropic/claude-opus-4.7', 13 /* 30 percent more */],
    ['us.anthropic.claude-opus-4-8-v1:0', 13],
    ['claude-sonnet-5', 13],
    ['claude-fable-5-1', 13],
  ])('%s: a sentence of ten tokens', (model, tokens) => {
    expect(countTokens(model, 'The quick brown fox jumps over the lazy dog.')).toBe(tokens);
  });

  it.each([
    ['gpt-4o', '', 0],
    ['gpt-4o', 'hello world', 2],
    ['gpt-4', 'hello world', 2],
    ['gpt-4o', 'count the words!', 4],
    ['gpt-4', 'count the words!', 4],
    ['gpt-4o', '<|endoftext|>', 7 /* text that looks like a special token is text */],
    ['gpt-4o', '\ud800', 1 /* half a surrogate pair */],
  ])('%s: %j is %d tokens', (model, text, tokens) => {
    expect(countTokens(model, text)).toBe(tokens);
  });

  it('cutting long runs changes ordinary text not at all', () => {
    const prose = 'The quick brown fox jumps over the lazy dog. '.repeat(100);
    expect(countTokens('gpt-4o', prose)).toBe(1001); /* 10 a sentence, and the last space */
  });

  it('text beyond what is counted is as dense as what was', () => {
    const sentence = 'The quick brown fox jumps over the lazy dog. ';
    const tokens = countTokens('gpt-4o', sentence.repeat(20_000));
    expect(Math.abs(tokens - 200_000)).toBeLessThan(200); /* 20,000 × 10, within a thousandth */
  });

  it.each([
    ['one letter', 'a'.repeat(2_000_000)],
    ['spaces', ' '.repeat(2_000_000)],
    ['Chinese without spaces', '漢字'.repeat(50_000)],
    ['emoji', '😀'.repeat(50_000)],
    ['base64', 'iVBORw0KGgoAAAANSUhEUgAA'.repeat(50_000)],
  ])('a run of %s does not take for ever', (_name, text) => {
    expect(countTokens('gpt-4o', text)).toBeGreaterThan(100);
  });
});

describe('countRequest', () => {
  it('a message: its words, 3 and its role to frame it and 3 for the answer', () => {
    const body = json({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hello world' }] });
    expect(countRequest('openai-chat', 'gpt-4o', body)).toBe(2 + 4 + 3);
  });

  it('tools and images count', () => {
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hello world' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(9000)}` } },
        ],
      },
    ];
    const bare = countRequest('openai-chat', 'gpt-4o', json({ messages })) ?? 0;
    const tools = [
      {
        type: 'function',
        function: { name: 'weather', description: 'Tells the weather', parameters: { type: 'object' } },
      },
    ];
    const armed = countRequest('openai-chat', 'gpt-4o', json({ messages, tools })) ?? 0;
    expect(bare).toBe(2 + 4 + 3 + 765); /* an image whose size nobody knows counts as 1,024 × 1,024: 85 + 4 × 170 */
    expect(armed - bare).toBe(12 + 7 + 5); /* the end, the function, "weather:Tells the weather" */
  });

  it.each([
    [
      'anthropic-messages',
      2 + 2 + 4 + 4,
      { system: 'hello world', messages: [{ role: 'user', content: 'hello world' }] },
    ],
    [
      'gemini-generate',
      2 + 2 + 2,
      {
        systemInstruction: { parts: [{ text: 'hello world' }] },
        contents: [{ role: 'user', parts: [{ text: 'hello world' }] }],
      },
    ],
    ['openai-responses', 2 + 2 + 4 * 2 + 3, { instructions: 'hello world', input: 'hello world' }],
  ] as const)('%s: system and user alike', (format, expected, body) => {
    expect(countRequest(format, 'm', json(body))).toBe(expected);
  });

  it('embeddings have no frame', () => {
    expect(
      countRequest('openai-embeddings', 'text-embedding-3-small', json({ input: ['hello world', 'hello world'] })),
    ).toBe(4);
  });

  it('what is there of a body that broke off', () => {
    const body = parseBody({
      head: '{"messages":[{"role":"user","content":"hello world"},{"role":"us',
      tail: null,
      contentType: null,
    });
    expect(countRequest('openai-chat', 'gpt-4o', body)).toBeGreaterThanOrEqual(9);
  });

  it.each([
    ['an unknown format', countRequest('unknown', 'gpt-4o', json({}))],
    ['no body', countRequest('openai-chat', 'gpt-4o', { kind: 'empty' })],
  ])('%s cannot be counted', (_name, count) => {
    expect(count).toBeNull();
  });
});

describe('countResponse', () => {
  const chunk = (content: string) => ({ model: 'gpt-4o', choices: [{ index: 0, delta: { content } }] });

  it('the pieces of a stream together', () => {
    expect(countResponse('openai-chat', 'gpt-4o', sse(chunk('hel'), chunk('lo wor'), chunk('ld')))).toBe(2);
  });

  it('nothing came', () => {
    expect(countResponse('openai-chat', 'gpt-4o', { kind: 'empty' })).toBeNull();
    expect(countResponse('openai-chat', 'gpt-4o', sse({ model: 'gpt-4o', choices: [] }))).toBe(0);
  });
});

describe('completeUsage', () => {
  const usage: Usage = {
    input: 5,
    cacheRead: 9,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 3,
    reasoning: null,
    audioInput: 0,
    audioOutput: 0,
    image: 0,
  };
  const never = () => {
    throw new Error('counted although the provider told');
  };

  it("the provider's own usage stays as it is, and nothing is counted", () => {
    expect(completeUsage(usage, never, never)).toEqual({ usage, estimated: false });
  });

  it('only what is missing is counted', () => {
    const result = completeUsage({ ...usage, output: null }, never, () => 7);
    expect(result).toEqual({ usage: { ...usage, output: 7 }, estimated: true });
  });

  it('without any usage, the rest stays unknown', () => {
    const result = completeUsage(
      null,
      () => 11,
      () => 7,
    );
    expect(result).toMatchObject({
      usage: { input: 11, output: 7, cacheRead: null, reasoning: null },
      estimated: true,
    });
  });

  it('where nothing can be counted, nothing is claimed', () => {
    expect(
      completeUsage(
        null,
        () => null,
        () => null,
      ),
    ).toEqual({ usage: null, estimated: false });
  });
});
