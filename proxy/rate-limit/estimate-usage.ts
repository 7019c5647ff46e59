import type { Part } from '../../domain/conversation/conversation.ts';
import { conversationFormat } from '../../domain/conversation/read-conversation.ts';
import type { Exchange } from '../../domain/exchange.ts';
import { readRequestFacts } from '../../domain/routing/request-facts.ts';
import type { ParsedBody } from '../../domain/usage/body.ts';
import type { WireFormat } from '../../domain/usage/facts.ts';
import { isObject } from '../../domain/usage/json.ts';

const BYTES_PER_TOKEN = 4;

/**
 * Tokens of what was sent, as routes estimate them; null where the format is no conversation. The exact count takes
 * milliseconds in the process that all other calls go through.
 */
export function estimateInput(
  format: WireFormat,
  body: ParsedBody,
  { request, tags }: Pick<Exchange, 'request' | 'tags'>,
): number | null {
  if (conversationFormat(format) === null) return null;
  const value = body.kind === 'json' || body.kind === 'cut' ? body.value : undefined;
  return isObject(value) ? readRequestFacts(value, tags).tokens : Math.ceil(request.size / BYTES_PER_TOKEN);
}

/** Tokens of what was answered, null where the format is no conversation. */
export function estimateOutput(format: WireFormat, body: ParsedBody): number | null {
  const reader = conversationFormat(format);
  if (reader === null) return null;
  if (body.kind === 'empty' || format === 'openai-embeddings' || format === 'gemini-embeddings') return 0;
  const parts = reader.received(body).messages.flatMap((message) => message.parts);
  const bytes = parts.reduce((sum, part) => sum + Buffer.byteLength(textOf(part)), 0);
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

function textOf(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'tool_result':
    case 'reasoning':
      return part.text;
    case 'tool_call':
      return part.name + part.arguments;
    case 'image':
    case 'other':
      return '';
  }
}
