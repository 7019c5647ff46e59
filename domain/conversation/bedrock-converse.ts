import { at, countAt, isObject, listAt, textAt } from '../usage/json.ts';
import type { Message, Part } from './conversation.ts';
import { type ConversationFormat, documentsOf, type Received } from './format.ts';
import {
  imageFromBase64,
  message,
  otherPart,
  partsOf,
  reasoningPart,
  roleOf,
  textPart,
  toolCall,
  toolResult,
} from './parts.ts';

/** Each block is an object with one key that says what it is. */
export const converseConversation: ConversationFormat = {
  sent: (request) => [
    ...message('system', partsOf(at(request, 'system'), readBlock)),
    ...listAt(request, 'messages').flatMap(readMessage),
  ],
  tools: (request) => listAt(request, 'toolConfig', 'tools').map((tool) => textAt(tool, 'toolSpec', 'name')),
  received: (body) => (body.kind === 'events' ? readStream(documentsOf(body)) : readDocument(documentsOf(body)[0])),
};

function readMessage(value: unknown): readonly Message[] {
  const parts = partsOf(at(value, 'content'), readBlock);
  const onlyResults = parts.length > 0 && parts.every((part) => part.type === 'tool_result');
  return message(onlyResults ? 'tool' : roleOf(textAt(value, 'role')), parts);
}

function readBlock(block: unknown): readonly Part[] {
  const text = textAt(block, 'text');
  if (text !== '') return textPart(text);
  const reasoning = at(block, 'reasoningContent');
  if (isObject(reasoning))
    return reasoningPart(textAt(reasoning, 'reasoningText', 'text') || '(redacted by the provider)');
  const use = at(block, 'toolUse');
  if (isObject(use)) return [toolCall(textAt(use, 'toolUseId'), textAt(use, 'name'), at(use, 'input'))];
  const result = at(block, 'toolResult');
  if (isObject(result)) return [toolResult(textAt(result, 'toolUseId'), resultOf(listAt(result, 'content')))];
  const image = at(block, 'image');
  if (isObject(image)) return [imageFromBase64(`image/${textAt(image, 'format')}`, textAt(image, 'source', 'bytes'))];
  if (isObject(block) && 'cachePoint' in block) return [];
  const [label = 'block'] = isObject(block) ? Object.keys(block) : [];
  return [otherPart(label, label === 'document' ? { name: textAt(block, 'document', 'name') } : block)];
}

function resultOf(content: readonly unknown[]): unknown {
  const texts = content.map((one) => textAt(one, 'text'));
  return texts.every((text) => text !== '') ? texts.join('\n') : content;
}

function readDocument(value: unknown): Received {
  return {
    messages: message('assistant', partsOf(at(value, 'output', 'message', 'content'), readBlock)),
    finishReason: textAt(value, 'stopReason'),
  };
}

interface Growing {
  text: string;
  reasoning: string;
  id: string;
  name: string;
  input: string;
}

function readStream(events: readonly unknown[]): Received {
  const blocks = new Map<number, Growing>();
  let finishReason = '';
  for (const event of events) {
    finishReason = textAt(event, 'messageStop', 'stopReason') || finishReason;
    const part = at(event, 'contentBlockStart') ?? at(event, 'contentBlockDelta');
    if (!isObject(part)) continue;
    const index = countAt(part, 'contentBlockIndex') ?? 0;
    const block = blocks.get(index) ?? { text: '', reasoning: '', id: '', name: '', input: '' };
    blocks.set(index, block);
    block.text += textAt(part, 'delta', 'text');
    block.reasoning += textAt(part, 'delta', 'reasoningContent', 'text');
    block.id += textAt(part, 'start', 'toolUse', 'toolUseId');
    block.name += textAt(part, 'start', 'toolUse', 'name');
    block.input += textAt(part, 'delta', 'toolUse', 'input');
  }
  const parts = [...blocks.values()].flatMap(({ text, reasoning, id, name, input }) => [
    ...reasoningPart(reasoning),
    ...textPart(text),
    ...(name === '' ? [] : [toolCall(id, name, input)]),
  ]);
  return { messages: message('assistant', parts), finishReason };
}
