import type { Message, Part } from '../conversation/conversation.ts';
import { conversationFormat } from '../conversation/read-conversation.ts';
import type { ParsedBody } from '../usage/body.ts';
import type { Usage, WireFormat } from '../usage/facts.ts';
import { countImages } from './count-images.ts';
import { countTokens } from './count-tokens.ts';
import { countCallFrame, countNames, countTools } from './count-tools.ts';
import { countFrame } from './frame.ts';

/** Tokens of what was sent, null where it cannot be read: words, frames, tools and images. Sound and files are not in it. */
export function countRequest(format: WireFormat, model: string, body: ParsedBody): number | null {
  const reader = conversationFormat(format);
  if (reader === null || (body.kind !== 'json' && body.kind !== 'cut')) return null;
  const messages = reader.sent(body.value);
  return (
    countMessages(format, model, messages) +
    countFrame(format, model, messages) +
    countNames(format, model, body.value) +
    countTools(format, model, body.value) +
    countImages(format, model, body.value)
  );
}

/** Tokens of what was answered, null where it cannot be read. Hidden reasoning is not in it. */
export function countResponse(format: WireFormat, model: string, body: ParsedBody): number | null {
  const reader = conversationFormat(format);
  if (reader === null || body.kind === 'empty') return null;
  if (format === 'openai-embeddings' || format === 'gemini-embeddings') return 0;
  const { messages, finishReason } = reader.received(body);
  // Chat completions count the mark at the end of what was said to its end.
  const mark = format === 'openai-chat' && finishReason !== '' && messages.length > 0 ? 1 : 0;
  return countMessages(format, model, messages) + mark;
}

function countMessages(format: WireFormat, model: string, messages: readonly Message[]): number {
  const parts = messages.flatMap((message) => message.parts);
  return parts.reduce((sum, part) => {
    const frame = part.type === 'tool_call' ? countCallFrame(format, model, part.arguments) : 0;
    return sum + frame + countTokens(model, textOfPart(part));
  }, 0);
}

function textOfPart(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'tool_result':
      return part.text;
    case 'reasoning':
      // What stands for reasoning that nobody may read was never said.
      return part.text === '(redacted by the provider)' ? '' : part.text;
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
