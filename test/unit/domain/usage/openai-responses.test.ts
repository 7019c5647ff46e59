import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../../domain/usage/facts.ts';
import { readResponse } from '../../../../domain/usage/read-response.ts';
import { cut, json, sse, sseText, streamed } from './bodies.ts';

const none = { cacheWrite5m: 0, cacheWrite1h: 0, audioInput: 0, audioOutput: 0, image: 0 };
const text = {
  type: 'message',
  id: 'msg_1',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
};

const response = (usage: unknown, output: readonly unknown[] = [text], status = 'completed') => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1741476542,
  status,
  error: null,
  incomplete_details: null,
  model: 'gpt-5-2025-08-07',
  output,
  service_tier: 'default',
  usage,
});

interface Row {
  readonly name: string;
  readonly usage: object;
  readonly expected: Usage;
}

const rows: readonly Row[] = [
  {
    name: 'cached within the input, reasoning within the output',
    usage: {
      input_tokens: 328,
      input_tokens_details: { cached_tokens: 256 },
      output_tokens: 520,
      output_tokens_details: { reasoning_tokens: 448 },
      total_tokens: 848,
    },
    /* 328 − 256 = 72; 520 − 448 = 72 */
    expected: { ...none, input: 72, cacheRead: 256, output: 72, reasoning: 448 },
  },
  {
    name: 'written to the cache',
    usage: {
      input_tokens: 4000,
      input_tokens_details: { cached_tokens: 1000, cache_write_tokens: 2900 },
      output_tokens: 10,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 4010,
    },
    /* 4000 − 1000 − 2900 = 100 */
    expected: { ...none, cacheWrite5m: 2900, input: 100, cacheRead: 1000, output: 10, reasoning: 0 },
  },
  {
    name: 'no details',
    usage: { input_tokens: 36, output_tokens: 87, total_tokens: 123 },
    expected: { ...none, input: 36, cacheRead: null, output: 87, reasoning: null },
  },
];

const created = { type: 'response.created', sequence_number: 0, response: response(null, [], 'in_progress') };
const delta = {
  type: 'response.output_text.delta',
  sequence_number: 3,
  item_id: 'msg_1',
  output_index: 0,
  content_index: 0,
  delta: 'Hi',
};
const done = (item: unknown) => ({ type: 'response.output_item.done', sequence_number: 5, output_index: 0, item });
const completed = (usage: unknown, output?: readonly unknown[]) => ({
  type: 'response.completed',
  sequence_number: 9,
  response: response(usage, output),
});

describe('usage of a response', () => {
  it.each(rows)('$name', ({ usage, expected }) => {
    const facts = readResponse('openai-responses', json(response(usage)));
    expect(facts).toMatchObject({
      model: 'gpt-5-2025-08-07',
      usage: expected,
      serviceTier: 'default',
      toolCalls: 0,
      complete: true,
    });
    expect(JSON.parse(facts.usageRaw)).toEqual(usage);
  });

  it.each(rows)('streamed: $name', ({ usage, expected }) => {
    const facts = readResponse('openai-responses', sse(created, delta, done(text), completed(usage)));
    expect(facts).toMatchObject({ model: 'gpt-5-2025-08-07', usage: expected, toolCalls: 0, complete: true });
  });
});

const usage = { input_tokens: 36, output_tokens: 87, total_tokens: 123 };
const items = [
  { type: 'reasoning', id: 'rs_1', summary: [] },
  { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
  { type: 'web_search_call', id: 'ws_2', status: 'completed', action: { type: 'open_page', url: 'https://x' } },
  { type: 'file_search_call', id: 'fs_1', status: 'completed' },
  { type: 'function_call', call_id: 'c_1', name: 'weather', arguments: '{}' },
  { type: 'custom_tool_call', call_id: 'c_2', name: 'sql', input: 'SELECT 1' },
  text,
];

describe('tools', () => {
  it("calls of the caller's tools, and the fees of OpenAI's own", () => {
    const expected = { toolCalls: 2, serverTools: { web_search: 1, file_search: 1 } };
    expect(readResponse('openai-responses', json(response(usage, items)))).toMatchObject(expected);
    expect(readResponse('openai-responses', sse(created, completed(usage, items)))).toMatchObject(expected);
    expect(readResponse('openai-responses', sse(created, ...items.map(done)))).toMatchObject({
      ...expected,
      complete: false,
    });
  });
});

describe('a stream that did not end well', () => {
  it('incomplete (max_output_tokens) still tells its usage', () => {
    const facts = readResponse(
      'openai-responses',
      sse(created, { type: 'response.incomplete', response: response(usage, [text], 'incomplete') }),
    );
    expect(facts).toMatchObject({ complete: true, usage: { input: 36, output: 87 } });
  });

  it('failed without usage', () => {
    const failed = {
      type: 'response.failed',
      response: { ...response(null, [], 'failed'), error: { code: 'server_error', message: 'no' } },
    };
    expect(readResponse('openai-responses', sse(created, failed))).toMatchObject({ usage: null, complete: true });
  });

  it('broken off', () => {
    expect(readResponse('openai-responses', sse(created, delta))).toMatchObject({
      model: 'gpt-5-2025-08-07',
      usage: null,
      complete: false,
      hiddenReasoning: true /* gpt-5 thinks out of sight */,
    });
  });
});

describe('a body whose middle was cut out', () => {
  const long = 'usage":{"input_tokens":1} \\ '.repeat(500);
  const longText = { ...text, content: [{ type: 'output_text', text: long, annotations: [] }] };

  it('the cut goes through the last event, which repeats the whole answer', () => {
    const stream = sseText(created, { ...delta, delta: long }, completed(usage, [longText]));
    expect(readResponse('openai-responses', cut(stream, 600, 300, 'text/event-stream'))).toMatchObject({
      model: 'gpt-5-2025-08-07',
      usage: { input: 36, output: 87 },
      complete: true,
    });
  });

  it('JSON', () => {
    expect(readResponse('openai-responses', cut(JSON.stringify(response(usage, [longText])), 200, 200))).toMatchObject({
      model: 'gpt-5-2025-08-07',
      usage: { input: 36, output: 87 },
      toolCalls: null,
      complete: true,
    });
  });
});

describe('embeddings', () => {
  const body = {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.1, 0.2] }],
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: 8, total_tokens: 8 },
  };

  it('are input alone', () => {
    expect(readResponse('openai-embeddings', json(body))).toMatchObject({
      model: 'text-embedding-3-small',
      usage: { ...none, input: 8, cacheRead: 0, output: 0, reasoning: 0 },
      toolCalls: 0,
      complete: true,
    });
  });

  it('cut in the middle of their numbers', () => {
    const text = JSON.stringify({
      ...body,
      data: [{ object: 'embedding', index: 0, embedding: Array.from({ length: 3000 }, (_, i) => i / 7) }],
    });
    expect(readResponse('openai-embeddings', cut(text, 100, 100))).toMatchObject({
      model: 'text-embedding-3-small',
      usage: { input: 8 },
      complete: true,
    });
  });

  it('a stream makes no sense here', () => {
    expect(readResponse('openai-embeddings', streamed('data: {}\n\n')).usage).toBeNull();
  });
});
