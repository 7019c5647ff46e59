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

export const chatConversation: ConversationFormat = {
  sent: (request) => listAt(request, 'messages').flatMap(readMessage),
  tools: (request) => [
    ...listAt(request, 'tools').map(
      (tool) => textAt(tool, 'function', 'name') || textAt(tool, 'name') || textAt(tool, 'type'),
    ),
    ...listAt(request, 'functions').map((tool) => textAt(tool, 'name')),
  ],
  received: (body) => (body.kind === 'events' ? readStream(documentsOf(body)) : readDocument(documentsOf(body)[0])),
};

function readMessage(value: unknown): readonly Message[] {
  const role = roleOf(textAt(value, 'role'));
  if (role === 'tool') {
    const text = partsOf(at(value, 'content'), readPart).map((part) => (part.type === 'text' ? part.text : ''));
    return message(role, [toolResult(textAt(value, 'tool_call_id') || textAt(value, 'name'), text.join(''))]);
  }
  return message(role, [
    ...reasoningPart(textAt(value, 'reasoning_content') || textAt(value, 'reasoning')),
    ...partsOf(at(value, 'content'), readPart),
    ...textPart(textAt(value, 'refusal')),
    ...textPart(textAt(value, 'audio', 'transcript')),
    ...listAt(value, 'images').map((image) => imageFromUrl(textAt(image, 'image_url', 'url'))),
    ...listAt(value, 'tool_calls').map(readCall),
    ...(isObject(at(value, 'function_call')) ? [readCall({ function: at(value, 'function_call') })] : []),
  ]);
}

function readPart(part: unknown): readonly Part[] {
  switch (textAt(part, 'type')) {
    case 'text':
      return textPart(textAt(part, 'text'));
    case 'refusal':
      return textPart(textAt(part, 'refusal'));
    case 'thinking':
      return reasoningPart(textAt(part, 'thinking'));
    case 'image_url':
      return [imageFromUrl(textAt(part, 'image_url', 'url') || textAt(part, 'image_url'))];
    case 'input_audio':
      return [otherPart('audio', { format: textAt(part, 'input_audio', 'format') })];
    case 'file':
      return [
        otherPart('file', { filename: textAt(part, 'file', 'filename'), file_id: textAt(part, 'file', 'file_id') }),
      ];
    default:
      return [otherPart(textAt(part, 'type') || 'part', part)];
  }
}

function readCall(call: unknown): Part {
  return toolCall(textAt(call, 'id'), textAt(call, 'function', 'name'), at(call, 'function', 'arguments'));
}

function readDocument(value: unknown): Received {
  const choices = listAt(value, 'choices');
  return {
    messages: choices.flatMap((choice) => readMessage({ role: 'assistant', ...objectAt(choice, 'message') })),
    finishReason: choices.map((choice) => textAt(choice, 'finish_reason')).find((reason) => reason !== '') ?? '',
  };
}

function objectAt(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const found = at(value, key);
  return isObject(found) ? found : {};
}

interface Growing {
  content: string;
  reasoning: string;
  readonly calls: Map<string, { id: string; name: string; arguments: string }>;
}

function readStream(chunks: readonly unknown[]): Received {
  const choices = new Map<number, Growing>();
  let finishReason = '';
  for (const choice of chunks.flatMap((chunk) => listAt(chunk, 'choices'))) {
    finishReason = textAt(choice, 'finish_reason') || finishReason;
    const index = countAt(choice, 'index') ?? 0;
    const growing = choices.get(index) ?? { content: '', reasoning: '', calls: new Map() };
    choices.set(index, growing);
    grow(growing, at(choice, 'delta') ?? at(choice, 'message'));
  }
  const messages = [...choices.values()].flatMap(({ content, reasoning, calls }) =>
    message('assistant', [
      ...reasoningPart(reasoning),
      ...textPart(content),
      ...[...calls.values()].map((call) => toolCall(call.id, call.name, call.arguments)),
    ]),
  );
  return { messages, finishReason };
}

function grow(growing: Growing, delta: unknown): void {
  const content = at(delta, 'content');
  growing.content += typeof content === 'string' ? content : joinText(content);
  growing.content += textAt(delta, 'refusal') + textAt(delta, 'audio', 'transcript');
  growing.reasoning += textAt(delta, 'reasoning_content') || textAt(delta, 'reasoning');
  const pieces = listAt(delta, 'tool_calls');
  const legacy = at(delta, 'function_call');
  for (const piece of isObject(legacy) ? [...pieces, { function: legacy }] : pieces) {
    const key = String(countAt(piece, 'index') ?? textAt(piece, 'id'));
    const call = growing.calls.get(key) ?? { id: '', name: '', arguments: '' };
    call.id ||= textAt(piece, 'id');
    call.name += textAt(piece, 'function', 'name');
    call.arguments += textAt(piece, 'function', 'arguments');
    growing.calls.set(key, call);
  }
}

/** Mistral streams its content as a list of parts. */
function joinText(content: unknown): string {
  return Array.isArray(content) ? content.map((part) => textAt(part, 'text')).join('') : '';
}
