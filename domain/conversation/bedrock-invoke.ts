import type { ParsedBody } from '../usage/body.ts';
import { at, isObject, listAt, textAt } from '../usage/json.ts';
import { messagesConversation } from './anthropic-messages.ts';
import { converseConversation } from './bedrock-converse.ts';
import { cohereConversation } from './cohere-chat.ts';
import { type ConversationFormat, documentsOf } from './format.ts';
import { chatConversation } from './openai-chat.ts';
import { completionsConversation } from './openai-completions.ts';

/** Each model's own words, known by their shape. */
export const invokeConversation: ConversationFormat = {
  sent: (request) => ofRequest(request).sent(request),
  tools: (request) => ofRequest(request).tools(request),
  received: (body) => ofResponse(body).received(body),
};

function ofRequest(request: unknown): ConversationFormat {
  if (isObject(at(request, 'anthropic_version')) || textAt(request, 'anthropic_version') !== '') {
    return messagesConversation;
  }
  if (textAt(request, 'message') !== '') return cohereConversation;
  const [first] = listAt(request, 'messages');
  if (first === undefined) return completionsConversation;
  const [part] = listAt(first, 'content');
  return isObject(part) && !('type' in part) ? converseConversation : chatConversation;
}

function ofResponse(body: ParsedBody): ConversationFormat {
  const documents = documentsOf(body);
  const some = (test: (value: unknown) => boolean) => documents.some(test);
  if (some((value) => /^(message|content_block)/.test(textAt(value, 'type')))) return messagesConversation;
  if (some((value) => isObject(at(value, 'output')) || isObject(at(value, 'contentBlockDelta')))) {
    return converseConversation;
  }
  if (
    some((value) => listAt(value, 'choices').some((choice) => isObject(at(choice, 'message') ?? at(choice, 'delta'))))
  ) {
    return chatConversation;
  }
  return some((value) => textAt(value, 'event_type') !== '') ? cohereConversation : completionsConversation;
}
