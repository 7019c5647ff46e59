import type { Message, Part } from '../conversation/conversation.ts';
import { conversationFormat } from '../conversation/read-conversation.ts';
import type { ParsedBody } from '../usage/body.ts';
import type { Usage, WireFormat } from '../usage/facts.ts';
import { at } from '../usage/json.ts';
import { countTokens } from './count-tokens.ts';

/** OpenAI's chat models frame each message with 3 tokens and the answer with 3 more (its cookbook on tiktoken). */
const FRAME = 3;

/** Tokens of what was sent, null where it cannot be read. Images, audio and files are not in it. */
export function countRequest(format: WireFormat, model: string, body: ParsedBody): number | null {
  const reader = conversationFormat(format);
  if (reader === null || (body.kind !== 'json' && body.kind !== 'cut')) return null;
  const messages = reader.sent(body.value);
  const tools = at(body.value, 'tools') ?? at(body.value, 'functions');
  const text = [...messages.map(textOf), tools === undefined ? '' : JSON.stringify(tools)].join('\n');
  const frames = format === 'openai-embeddings' ? 0 : FRAME * (messages.length + 1);
  return countTokens(model, text) + frames;
}

/** Tokens of what was answered, null where it cannot be read. Hidden reasoning is not in it. */
export function countResponse(format: WireFormat, model: string, body: ParsedBody): number | null {
  const reader = conversationFormat(format);
  if (reader === null || body.kind === 'empty') return null;
  if (format === 'openai-embeddings') return 0;
  return countTokens(model, reader.received(body).messages.map(textOf).join('\n'));
}

function textOf({ parts }: Message): string {
  return parts.map(textOfPart).join('\n');
}

function textOfPart(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'tool_result':
      return part.text;
    case 'tool_call':
      return `${part.name} ${part.arguments}`;
    case 'image':
    case 'other':
      return '';
  }
}

const unknownUsage: Usage = {
  input: null,
  cacheRead: null,
  cacheWrite5m: null,
  cacheWrite1h: null,
  output: null,
  reasoning: null,
  audioInput: null,
  audioOutput: null,
  image: null,
};

/**
 * Puts counted tokens where the provider gave none: nothing at all, or (a stream of Anthropic's that broke off) only
 * the input. `estimated` is true where that happened; usage stays null where nothing could be counted either.
 */
export function completeUsage(
  usage: Usage | null,
  countInput: () => number | null,
  countOutput: () => number | null,
): { readonly usage: Usage | null; readonly estimated: boolean } {
  if (usage !== null && usage.input !== null && usage.output !== null) return { usage, estimated: false };
  const input = usage?.input ?? countInput();
  const output = usage?.output ?? countOutput();
  if (input === null && output === null) return { usage, estimated: false };
  return { usage: { ...(usage ?? unknownUsage), input, output }, estimated: true };
}
