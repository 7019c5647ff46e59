import type { ParsedBody } from '../usage/body.ts';
import type { WireFormat } from '../usage/facts.ts';
import { messagesConversation } from './anthropic-messages.ts';
import { converseConversation } from './bedrock-converse.ts';
import { invokeConversation } from './bedrock-invoke.ts';
import { cohereConversation } from './cohere-chat.ts';
import type { CapturedConversation } from './conversation.ts';
import { type ConversationFormat, documentsOf } from './format.ts';
import { geminiEmbeddingsConversation } from './gemini-embeddings.ts';
import { geminiConversation } from './gemini-generate.ts';
import { ollamaConversation } from './ollama.ts';
import { chatConversation } from './openai-chat.ts';
import { completionsConversation } from './openai-completions.ts';
import { embeddingsConversation } from './openai-embeddings.ts';
import { realtimeConversation } from './openai-realtime.ts';
import { responsesConversation } from './openai-responses.ts';
import { errorOf } from './parts.ts';

const formats: Readonly<Partial<Record<WireFormat, ConversationFormat>>> = {
  'openai-chat': chatConversation,
  'openai-responses': responsesConversation,
  'openai-realtime': realtimeConversation,
  'openai-embeddings': embeddingsConversation,
  'openai-completions': completionsConversation,
  'anthropic-messages': messagesConversation,
  'gemini-generate': geminiConversation,
  'gemini-embeddings': geminiEmbeddingsConversation,
  'bedrock-converse': converseConversation,
  'bedrock-invoke': invokeConversation,
  'cohere-chat': cohereConversation,
  ollama: ollamaConversation,
  'llama-completion': completionsConversation,
};

export function conversationFormat(format: WireFormat): ConversationFormat | null {
  return formats[format] ?? null;
}

/** What was said, for people to read; null where nothing can be made of it. Never throws. */
export function readConversation(
  format: WireFormat,
  request: ParsedBody,
  response: ParsedBody,
): CapturedConversation | null {
  const reader = conversationFormat(format);
  if (reader === null) return null;
  const asked = askedIn(request);
  const sent = reader.sent(asked);
  const { messages, finishReason } = reader.received(response);
  const error =
    documentsOf(response)
      .map(errorDeep)
      .find((text) => text !== '') ?? '';
  if (sent.length === 0 && messages.length === 0 && error === '') return null;
  const tools = reader.tools(asked).filter((name) => name !== '');
  return { sent: [...sent], received: [...messages], tools, finishReason, error };
}

/** The request's document, or the list of them that an app sent over a WebSocket. */
function askedIn(request: ParsedBody): unknown {
  if (request.kind === 'events') return documentsOf(request);
  return request.kind === 'empty' ? undefined : request.value;
}

/** A failed response of OpenAI's carries its error inside, also in the stream's last event. */
function errorDeep(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  return errorOf(value) || ('response' in value ? errorOf(value.response) : '');
}
