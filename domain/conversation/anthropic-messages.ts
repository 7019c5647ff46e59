import { at, countAt, isObject, listAt, textAt } from '../usage/json.ts';
import type { Message, Part } from './conversation.ts';
import { type ConversationFormat, documentsOf, type Received } from './format.ts';
import {
  imageFromBase64,
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

export const messagesConversation: ConversationFormat = {
  sent: (request) => [
    ...message('system', partsOf(at(request, 'system'), readBlock)),
    ...listAt(request, 'messages').flatMap(readMessage),
  ],
  tools: (request) => listAt(request, 'tools').map((tool) => textAt(tool, 'name') || textAt(tool, 'type')),
  received: (body) => (body.kind === 'events' ? readStream(documentsOf(body)) : readDocument(documentsOf(body)[0])),
};

/** Results of tools come in the user's name here; what holds nothing else is the tool's word. */
function readMessage(value: unknown): readonly Message[] {
  const parts = partsOf(at(value, 'content'), readBlock);
  const onlyResults = parts.length > 0 && parts.every((part) => part.type === 'tool_result');
  return message(onlyResults ? 'tool' : roleOf(textAt(value, 'role')), parts);
}

function readBlock(block: unknown): readonly Part[] {
  switch (textAt(block, 'type')) {
    case 'text':
      return textPart(textAt(block, 'text'));
    case 'thinking':
      return reasoningPart(textAt(block, 'thinking'));
    case 'redacted_thinking':
      return reasoningPart('(redacted by the provider)');
    case 'tool_use':
    case 'server_tool_use':
      return [toolCall(textAt(block, 'id'), textAt(block, 'name'), at(block, 'input'))];
    case 'tool_result':
      return [toolResult(textAt(block, 'tool_use_id'), resultOf(at(block, 'content')))];
    case 'image':
      return [readImage(at(block, 'source'))];
    case 'document':
      return [otherPart('document', { title: textAt(block, 'title'), type: textAt(block, 'source', 'media_type') })];
    default:
      return [otherPart(textAt(block, 'type') || 'block', block)];
  }
}

function resultOf(content: unknown): unknown {
  const blocks = Array.isArray(content) ? content : null;
  if (blocks === null || blocks.some((block) => textAt(block, 'type') !== 'text')) return content ?? '';
  return blocks.map((block) => textAt(block, 'text')).join('\n');
}

function readImage(source: unknown): Part {
  if (textAt(source, 'type') === 'base64') return imageFromBase64(textAt(source, 'media_type'), textAt(source, 'data'));
  return imageFromUrl(textAt(source, 'url') || textAt(source, 'file_id'));
}

function readDocument(value: unknown): Received {
  return {
    messages: message('assistant', partsOf(at(value, 'content'), readBlock)),
    finishReason: textAt(value, 'stop_reason'),
  };
}

interface Growing {
  readonly block: Readonly<Record<string, unknown>>;
  text: string;
  json: string;
}

function readStream(events: readonly unknown[]): Received {
  const blocks = new Map<number, Growing>();
  let finishReason = '';
  for (const event of events) {
    const index = countAt(event, 'index') ?? 0;
    const block = at(event, 'content_block');
    if (isObject(block))
      blocks.set(index, { block, text: textAt(block, 'text') + textAt(block, 'thinking'), json: '' });
    const growing = blocks.get(index);
    if (growing !== undefined) {
      growing.text += textAt(event, 'delta', 'text') + textAt(event, 'delta', 'thinking');
      growing.json += textAt(event, 'delta', 'partial_json');
    }
    finishReason = textAt(event, 'delta', 'stop_reason') || finishReason;
  }
  return { messages: message('assistant', [...blocks.values()].flatMap(finishBlock)), finishReason };
}

function finishBlock({ block, text, json }: Growing): readonly Part[] {
  switch (textAt(block, 'type')) {
    case 'text':
      return textPart(text);
    case 'thinking':
      return reasoningPart(text);
    case 'tool_use':
    case 'server_tool_use':
      return [toolCall(textAt(block, 'id'), textAt(block, 'name'), json === '' ? at(block, 'input') : json)];
    default:
      return readBlock(block);
  }
}
