import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CapturedConversation, capturedConversation } from '../../../../domain/conversation/conversation.ts';
import { readConversation } from '../../../../domain/conversation/read-conversation.ts';
import { type ParsedBody, parseBody } from '../../../../domain/usage/body.ts';
import { type WireFormat, wireFormat } from '../../../../domain/usage/facts.ts';
import { cut, json, sse } from '../usage/bodies.ts';

const PNG = 'iVBORw0KGgo=';
const text = (value: string) => ({ type: 'text' as const, text: value });
const reasoning = (value: string) => ({ type: 'reasoning' as const, text: value });
const image = { type: 'image' as const, source: `data:image/png;base64,${PNG}`, label: 'image/png' };
const call = (id: string, name: string, args: string) => ({ type: 'tool_call' as const, id, name, arguments: args });
const result = (id: string, value: string) => ({ type: 'tool_result' as const, id, text: value });

interface Row {
  readonly name: string;
  readonly format: WireFormat;
  readonly request: unknown;
  readonly responses: readonly ParsedBody[];
  readonly expected: CapturedConversation;
}

const chatChunk = (delta: unknown, finish: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const geminiChunk = (parts: readonly unknown[], finishReason?: string) => ({
  candidates: [{ content: { role: 'model', parts }, ...(finishReason ? { finishReason } : {}) }],
});

/** Each is answered in one document and in a stream, which must read the same. */
const rows: readonly Row[] = [
  {
    name: 'OpenAI chat',
    format: 'openai-chat',
    request: {
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c0', type: 'function', function: { name: 'where', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c0', content: 'Bonn' },
      ],
      tools: [
        { type: 'function', function: { name: 'where' } },
        { type: 'function', function: { name: 'weather' } },
      ],
    },
    responses: [
      json({
        choices: [
          {
            index: 0,
            finish_reason: 'tool_calls',
            message: {
              role: 'assistant',
              reasoning_content: 'Let me look.',
              content: 'One moment.',
              tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bonn"}' } }],
            },
          },
        ],
      }),
      sse(
        chatChunk({ role: 'assistant', reasoning_content: 'Let me ' }),
        chatChunk({ reasoning_content: 'look.' }),
        chatChunk({ content: 'One ' }),
        chatChunk({ content: 'moment.' }),
        chatChunk({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'weather', arguments: '{"city":' } }] }),
        chatChunk({ tool_calls: [{ index: 0, function: { arguments: '"Bonn"}' } }] }),
        chatChunk({}, 'tool_calls'),
        '[DONE]',
      ),
    ],
    expected: {
      sent: [
        { role: 'system', parts: [text('Be brief.')] },
        { role: 'user', parts: [text('Weather?'), image] },
        { role: 'assistant', parts: [call('c0', 'where', '{}')] },
        { role: 'tool', parts: [result('c0', 'Bonn')] },
      ],
      received: [
        {
          role: 'assistant',
          parts: [reasoning('Let me look.'), text('One moment.'), call('c1', 'weather', '{"city":"Bonn"}')],
        },
      ],
      tools: ['where', 'weather'],
      finishReason: 'tool_calls',
      error: '',
    },
  },
  {
    name: 'OpenAI responses',
    format: 'openai-responses',
    request: {
      instructions: 'Be brief.',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Weather?' },
            { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
          ],
        },
        { type: 'function_call', call_id: 'c0', name: 'where', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c0', output: 'Bonn' },
      ],
      tools: [{ type: 'function', name: 'where' }, { type: 'web_search' }],
    },
    responses: [
      json({
        status: 'completed',
        output: [
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Let me look.' }] },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'One moment.' }] },
          { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{"city":"Bonn"}' },
        ],
      }),
      sse(
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Let me look.' }] },
        },
        { type: 'response.output_text.delta', output_index: 1, delta: 'One ' },
        { type: 'response.output_text.delta', output_index: 1, delta: 'moment.' },
        {
          type: 'response.output_item.done',
          output_index: 2,
          item: { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{"city":"Bonn"}' },
        },
        { type: 'response.completed', response: { status: 'completed' } },
      ),
    ],
    expected: {
      sent: [
        { role: 'system', parts: [text('Be brief.')] },
        { role: 'user', parts: [text('Weather?'), image] },
        { role: 'assistant', parts: [call('c0', 'where', '{}')] },
        { role: 'tool', parts: [result('c0', 'Bonn')] },
      ],
      received: [
        {
          role: 'assistant',
          parts: [reasoning('Let me look.'), text('One moment.'), call('c1', 'weather', '{"city":"Bonn"}')],
        },
      ],
      tools: ['where', 'web_search'],
      finishReason: 'completed',
      error: '',
    },
  },
  {
    name: 'Anthropic messages',
    format: 'anthropic-messages',
    request: {
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          ],
        },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c0', name: 'where', input: {} }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'c0', content: [{ type: 'text', text: 'Bonn' }] }],
        },
      ],
      tools: [
        { name: 'where', input_schema: {} },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
    },
    responses: [
      json({
        stop_reason: 'tool_use',
        content: [
          { type: 'thinking', thinking: 'Let me look.', signature: 's' },
          { type: 'text', text: 'One moment.' },
          { type: 'tool_use', id: 'c1', name: 'weather', input: { city: 'Bonn' } },
        ],
      }),
      sse(
        { type: 'message_start', message: { content: [], usage: {} } },
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Let me look.' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 's' } },
        { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'One ' } },
        { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'moment.' } },
        {
          type: 'content_block_start',
          index: 2,
          content_block: { type: 'tool_use', id: 'c1', name: 'weather', input: {} },
        },
        { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"city":' } },
        { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '"Bonn"}' } },
        { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
        { type: 'message_stop' },
      ),
    ],
    expected: {
      sent: [
        { role: 'system', parts: [text('Be brief.')] },
        { role: 'user', parts: [text('Weather?'), image] },
        { role: 'assistant', parts: [call('c0', 'where', '{}')] },
        { role: 'tool', parts: [result('c0', 'Bonn')] },
      ],
      received: [
        {
          role: 'assistant',
          parts: [reasoning('Let me look.'), text('One moment.'), call('c1', 'weather', '{"city":"Bonn"}')],
        },
      ],
      tools: ['where', 'web_search'],
      finishReason: 'tool_use',
      error: '',
    },
  },
  {
    name: 'Gemini',
    format: 'gemini-generate',
    request: {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Weather?' }, { inlineData: { mimeType: 'image/png', data: PNG } }] },
        { role: 'model', parts: [{ functionCall: { id: 'c0', name: 'where', args: {} }, thoughtSignature: 's' }] },
        { role: 'user', parts: [{ functionResponse: { id: 'c0', name: 'where', response: { city: 'Bonn' } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'where' }] }, { googleSearch: {} }],
    },
    responses: [
      json(
        geminiChunk(
          [
            { text: 'Let me look.', thought: true },
            { text: 'One moment.' },
            { functionCall: { id: 'c1', name: 'weather', args: { city: 'Bonn' } } },
          ],
          'STOP',
        ),
      ),
      sse(
        geminiChunk([{ text: 'Let me ', thought: true }]),
        geminiChunk([{ text: 'look.', thought: true }]),
        geminiChunk([{ text: 'One ' }]),
        geminiChunk([{ text: 'moment.' }, { functionCall: { id: 'c1', name: 'weather', args: { city: 'Bonn' } } }]),
        geminiChunk([{ text: '' }], 'STOP'),
      ),
      json([
        geminiChunk([{ text: 'Let me look.', thought: true }, { text: 'One ' }]),
        geminiChunk(
          [{ text: 'moment.' }, { functionCall: { id: 'c1', name: 'weather', args: { city: 'Bonn' } } }],
          'STOP',
        ),
      ]),
    ],
    expected: {
      sent: [
        { role: 'system', parts: [text('Be brief.')] },
        { role: 'user', parts: [text('Weather?'), image] },
        { role: 'assistant', parts: [call('c0', 'where', '{}')] },
        { role: 'tool', parts: [result('c0', '{"city":"Bonn"}')] },
      ],
      received: [
        {
          role: 'assistant',
          parts: [reasoning('Let me look.'), text('One moment.'), call('c1', 'weather', '{"city":"Bonn"}')],
        },
      ],
      tools: ['where', 'googleSearch'],
      finishReason: 'STOP',
      error: '',
    },
  },
  {
    name: 'embeddings',
    format: 'openai-embeddings',
    request: { input: ['one', 'two'] },
    responses: [json({ data: [{ embedding: [0, 1, 2] }, { embedding: [0, 1, 2] }] })],
    expected: {
      sent: [
        { role: 'user', parts: [text('one')] },
        { role: 'user', parts: [text('two')] },
      ],
      received: [{ role: 'assistant', parts: [{ type: 'other', label: '2 vectors', json: '{"dimensions":3}' }] }],
      tools: [],
      finishReason: '',
      error: '',
    },
  },
];

const answers = rows.flatMap(({ responses, ...row }) =>
  responses.map((response, i) => ({ ...row, response, form: `${response.kind} ${i}` })),
);

describe('readConversation', () => {
  it.each(answers)('$name, $form', ({ format, request, response, expected }) => {
    const read = readConversation(format, json(request), response);
    expect(read).toEqual(expected);
    expect(capturedConversation.safeParse(read).success).toBe(true);
  });

  it.each([
    ['openai-chat', { error: { message: 'Rate limit reached', type: 'requests' } }, 'Rate limit reached'],
    ['openai-responses', { status: 'failed', error: { code: 'server_error', message: 'Oops' }, output: [] }, 'Oops'],
    ['anthropic-messages', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'Overloaded'],
    [
      'gemini-generate',
      { error: { code: 400, message: 'API key not valid', status: 'INVALID_ARGUMENT' } },
      'API key not valid',
    ],
    ['gemini-generate', [{ error: { code: 429, message: 'Quota exceeded' } }], 'Quota exceeded'],
    ['openai-chat', { error: 'model not found' }, 'model not found'],
    ['openai-chat', { detail: 'Not Found' }, 'Not Found'],
  ] as const)("%s: the error's own words %#", (format, body, error) => {
    expect(readConversation(format, json({}), json(body))).toMatchObject({ error, received: [] });
  });

  it('an error in the middle of a stream', () => {
    const body = sse(chatChunk({ content: 'Hel' }), { error: { message: 'Provider disconnected' } });
    expect(readConversation('openai-chat', json({}), body)).toMatchObject({
      received: [{ role: 'assistant', parts: [text('Hel')] }],
      error: 'Provider disconnected',
    });
  });

  it('of a request that was cut, what came before the cut', () => {
    const request = JSON.stringify({
      messages: [
        { role: 'user', content: 'first' },
        { role: 'user', content: 'x'.repeat(5000) },
      ],
      model: 'gpt-4o',
    });
    expect(readConversation('openai-chat', cut(request, 200, 100), { kind: 'empty' })?.sent).toEqual([
      { role: 'user', parts: [text('first')] },
    ]);
  });

  it.each([
    ['https://example.com/a.png', '', 'https://example.com/a.png'],
    ['data:image/svg+xml;base64,PHN2Zz4=', '', 'image/svg+xml'],
    [`data:image/png;base64,${'A'.repeat(3_000_000)}`, '', 'image/png (too large to show)'],
  ])('an image that is not shown is named %#', (url, source, label) => {
    const request = { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] };
    expect(readConversation('openai-chat', json(request), { kind: 'empty' })?.sent[0]?.parts).toEqual([
      { type: 'image', source, label },
    ]);
  });

  it.each([
    ['an unknown format', 'unknown', json({ messages: [{ role: 'user', content: 'x' }] })],
    ['nothing to read', 'openai-chat', { kind: 'empty' }],
    ['no conversation', 'openai-chat', json({ model: 'gpt-4o' })],
  ] as const)('%s is null', (_name, format, request) => {
    expect(readConversation(format, request, { kind: 'empty' })).toBeNull();
  });

  it('never throws, and what it gives is of its shape', () => {
    const names = [
      'messages',
      'role',
      'content',
      'type',
      'text',
      'input',
      'output',
      'choices',
      'message',
      'delta',
      'tool_calls',
      'function',
      'parts',
      'contents',
      'candidates',
      'system',
      'tools',
      'index',
      'error',
      'response',
      'content_block',
      'source',
      'inlineData',
    ];
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(
          null,
          0,
          -1,
          1.5,
          true,
          '',
          'x',
          'text',
          'image',
          'tool_use',
          'function_call',
          'message',
          'reasoning',
          'content_block_start',
          'response.output_item.done',
        ),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('tree'), { maxKeys: 5 }),
      ),
    }));
    const body = fc.oneof(
      tree.map((value) => json(value)),
      fc.array(tree, { maxLength: 4 }).map((values) => sse(...values)),
      fc.string().map((head) => parseBody({ head, tail: null, contentType: null })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...wireFormat.options), body, body, (format, request, response) => {
        const read = readConversation(format, request, response);
        expect(capturedConversation.nullable().safeParse(read).success).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
