import { at, countAt, isObject, listAt, textAt } from '../usage/json.ts';
import type { Message, Part } from './conversation.ts';
import { type ConversationFormat, documentsOf, type Received } from './format.ts';
import {
  imageFromUrl,
  message,
  otherPart,
  partsOf,
  reasoningPart,
  roleOf,
  textPart,
  toolCall,
  toolResult,
} from './parts.ts';

export const responsesConversation: ConversationFormat = {
  // Over a WebSocket one request comes after the other.
  sent: (request) => (Array.isArray(request) ? request.flatMap(readSent) : readSent(request)),
  tools: (request) =>
    (Array.isArray(request) ? request.slice(-1) : [request])
      .flatMap((one) => listAt(one, 'tools'))
      .map((tool) => textAt(tool, 'name') || textAt(tool, 'type')),
  received: (body) => (body.kind === 'events' ? readStream(documentsOf(body)) : readResponse(documentsOf(body)[0])),
};

function readSent(request: unknown): readonly Message[] {
  return [
    ...message('system', textPart(textAt(request, 'instructions'))),
    ...(typeof at(request, 'input') === 'string'
      ? message('user', textPart(textAt(request, 'input')))
      : listAt(request, 'input').flatMap(readItem)),
  ];
}

function readItem(item: unknown): readonly Message[] {
  switch (textAt(item, 'type')) {
    case '':
    case 'message':
      return message(roleOf(textAt(item, 'role')), partsOf(at(item, 'content'), readPart));
    case 'function_call':
      return message('assistant', [toolCall(textAt(item, 'call_id'), textAt(item, 'name'), at(item, 'arguments'))]);
    case 'custom_tool_call':
      return message('assistant', [toolCall(textAt(item, 'call_id'), textAt(item, 'name'), at(item, 'input'))]);
    case 'function_call_output':
    case 'custom_tool_call_output':
      return message('tool', [toolResult(textAt(item, 'call_id'), at(item, 'output'))]);
    case 'reasoning': {
      const texts = [...listAt(item, 'summary'), ...listAt(item, 'content')].map((part) => textAt(part, 'text'));
      return message('assistant', reasoningPart(texts.join('\n\n')));
    }
    default:
      return message('assistant', [otherPart(textAt(item, 'type'), item)]);
  }
}

function readPart(part: unknown): readonly Part[] {
  switch (textAt(part, 'type')) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return textPart(textAt(part, 'text'));
    case 'refusal':
      return textPart(textAt(part, 'refusal'));
    case 'input_image':
      return [imageFromUrl(textAt(part, 'image_url') || textAt(part, 'file_id'))];
    case 'input_file':
      return [otherPart('file', { filename: textAt(part, 'filename'), file_id: textAt(part, 'file_id') })];
    default:
      return [otherPart(textAt(part, 'type') || 'part', part)];
  }
}

function readResponse(response: unknown): Received {
  const finishReason = textAt(response, 'incomplete_details', 'reason') || textAt(response, 'status');
  return { messages: joinAssistant(listAt(response, 'output').flatMap(readItem)), finishReason };
}

/** One answer comes as several items: reasoning, text, calls. */
function joinAssistant(messages: readonly Message[]): readonly Message[] {
  return message(
    'assistant',
    messages.flatMap(({ parts }) => parts),
  );
}

/** The last event repeats the whole answer; a stream that broke off is put together from its pieces. */
function readStream(events: readonly unknown[]): Received {
  const whole = events
    .filter((event) => listAt(event, 'response', 'output').length > 0)
    .map((event) => readResponse(at(event, 'response')));
  const last = whole.at(-1);
  if (last !== undefined) return { ...last, messages: whole.flatMap(({ messages }) => messages) };
  const parts = new Map<number, readonly Part[]>();
  const growing = new Map<number, string>();
  for (const event of events) {
    const index = countAt(event, 'output_index') ?? 0;
    const type = textAt(event, 'type');
    if (type === 'response.output_item.done') {
      parts.set(
        index,
        readItem(at(event, 'item')).flatMap((found) => found.parts),
      );
    } else if (type === 'response.output_text.delta' || type === 'response.refusal.delta') {
      growing.set(index, (growing.get(index) ?? '') + textAt(event, 'delta'));
    }
  }
  for (const [index, text] of growing) if (!parts.has(index)) parts.set(index, textPart(text));
  const ordered = [...parts].sort(([a], [b]) => a - b).flatMap(([, found]) => found);
  const ended = events.map((event) => at(event, 'response')).findLast(isObject);
  return { messages: message('assistant', ordered), finishReason: textAt(ended, 'status') };
}
