/** Pieces of streams as the three providers send them. */
export interface WireStream {
  readonly path: string;
  /** Before any content. */
  readonly opening: string;
  /** One piece of content. */
  readonly content: (text: string) => string;
  /** To the end, usage included. */
  readonly closing: string;
}

const event = (name: string, data: unknown) =>
  `${name === '' ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
const chat = (delta: unknown, finish: string | null = null) =>
  event('', {
    id: 'c-1',
    object: 'chat.completion.chunk',
    model: 'gpt-4o-mini',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });

export const openaiStream: WireStream = {
  path: '/openai/v1/chat/completions',
  opening: chat({ role: 'assistant', content: '' }),
  content: (text) => chat({ content: text }),
  closing: `${chat({}, 'stop')}data: [DONE]\n\n`,
};

export const anthropicStream: WireStream = {
  path: '/anthropic/v1/messages',
  opening:
    event('message_start', {
      type: 'message_start',
      message: {
        id: 'm-1',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku-4-5',
        content: [],
        stop_reason: null,
        usage: { input_tokens: 10, output_tokens: 1 },
      },
    }) +
    event('content_block_start', { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }) +
    event('ping', { type: 'ping' }),
  content: (text) =>
    event('content_block_delta', { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  closing:
    event('content_block_stop', { type: 'content_block_stop', index: 0 }) +
    event('message_delta', { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } }) +
    event('message_stop', { type: 'message_stop' }),
};

const gemini = (parts: readonly unknown[], more: object = {}) =>
  event('', {
    candidates: [{ index: 0, content: { role: 'model', parts }, ...more }],
    modelVersion: 'gemini-2.5-flash',
  });

export const geminiStream: WireStream = {
  path: '/google/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
  opening: event('', { modelVersion: 'gemini-2.5-flash' }),
  content: (text) => gemini([{ text }]),
  closing: event('', {
    candidates: [{ index: 0, content: { role: 'model', parts: [{ text: '.' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    modelVersion: 'gemini-2.5-flash',
  }),
};
