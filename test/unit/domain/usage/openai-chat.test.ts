import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../../domain/usage/facts.ts';
import { readResponse } from '../../../../domain/usage/read-response.ts';
import { cut, json, sse, sseText, streamed } from './bodies.ts';

/** What a chat that mentions no details leaves unknown, and what this API never has. */
const plain = {
  cacheRead: null,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  reasoning: null,
  audioInput: null,
  audioOutput: null,
  image: 0,
};

interface Row {
  readonly name: string;
  readonly usage: Readonly<Record<string, unknown>>;
  readonly expected: Usage;
}

const rows: readonly Row[] = [
  {
    name: 'plain counts',
    usage: { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 },
    expected: { ...plain, input: 19, output: 10 },
  },
  {
    name: 'OpenAI: cached within the prompt, reasoning within the completion',
    usage: {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 192,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    /* 2006 − 1920 = 86; 300 − 192 = 108 */
    expected: { ...plain, input: 86, cacheRead: 1920, output: 108, reasoning: 192, audioInput: 0, audioOutput: 0 },
  },
  {
    name: 'OpenAI: audio in both directions',
    usage: {
      prompt_tokens: 120,
      completion_tokens: 90,
      total_tokens: 210,
      prompt_tokens_details: { cached_tokens: 20, audio_tokens: 70, text_tokens: 50 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 60, text_tokens: 30 },
    },
    /* 120 − 20 − 70 = 30; 90 − 60 = 30 */
    expected: { ...plain, input: 30, cacheRead: 20, audioInput: 70, output: 30, reasoning: 0, audioOutput: 60 },
  },
  {
    name: 'OpenAI: what was written to the cache is part of the prompt',
    usage: {
      prompt_tokens: 5000,
      completion_tokens: 10,
      total_tokens: 5010,
      prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 3500, audio_tokens: 0 },
    },
    /* 5000 − 1000 − 3500 = 500 */
    expected: { ...plain, input: 500, cacheRead: 1000, cacheWrite5m: 3500, output: 10, audioInput: 0 },
  },
  {
    name: 'DeepSeek: hits and misses',
    usage: {
      prompt_tokens: 1700,
      completion_tokens: 50,
      total_tokens: 1750,
      prompt_cache_hit_tokens: 1664,
      prompt_cache_miss_tokens: 36,
    },
    /* 1700 − 1664 = 36 */
    expected: { ...plain, input: 36, cacheRead: 1664, output: 50 },
  },
  {
    name: 'Moonshot: cached_tokens at the top',
    usage: { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, cached_tokens: 64 },
    expected: { ...plain, input: 36, cacheRead: 64, output: 5 },
  },
  {
    name: 'xAI: reasoning stands beside the completion, as the total shows',
    usage: {
      prompt_tokens: 37,
      completion_tokens: 530,
      total_tokens: 1455,
      prompt_tokens_details: { text_tokens: 37, audio_tokens: 0, image_tokens: 0, cached_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 888, audio_tokens: 0 },
    },
    /* 37 + 530 + 888 = 1455 */
    expected: { ...plain, input: 29, cacheRead: 8, output: 530, reasoning: 888, audioInput: 0, audioOutput: 0 },
  },
  {
    name: "Gemini's compatible endpoint: thoughts are in the total alone",
    usage: { prompt_tokens: 8, completion_tokens: 12, total_tokens: 320 },
    /* 320 − 8 − 12 = 300 */
    expected: { ...plain, input: 8, output: 12, reasoning: 300 },
  },
  {
    name: 'Mistral and others leave out what is zero',
    usage: { prompt_tokens: 7, total_tokens: 7 },
    expected: { ...plain, input: 7, output: 0 },
  },
  {
    name: 'a provider that contradicts itself never makes a bucket negative',
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, prompt_tokens_details: { cached_tokens: 25 } },
    expected: { ...plain, input: 0, cacheRead: 25, output: 5 },
  },
];

const completion = (usage: unknown) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1741569952,
  model: 'gpt-4.1-2025-04-14',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hello!', refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage,
  service_tier: 'default',
});

const chunk = (delta: unknown, finish: string | null = null, more: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1741569952,
  model: 'gpt-4.1-2025-04-14',
  service_tier: 'default',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  usage: null,
  ...more,
});

describe('usage of a chat completion', () => {
  it.each(rows)('$name', ({ usage, expected }) => {
    const facts = readResponse('openai-chat', json(completion(usage)));
    expect(facts).toMatchObject({ model: 'gpt-4.1-2025-04-14', usage: expected, toolCalls: 0, complete: true });
    expect(JSON.parse(facts.usageRaw)).toEqual(usage);
  });

  it.each(rows)('streamed: $name', ({ usage, expected }) => {
    const facts = readResponse(
      'openai-chat',
      sse(
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: 'Hello!' }),
        chunk({}, 'stop'),
        { ...chunk({}), choices: [], usage },
        '[DONE]',
      ),
    );
    expect(facts).toMatchObject({
      model: 'gpt-4.1-2025-04-14',
      usage: expected,
      toolCalls: 0,
      complete: true,
      serviceTier: 'default',
    });
  });
});

const last = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
const lastRead = { ...plain, input: 9, output: 4 };

describe('streams of those who copy it', () => {
  it.each([
    [
      'usage beside a choice (Mistral, Fireworks)',
      [chunk({ content: 'a' }), chunk({ content: '' }, 'stop', { usage: last }), '[DONE]'],
    ],
    [
      'usage in x_groq (Groq)',
      [
        chunk({ content: 'a' }),
        { ...chunk({}, 'stop'), usage: undefined, x_groq: { id: 'req_1', usage: last } },
        '[DONE]',
      ],
    ],
    [
      'cumulative usage in every chunk (vLLM, Perplexity): the last wins',
      [
        chunk({ content: 'a' }, null, { usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 } }),
        chunk({ content: 'b' }, null, { usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } }),
        chunk({}, 'stop', { usage: last }),
      ],
    ],
    [
      'the first chunk names no model (Azure)',
      [
        { ...chunk({}), model: '', choices: [], prompt_filter_results: [] },
        chunk({ content: 'a' }),
        chunk({}, 'stop', { usage: last }),
        '[DONE]',
      ],
    ],
    ['comments in between (OpenRouter)', [chunk({ content: 'a' }), chunk({}, 'stop', { usage: last }), '[DONE]']],
  ])('%s', (name, events) => {
    const text = name.startsWith('comments') ? `: OPENROUTER PROCESSING\n\n${sseText(...events)}` : sseText(...events);
    expect(readResponse('openai-chat', streamed(text))).toMatchObject({
      model: 'gpt-4.1-2025-04-14',
      usage: lastRead,
      complete: true,
    });
  });

  it('reads lines that end in CR LF', () => {
    const text = sseText(chunk({ content: 'a' }), chunk({}, 'stop', { usage: last }), '[DONE]').replaceAll(
      '\n',
      '\r\n',
    );
    expect(readResponse('openai-chat', streamed(text)).usage).toEqual(lastRead);
  });

  it('counts the calls of tools once each, over their pieces and over choices', () => {
    const call = (index: number, choice: number, more: object) => ({
      ...chunk({ tool_calls: [{ index, ...more }] }),
      choices: [{ index: choice, delta: { tool_calls: [{ index, ...more }] }, finish_reason: null }],
    });
    const facts = readResponse(
      'openai-chat',
      sse(
        call(0, 0, { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '' } }),
        call(0, 0, { function: { arguments: '{"city":' } }),
        call(0, 0, { function: { arguments: '"Bonn"}' } }),
        call(1, 0, { id: 'call_b', type: 'function', function: { name: 'time', arguments: '{}' } }),
        call(0, 1, { id: 'call_c', type: 'function', function: { name: 'weather', arguments: '{}' } }),
        chunk({}, 'tool_calls'),
        '[DONE]',
      ),
    );
    expect(facts.toolCalls).toBe(3); /* two of choice 0, one of choice 1 */
  });
});

describe('a stream that broke off', () => {
  it('has no usage and is not complete', () => {
    expect(readResponse('openai-chat', sse(chunk({ content: 'a' }), chunk({ content: 'b' })))).toMatchObject({
      model: 'gpt-4.1-2025-04-14',
      usage: null,
      usageRaw: '',
      complete: false,
      hiddenReasoning: false,
    });
  });

  it('of a model that thinks out of sight says that reasoning is hidden', () => {
    const facts = readResponse('openai-chat', sse({ ...chunk({ content: 'a' }), model: 'o3-2025-04-16' }));
    expect(facts).toMatchObject({ usage: null, complete: false, hiddenReasoning: true });
  });

  it('in the middle of an event keeps what came before', () => {
    const text = `${sseText(chunk({ content: 'a' }))}data: {"id":"chatcmpl-1","choi`;
    expect(readResponse('openai-chat', streamed(text))).toMatchObject({ model: 'gpt-4.1-2025-04-14', complete: false });
  });

  it('without its last blank line still counts its last event', () => {
    const text = sseText(chunk({ content: 'a' }), chunk({}, 'stop', { usage: last })).trimEnd();
    expect(readResponse('openai-chat', streamed(text))).toMatchObject({ usage: lastRead, complete: true });
  });
});

describe('a body whose middle was cut out', () => {
  const long = 'She said: "usage":{"prompt_tokens":1} \\" '.repeat(300);

  it('JSON: usage and model from both ends', () => {
    const text = JSON.stringify({
      ...completion(last),
      choices: [{ index: 0, message: { role: 'assistant', content: long }, finish_reason: 'stop' }],
    });
    expect(readResponse('openai-chat', cut(text, 300, 300))).toMatchObject({
      model: 'gpt-4.1-2025-04-14',
      usage: lastRead,
      serviceTier: 'default',
      toolCalls: null,
      complete: true,
    });
  });

  it('stream: model from the beginning, usage from the end', () => {
    const text = sseText(
      chunk({ content: 'a' }),
      chunk({ content: long }),
      chunk({}, 'stop'),
      { ...chunk({}), choices: [], usage: last },
      '[DONE]',
    );
    expect(readResponse('openai-chat', cut(text, 400, 700, 'text/event-stream'))).toMatchObject({
      model: 'gpt-4.1-2025-04-14',
      usage: lastRead,
      complete: true,
    });
  });

  it('JSON without its end is not complete', () => {
    const text = JSON.stringify(completion(last));
    const facts = readResponse('openai-chat', cut(text.slice(0, -40), text.length, 60));
    expect(facts.complete).toBe(false);
  });
});

describe("the provider's own figure", () => {
  it.each([
    ['OpenRouter', { ...last, cost: 0.00014 }, 140_000n /* $0.00014 */],
    ['OpenRouter, many digits', { ...last, cost: 0.0000012345 }, 1234n /* 1234.5 n$, half to even */],
    [
      'OpenRouter with the own key: its fee and the upstream',
      { ...last, cost: 0.95, is_byok: true, cost_details: { upstream_inference_cost: 19 } },
      19_950_000_000n,
    ],
    [
      'OpenRouter: details repeat the cost without the own key',
      { ...last, cost: 0.5, is_byok: false, cost_details: { upstream_inference_cost: 0.5 } },
      500_000_000n,
    ],
    ['OpenRouter: free', { ...last, cost: 0 }, 0n],
    [
      'Perplexity',
      {
        ...last,
        cost: { input_tokens_cost: 0.000008, output_tokens_cost: 0.000077, request_cost: 0.006, total_cost: 0.006085 },
      },
      6_085_000n,
    ],
    ['xAI: 37,756,000 ticks of 10^-10 $', { ...last, cost_in_usd_ticks: 37_756_000 }, 3_775_600n],
    ['none', last, null],
    ['negative', { ...last, cost: -1 }, null],
    ['not a number', { ...last, cost: 'free' }, null],
  ])('%s', (_name, usage, expected) => {
    expect(readResponse('openai-chat', json(completion(usage))).reportedCost).toBe(expected);
  });
});

describe('answers that are none', () => {
  it.each([
    ['an error', json({ error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' } })],
    ['a list', json([1, 2])],
    ['null', json(null)],
    ['a page of HTML', cut('<html><body>502 Bad Gateway</body></html>', 100, 10, 'text/html')],
    ['nothing', { kind: 'empty' } as const],
    ['usage of the wrong shape', json({ usage: { prompt_tokens: 'many' } })],
    ['usage beyond all measure', json({ usage: { prompt_tokens: 1e15, completion_tokens: -3 } })],
  ])('%s has no usage', (_name, body) => {
    expect(readResponse('openai-chat', body).usage).toBeNull();
  });

  it('a JSON error under the content type of a stream is read as JSON', () => {
    const body = streamed(JSON.stringify({ error: { message: 'no' } }));
    expect(body.kind).toBe('json');
  });
});
