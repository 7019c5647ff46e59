import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../../domain/usage/facts.ts';
import { readResponse } from '../../../../domain/usage/read-response.ts';
import { cut, json, sse, sseText } from './bodies.ts';

const none = { audioInput: 0, audioOutput: 0, image: 0 };

interface Row {
  readonly name: string;
  readonly usage: object;
  readonly expected: Usage;
}

const rows: readonly Row[] = [
  {
    name: 'input excludes what was read from and written to the cache; the write is split by time to live',
    usage: {
      input_tokens: 21,
      cache_creation_input_tokens: 1188,
      cache_read_input_tokens: 5000,
      cache_creation: { ephemeral_5m_input_tokens: 188, ephemeral_1h_input_tokens: 1000 },
      output_tokens: 393,
      service_tier: 'standard',
    },
    expected: {
      ...none,
      input: 21,
      cacheRead: 5000,
      cacheWrite5m: 188,
      cacheWrite1h: 1000,
      output: 393,
      reasoning: null,
    },
  },
  {
    name: 'an aggregate without the split was written for five minutes',
    usage: { input_tokens: 10, cache_creation_input_tokens: 700, cache_read_input_tokens: 0, output_tokens: 5 },
    expected: { ...none, input: 10, cacheRead: 0, cacheWrite5m: 700, cacheWrite1h: 0, output: 5, reasoning: null },
  },
  {
    name: 'what the split does not name was written for five minutes',
    usage: {
      input_tokens: 10,
      cache_creation_input_tokens: 700,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_1h_input_tokens: 200 },
      output_tokens: 5,
    },
    /* 700 − 200 = 500 */
    expected: { ...none, input: 10, cacheRead: 0, cacheWrite5m: 500, cacheWrite1h: 200, output: 5, reasoning: null },
  },
  {
    name: 'thinking is part of the output',
    usage: {
      input_tokens: 10,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 900,
      output_tokens_details: { thinking_tokens: 640 },
    },
    /* 900 − 640 = 260 */
    expected: { ...none, input: 10, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 260, reasoning: 640 },
  },
  {
    name: 'a compatible server that knows no cache',
    usage: { input_tokens: 12, output_tokens: 6 },
    expected: {
      ...none,
      input: 12,
      cacheRead: null,
      cacheWrite5m: null,
      cacheWrite1h: null,
      output: 6,
      reasoning: null,
    },
  },
];

const message = (usage: unknown, content: readonly unknown[] = [{ type: 'text', text: 'Hello!' }]) => ({
  id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5-20250929',
  content,
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage,
});

const start = (usage: object) => ({
  type: 'message_start',
  message: { ...message({ ...usage, output_tokens: 1 }, []), stop_reason: null },
});
const blockStart = (index: number, block: object) => ({ type: 'content_block_start', index, content_block: block });
const blockDelta = (index: number, delta: object) => ({ type: 'content_block_delta', index, delta });
const textBlock = [
  blockStart(0, { type: 'text', text: '' }),
  { type: 'ping' },
  blockDelta(0, { type: 'text_delta', text: 'Hello!' }),
  { type: 'content_block_stop', index: 0 },
];
const end = (usage: object) => ({
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage,
});
const stop = { type: 'message_stop' };

describe('usage of a message', () => {
  it.each(rows)('$name', ({ usage, expected }) => {
    const facts = readResponse('anthropic-messages', json(message(usage)));
    expect(facts).toMatchObject({
      model: 'claude-sonnet-4-5-20250929',
      usage: expected,
      toolCalls: 0,
      serverTools: {},
      complete: true,
    });
    expect(JSON.parse(facts.usageRaw)).toEqual(usage);
  });

  it.each(rows)('streamed, the end telling only the output: $name', ({ usage, expected }) => {
    const { output_tokens, ...details } = { output_tokens: 0, ...usage };
    const facts = readResponse('anthropic-messages', sse(start(details), ...textBlock, end({ output_tokens }), stop));
    expect(facts).toMatchObject({ model: 'claude-sonnet-4-5-20250929', usage: expected, complete: true });
  });

  it.each(rows)('streamed, the end repeating everything: $name', ({ usage, expected }) => {
    const facts = readResponse('anthropic-messages', sse(start({ input_tokens: 1 }), ...textBlock, end(usage), stop));
    expect(facts.usage).toEqual(expected);
  });

  it('several deltas are cumulative: the last one counts', () => {
    const facts = readResponse(
      'anthropic-messages',
      sse(start({ input_tokens: 3 }), end({ output_tokens: 10 }), end({ output_tokens: 25 }), stop),
    );
    expect(facts.usage).toMatchObject({ input: 3, output: 25 });
  });

  it('what compacting the context cost is added; what an advisor did stands beside it under its own model', () => {
    const iteration = (type: string, model: string | null = null) => ({
      type,
      model,
      input_tokens: 100,
      output_tokens: 20,
      cache_read_input_tokens: 50,
      cache_creation_input_tokens: 7,
      cache_creation: null,
    });
    const usage = {
      input_tokens: 10,
      output_tokens: 5,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
      iterations: [iteration('compaction'), iteration('message'), iteration('advisor_message', 'claude-opus-4-6')],
    };
    expect(readResponse('anthropic-messages', json(message(usage)))).toMatchObject({
      usage: { input: 110, output: 25, cacheRead: 50, cacheWrite5m: 7 } /* 10 + 100, 5 + 20, 0 + 50, 0 + 7 */,
      serverTools: {},
      others: [{ model: 'claude-opus-4-6', usage: { input: 100, output: 20, cacheRead: 50, cacheWrite5m: 7 } }],
    });
  });

  const pass = (type: string, model: string | null, input: number, output: number) => ({
    type,
    model,
    input_tokens: input,
    output_tokens: output,
  });
  const fallback = (input: number, output: number, iterations: readonly object[]) =>
    readResponse(
      'anthropic-messages',
      json({ ...message({ input_tokens: input, output_tokens: output, iterations }), model: 'claude-opus-4-6' }),
    );

  it.each([
    ['contains it', 100 + 90, 20 + 8],
    ['leaves it out', 90, 8],
  ])(
    'a model that declined before another answered stands under its own name where the top %s',
    (_name, input, output) => {
      const passes = [pass('message', 'claude-fable-5', 100, 20), pass('fallback_message', 'claude-opus-4-6', 90, 8)];
      expect(fallback(input, output, passes)).toMatchObject({
        model: 'claude-opus-4-6',
        usage: { input: 90, output: 8 },
        others: [{ model: 'claude-fable-5', usage: { input: 100, output: 20 } }],
      });
    },
  );

  it('passes under another spelling of the answer’s name are its own', () => {
    const passes = [
      pass('message', 'anthropic/claude-opus-4.6', 100, 20),
      pass('message', 'anthropic/claude-opus-4.6', 90, 8),
    ];
    expect(fallback(190, 28, passes)).toMatchObject({ usage: { input: 190, output: 28 }, others: [] });
  });

  it('a null in a delta takes nothing back', () => {
    const facts = readResponse(
      'anthropic-messages',
      sse(
        start({ input_tokens: 3, cache_read_input_tokens: 9 }),
        end({ output_tokens: 2, cache_read_input_tokens: null }),
        stop,
      ),
    );
    expect(facts.usage).toMatchObject({ input: 3, cacheRead: 9, output: 2 });
  });
});

describe('a stream that broke off', () => {
  it('knows its input, and not its output: the count at the start is a placeholder', () => {
    const facts = readResponse(
      'anthropic-messages',
      sse(start({ input_tokens: 472, cache_read_input_tokens: 100 }), ...textBlock),
    );
    expect(facts).toMatchObject({
      usage: { input: 472, cacheRead: 100, output: null },
      complete: false,
      hiddenReasoning: false,
    });
  });

  it('while it thought: what it thought was billed and cannot be counted', () => {
    const facts = readResponse(
      'anthropic-messages',
      sse(
        start({ input_tokens: 5 }),
        blockStart(0, { type: 'thinking', thinking: '' }),
        blockDelta(0, { type: 'thinking_delta', thinking: 'Hm' }),
      ),
    );
    expect(facts).toMatchObject({ usage: { output: null }, complete: false, hiddenReasoning: true });
  });

  it('before it began', () => {
    expect(
      readResponse(
        'anthropic-messages',
        sse({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
      ),
    ).toMatchObject({ usage: null, complete: false });
  });
});

describe('tools and tiers', () => {
  const content = [
    { type: 'thinking', thinking: 'Hm', signature: 's' },
    { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bonn' } },
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
  ];
  const usage = {
    input_tokens: 5,
    output_tokens: 5,
    server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
    service_tier: 'priority',
    inference_geo: 'us',
    speed: 'standard',
  };
  const expected = { toolCalls: 1, serverTools: { web_search: 2 }, serviceTier: 'priority+us' };

  it("calls of the caller's tools, searches by the provider, tier and region", () => {
    expect(readResponse('anthropic-messages', json(message(usage, content)))).toMatchObject(expected);
  });

  it('streamed', () => {
    const blocks = content.map((block, index) => blockStart(index, block));
    expect(
      readResponse('anthropic-messages', sse(start(usage), ...blocks, end({ output_tokens: 5 }), stop)),
    ).toMatchObject(expected);
  });
});

describe('a body whose middle was cut out', () => {
  const long = '"usage":{"input_tokens":1}} \\ '.repeat(500);
  const usage = { input_tokens: 21, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 393 };

  it('JSON', () => {
    expect(
      readResponse('anthropic-messages', cut(JSON.stringify(message(usage, [{ type: 'text', text: long }])), 200, 200)),
    ).toMatchObject({
      model: 'claude-sonnet-4-5-20250929',
      usage: { input: 21, output: 393 },
      complete: true,
    });
  });

  it('stream: input from the beginning, output from the end', () => {
    const stream = sseText(
      start(usage),
      blockStart(0, { type: 'text', text: '' }),
      blockDelta(0, { type: 'text_delta', text: long }),
      end({ output_tokens: 393 }),
      stop,
    );
    expect(readResponse('anthropic-messages', cut(stream, 600, 250, 'text/event-stream'))).toMatchObject({
      model: 'claude-sonnet-4-5-20250929',
      usage: { input: 21, output: 393 },
      complete: true,
    });
  });
});
