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

export const geminiConversation: ConversationFormat = {
  sent: (request) => {
    const system = at(request, 'systemInstruction') ?? at(request, 'system_instruction');
    return [
      ...message('system', partsOf(at(system, 'parts') ?? system, readPart)),
      ...readContents(at(request, 'contents')),
    ];
  },
  tools: (request) =>
    listAt(request, 'tools').flatMap((tool) => {
      const declared = [...listAt(tool, 'functionDeclarations'), ...listAt(tool, 'function_declarations')];
      if (declared.length > 0) return declared.map((declaration) => textAt(declaration, 'name'));
      return isObject(tool) ? Object.keys(tool) : [];
    }),
  received: (body) => readChunks(documentsOf(body)),
};

function readContents(contents: unknown): readonly Message[] {
  const list = Array.isArray(contents) ? contents : contents === undefined ? [] : [contents];
  return list.flatMap((content) => {
    const parts = partsOf(at(content, 'parts') ?? content, readPart);
    const onlyResults = parts.length > 0 && parts.every((part) => part.type === 'tool_result');
    return message(onlyResults ? 'tool' : roleOf(textAt(content, 'role')), parts);
  });
}

/** Requests may be written in snake case as well, which the API takes too. */
function readPart(part: unknown): readonly Part[] {
  const text = textAt(part, 'text');
  if (text !== '') return at(part, 'thought') === true ? reasoningPart(text) : textPart(text);
  const inline = at(part, 'inlineData') ?? at(part, 'inline_data');
  if (isObject(inline)) return [readInline(inline)];
  const call = at(part, 'functionCall') ?? at(part, 'function_call');
  if (isObject(call)) return [toolCall(textAt(call, 'id'), textAt(call, 'name'), at(call, 'args'))];
  const result = at(part, 'functionResponse') ?? at(part, 'function_response');
  if (isObject(result)) return [toolResult(textAt(result, 'id') || textAt(result, 'name'), at(result, 'response'))];
  const kind = isObject(part) ? (Object.keys(part).find((key) => key !== 'thoughtSignature') ?? '') : '';
  return kind === '' || kind === 'text' ? [] : [otherPart(kind, part)];
}

function readInline(inline: unknown): Part {
  const type = textAt(inline, 'mimeType') || textAt(inline, 'mime_type');
  if (type.startsWith('image/')) return imageFromBase64(type, textAt(inline, 'data'));
  return otherPart(type || 'inline data', { mimeType: type, size: textAt(inline, 'data').length });
}

function readChunks(chunks: readonly unknown[]): Received {
  const candidates = new Map<number, Part[]>();
  let finishReason = '';
  for (const chunk of chunks) {
    finishReason = textAt(chunk, 'promptFeedback', 'blockReason') || finishReason;
    for (const candidate of listAt(chunk, 'candidates')) {
      finishReason = textAt(candidate, 'finishReason') || finishReason;
      const index = countAt(candidate, 'index') ?? 0;
      const parts = candidates.get(index) ?? [];
      candidates.set(index, parts);
      for (const part of partsOf(at(candidate, 'content', 'parts'), readPart)) append(parts, part);
    }
  }
  return { messages: [...candidates.values()].flatMap((parts) => message('assistant', parts)), finishReason };
}

/** A stream cuts one text into many parts. */
function append(parts: Part[], part: Part): void {
  const last = parts.at(-1);
  if (last?.type === 'text' && part.type === 'text') parts[parts.length - 1] = textPartOf(last.text + part.text);
  else if (last?.type === 'reasoning' && part.type === 'reasoning') {
    parts[parts.length - 1] = { type: 'reasoning', text: last.text + part.text };
  } else parts.push(part);
}

const textPartOf = (text: string): Part => ({ type: 'text', text });
