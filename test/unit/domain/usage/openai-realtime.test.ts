import { describe, expect, it } from 'vitest';
import { readConversation } from '../../../../domain/conversation/read-conversation.ts';
import { priceExchange } from '../../../../domain/prices/price-exchange.ts';
import { parseBody } from '../../../../domain/usage/body.ts';
import { isRealtimeBulk } from '../../../../domain/usage/openai-realtime.ts';
import { readRequest } from '../../../../domain/usage/read-request.ts';
import { readResponse } from '../../../../domain/usage/read-response.ts';
import { wireFormatOf } from '../../../../domain/usage/wire-format.ts';
import { leftOutLine, openingLine, textLine } from '../../../../domain/websocket-record.ts';

/** Events as https://platform.openai.com/docs/api-reference/realtime-server-events shows them. */

const created = { type: 'session.created', session: { type: 'realtime', model: 'gpt-realtime' } };
const begins = (id: string) => ({ type: 'response.created', response: { id, status: 'in_progress', usage: null } });
const ends = (id: string, usage: object | null, output: object[] = [], status = 'completed') => ({
  type: 'response.done',
  response: { id, status, output, usage },
});
const firstUsage = {
  total_tokens: 253,
  input_tokens: 132,
  output_tokens: 121,
  input_token_details: {
    text_tokens: 100,
    audio_tokens: 32,
    image_tokens: 0,
    cached_tokens: 70,
    cached_tokens_details: { text_tokens: 60, audio_tokens: 10, image_tokens: 0 },
  },
  output_token_details: { text_tokens: 30, audio_tokens: 91 },
};
const secondUsage = {
  total_tokens: 1_010,
  input_tokens: 1_000,
  output_tokens: 10,
  input_token_details: { text_tokens: 400, audio_tokens: 100, image_tokens: 500, cached_tokens: 0 },
  output_token_details: { text_tokens: 10, audio_tokens: 0 },
};

function body(from: 'app' | 'provider', events: readonly object[], end = '') {
  const lines = events.map((event, index) => textLine(from, index, JSON.stringify(event)));
  return parseBody({ head: openingLine(from, 0) + lines.join('') + end, tail: null, contentType: null });
}
const facts = (events: readonly object[], end = '') => readResponse('openai-realtime', body('provider', events, end));

function cost(events: readonly object[]) {
  const { model, ...read } = facts(events);
  return priceExchange({
    ...read,
    provider: 'openai',
    model: '',
    responseModel: model,
    at: new Date('2026-11-01'),
    status: 101,
    estimated: false,
  });
}

describe('the usage of a realtime session', () => {
  it('is the sum of its answers, the cached part of each kind taken out', () => {
    const read = facts([created, begins('a'), ends('a', firstUsage), begins('b'), ends('b', secondUsage)]);
    expect(read).toMatchObject({ model: 'gpt-realtime', complete: true, toolCalls: 0 });
    expect(read.usage).toEqual({
      input: 40 + 900, // 132 − 70 cached − 22 of sound; 1000 − 100 of sound
      cacheRead: 70,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      output: 30 + 10,
      reasoning: 0,
      audioInput: 22 + 100, // 32 − 10 cached
      audioOutput: 91,
      image: 0,
      within: { inputImage: 500, cacheReadAudio: 10, cacheReadImage: 0 },
    });
    expect(JSON.parse(read.usageRaw)).toEqual([firstUsage, secondUsage]);
  });

  it('costs what its kinds of tokens cost', () => {
    // 440 × 4 + 500 of images × 5 + 60 × 0.4 + 10 of cached sound × 0.4 + 122 × 32 + 40 × 16 + 91 × 64, in µ$:
    // 1760 + 2500 + 24 + 4 + 3904 + 640 + 5824 = 14656
    const priced = cost([created, begins('a'), ends('a', firstUsage), begins('b'), ends('b', secondUsage)]);
    expect(priced).toMatchObject({ cost: 14_656_000n, status: 'exact' });
  });

  it.each([
    ['that was opened and closed costs nothing', [created], { complete: true, usage: { input: 0, output: 0 } }],
    ['whose only answer broke off is unknown', [created, begins('a')], { complete: false, usage: null }],
    [
      'whose last answer broke off is that of the others, and not complete',
      [created, begins('a'), ends('a', secondUsage), begins('b')],
      { complete: false, usage: { input: 900, audioInput: 100, output: 10 } },
    ],
    [
      'whose answer failed costs nothing',
      [created, begins('a'), ends('a', null, [], 'failed')],
      { complete: true, usage: { input: 0, output: 0 } },
    ],
  ])('of one %s', (_name, events, expected) => {
    expect(facts(events)).toMatchObject(expected);
  });

  it('is not complete where messages are missing that could have told more', () => {
    const events = [created, begins('a'), ends('a', secondUsage)];
    expect(facts(events, leftOutLine({ messages: 3, bytes: 9, telling: 0 })).complete).toBe(true);
    expect(facts(events, leftOutLine({ messages: 3, bytes: 9, telling: 1 })).complete).toBe(false);
    const [head, tail] = [
      openingLine('provider', 0),
      `half a line\n${textLine('provider', 9, JSON.stringify(created))}`,
    ];
    expect(readResponse('openai-realtime', parseBody({ head, tail, contentType: null })).complete).toBe(false);
  });

  it('counts the calls of tools', () => {
    const call = { type: 'function_call', name: 'weather', call_id: 'c', arguments: '{}' };
    expect(facts([created, begins('a'), ends('a', firstUsage, [call, call])]).toolCalls).toBe(2);
  });

  const transcription = (usage: object) => ({
    type: 'conversation.item.input_audio_transcription.completed',
    item_id: 'i',
    transcript: 'Hello',
    usage,
  });
  const writer = (type: string) => ({
    type: 'session.updated',
    session: { type, audio: { input: { transcription: { model: 'gpt-4o-transcribe' } } } },
  });
  const written = { type: 'tokens', input_tokens: 30, output_tokens: 5, input_token_details: { audio_tokens: 28 } };

  it('has what another model wrote down beside it', () => {
    const read = facts([created, writer('realtime'), transcription(written), begins('a'), ends('a', firstUsage)]);
    expect(read.usage?.audioInput).toBe(22);
    expect(read.others).toMatchObject([{ model: 'gpt-4o-transcribe', usage: { input: 2, audioInput: 28, output: 5 } }]);
  });

  it('is that of the writing down where nothing else was asked', () => {
    const read = facts([writer('transcription'), transcription(written), transcription(written)]);
    expect(read).toMatchObject({ model: 'gpt-4o-transcribe', others: [], complete: true });
    expect(read.usage).toMatchObject({ input: 4, audioInput: 56, output: 10 });
  });

  it('told in seconds has begun ones billed whole', () => {
    const read = facts([
      created,
      transcription({ type: 'duration', seconds: 1.2 }),
      begins('a'),
      ends('a', firstUsage),
    ]);
    expect(read.serverTools).toEqual({ audio_second: 2 });
  });
});

it('of what is no transcript nothing is read', () => {
  for (const text of [
    '{"websocket":',
    '{"websocket":"provider"}\nnot JSON\n{"text":7}\n',
    '{"websocket":1}\n{"text":"x"}\n',
  ]) {
    const parsed = parseBody({ head: text, tail: null, contentType: null });
    expect(readResponse('openai-realtime', parsed).usage).toMatchObject({ input: 0, output: 0 });
  }
});

it.each([
  ['openai', '/v1/realtime?model=gpt-realtime', 'openai-realtime', 'gpt-realtime'],
  ['azure', '/openai/realtime?api-version=2025-04-01&deployment=my%20voice', 'openai-realtime', 'my voice'],
  ['openai', '/v1/realtime/client_secrets', 'free', ''],
  ['openai', '/v1/realtime/calls', 'unknown', ''],
])('%s %s is %s and asks for "%s"', (provider, path, format, model) => {
  expect(wireFormatOf(provider, path)).toBe(format);
  expect(readRequest(wireFormatOf(provider, path), path, { kind: 'empty' }).model).toBe(model);
});

it.each([
  [{ type: 'input_audio_buffer.append', audio: 'A'.repeat(1_000) }, true],
  [{ audio: 'A'.repeat(1_000), type: 'input_audio_buffer.append' }, true],
  [{ type: 'response.output_audio.delta', delta: 'AAAA' }, true],
  [{ type: 'response.done', response: { note: '"type": "response.text.delta"' } }, false],
  [{ type: 'conversation.item.created', item: {} }, false],
])('%j is bulk: %s', (event, expected) => {
  expect(isRealtimeBulk(JSON.stringify(event))).toBe(expected);
});

it('reads as a dialogue in its order', () => {
  const item = (id: string, value: object) => ({ type: 'conversation.item.added', item: { id, ...value } });
  const said = (text: string) => [
    { type: 'message', role: 'assistant', content: [{ type: 'output_audio', transcript: text }] },
  ];
  const request = body('app', [
    { type: 'session.update', session: { instructions: 'Be brief.', tools: [{ type: 'function', name: 'weather' }] } },
    { type: 'input_audio_buffer.append', audio: 'AAAA' },
  ]);
  const response = body('provider', [
    created,
    item('i1', { type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] }),
    begins('a'),
    item('i2', { type: 'message', role: 'assistant', content: [] }),
    { type: 'response.output_audio_transcript.delta', response_id: 'a', delta: 'It is' },
    // Written down only after the answer began: it keeps its place.
    { type: 'conversation.item.input_audio_transcription.completed', item_id: 'i1', transcript: 'How is the weather?' },
    ends('a', firstUsage, [
      ...said('I will look.'),
      { type: 'function_call', call_id: 'c', name: 'weather', arguments: '{"at":"here"}' },
    ]),
    item('i3', { type: 'function_call_output', call_id: 'c', output: 'rain' }),
    item('i4', { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'So?' }] }),
    item('i5', { type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] }),
    begins('b'),
    ends('b', secondUsage, said('Take a coat.')),
    begins('c'),
    { type: 'response.output_text.delta', response_id: 'c', delta: 'And an ' },
    { type: 'response.output_text.delta', response_id: 'c', delta: 'umbr' },
  ]);
  expect(readConversation('openai-realtime', request, response)).toEqual({
    sent: [{ role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] }],
    received: [
      { role: 'user', parts: [{ type: 'text', text: 'How is the weather?' }] },
      {
        role: 'assistant',
        parts: [
          { type: 'text', text: 'I will look.' },
          { type: 'tool_call', id: 'c', name: 'weather', arguments: '{"at":"here"}' },
        ],
      },
      { role: 'tool', parts: [{ type: 'tool_result', id: 'c', text: 'rain' }] },
      { role: 'user', parts: [{ type: 'text', text: 'So?' }] },
      {
        role: 'user',
        parts: [{ type: 'other', label: 'sound that was not written down', json: '{"type":"input_audio"}' }],
      },
      { role: 'assistant', parts: [{ type: 'text', text: 'Take a coat.' }] },
      { role: 'assistant', parts: [{ type: 'text', text: 'And an umbr' }] },
    ],
    tools: ['weather'],
    finishReason: 'completed',
    error: '',
  });
});

it('of several requests over one WebSocket each has its answer', () => {
  const ask = (input: string) => ({ type: 'response.create', model: 'gpt-4o', input });
  const answer = (text: string) => ({
    type: 'response.completed',
    response: {
      status: 'completed',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }],
    },
  });
  const said = readConversation(
    'openai-responses',
    body('app', [ask('One?'), ask('Two?')]),
    body('provider', [answer('1'), answer('2')]),
  );
  expect(said?.sent.map(({ parts }) => parts)).toEqual([
    [{ type: 'text', text: 'One?' }],
    [{ type: 'text', text: 'Two?' }],
  ]);
  expect(said?.received.map(({ parts }) => parts)).toEqual([
    [{ type: 'text', text: '1' }],
    [{ type: 'text', text: '2' }],
  ]);
});
