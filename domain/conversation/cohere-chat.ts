import { at, countAt, isObject, listAt, textAt } from '../usage/json.ts';
import type { Part } from './conversation.ts';
import { type ConversationFormat, documentsOf, type Received } from './format.ts';
import { chatConversation } from './openai-chat.ts';
import { message, partsOf, reasoningPart, roleOf, textPart, toolCall } from './parts.ts';

/** Version 2 asks as chat completions do; version 1 has one message and what was said before it. */
export const cohereConversation: ConversationFormat = {
  sent: (request) => [
    ...message('system', textPart(textAt(request, 'preamble'))),
    ...listAt(request, 'chat_history').flatMap((one) =>
      message(
        textAt(one, 'role') === 'CHATBOT' ? 'assistant' : roleOf(textAt(one, 'role')),
        textPart(textAt(one, 'message')),
      ),
    ),
    ...message('user', textPart(textAt(request, 'message'))),
    ...chatConversation.sent(request),
  ],
  tools: chatConversation.tools,
  received: (body) => (body.kind === 'events' ? readStream(documentsOf(body)) : readDocument(documentsOf(body)[0])),
};

function readDocument(value: unknown): Received {
  return {
    messages: message('assistant', [
      ...reasoningPart(textAt(value, 'message', 'tool_plan')),
      ...partsOf(at(value, 'message', 'content'), readPart),
      ...textPart(textAt(value, 'text')),
      ...listAt(value, 'message', 'tool_calls').map(readCall),
    ]),
    finishReason: textAt(value, 'finish_reason'),
  };
}

function readPart(part: unknown): readonly Part[] {
  return textAt(part, 'type') === 'thinking' ? reasoningPart(textAt(part, 'thinking')) : textPart(textAt(part, 'text'));
}

function readCall(call: unknown): Part {
  return toolCall(textAt(call, 'id'), textAt(call, 'function', 'name'), textAt(call, 'function', 'arguments'));
}

function readStream(events: readonly unknown[]): Received {
  const calls = new Map<number, { id: string; name: string; arguments: string }>();
  let text = '';
  let reasoning = '';
  let finishReason = '';
  for (const event of events) {
    const said = at(event, 'delta', 'message');
    text += textAt(said, 'content', 'text');
    if (textAt(event, 'event_type') === 'text-generation') text += textAt(event, 'text');
    reasoning += textAt(said, 'content', 'thinking') + textAt(said, 'tool_plan');
    finishReason = textAt(event, 'delta', 'finish_reason') || textAt(event, 'finish_reason') || finishReason;
    const piece = at(said, 'tool_calls');
    if (!isObject(piece)) continue;
    const index = countAt(event, 'index') ?? 0;
    const call = calls.get(index) ?? { id: '', name: '', arguments: '' };
    calls.set(index, call);
    call.id ||= textAt(piece, 'id');
    call.name += textAt(piece, 'function', 'name');
    call.arguments += textAt(piece, 'function', 'arguments');
  }
  const parts = [...calls.values()].map((call) => toolCall(call.id, call.name, call.arguments));
  return { messages: message('assistant', [...reasoningPart(reasoning), ...textPart(text), ...parts]), finishReason };
}
