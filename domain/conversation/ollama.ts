import { at, listAt, textAt } from '../usage/json.ts';
import type { Part } from './conversation.ts';
import { type ConversationFormat, documentsOf } from './format.ts';
import { imageFromBase64, message, reasoningPart, roleOf, textPart, toolCall } from './parts.ts';

/** Ollama's own: messages, or a prompt that goes on. Images stand beside the text, as bare base64. */
export const ollamaConversation: ConversationFormat = {
  sent: (request) => [
    ...message('system', textPart(textAt(request, 'system'))),
    ...message('user', [
      ...textPart(textAt(request, 'prompt')),
      ...textPart(textAt(request, 'input')),
      ...imagesOf(request),
    ]),
    ...listAt(request, 'input').flatMap((text) => message('user', typeof text === 'string' ? textPart(text) : [])),
    ...listAt(request, 'messages').flatMap((one) =>
      message(roleOf(textAt(one, 'role')), [...textPart(textAt(one, 'content')), ...imagesOf(one), ...callsOf(one)]),
    ),
  ],
  tools: (request) => listAt(request, 'tools').map((tool) => textAt(tool, 'function', 'name')),
  received: (body) => {
    const all = documentsOf(body);
    const join = (...path: readonly string[]) => all.map((value) => textAt(value, ...path)).join('');
    const parts = [
      ...reasoningPart(join('message', 'thinking') + join('thinking')),
      ...textPart(join('message', 'content') + join('response')),
      ...all.flatMap((value) => callsOf(at(value, 'message'))),
    ];
    return { messages: message('assistant', parts), finishReason: join('done_reason') };
  },
};

function imagesOf(value: unknown): readonly Part[] {
  return listAt(value, 'images').flatMap((image) =>
    typeof image === 'string' ? [imageFromBase64(image.startsWith('/9j/') ? 'image/jpeg' : 'image/png', image)] : [],
  );
}

function callsOf(value: unknown): readonly Part[] {
  return listAt(value, 'tool_calls').map((call) =>
    toolCall(textAt(call, 'id'), textAt(call, 'function', 'name'), at(call, 'function', 'arguments')),
  );
}
