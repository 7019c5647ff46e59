import type { ResponseFacts, Usage } from './facts.ts';
import { noTokens } from './free.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { noFacts, type ResponseReader, withinOf } from './reader.ts';

/**
 * Version 2 has `usage`, version 1 `meta`; in both the billed units are what is paid, fewer than the tokens beside them.
 * https://docs.cohere.com/reference/chat, https://docs.cohere.com/reference/chat-stream
 */
export const cohereChatReader: ResponseReader = {
  document: (value, closed) =>
    factsOf(at(value, 'usage') ?? at(value, 'meta'), callsOf(value), closed && isObject(value)),
  events: readEvents,
};

function callsOf(value: unknown): number {
  return listAt(value, 'message', 'tool_calls').length + listAt(value, 'tool_calls').length;
}

function readEvents(events: readonly string[]): ResponseFacts {
  let raw: unknown;
  let calls = 0;
  let ended = false;
  for (const event of events.map(parseJson)) {
    const type = textAt(event, 'type') || textAt(event, 'event_type');
    if (type === 'tool-call-start') calls += 1;
    if (type !== 'message-end' && type !== 'stream-end') continue;
    ended = true;
    calls += callsOf(at(event, 'response'));
    raw = at(event, 'delta', 'usage') ?? at(event, 'response', 'meta') ?? raw;
  }
  return factsOf(raw, calls, ended);
}

function factsOf(raw: unknown, toolCalls: number, complete: boolean): ResponseFacts {
  return {
    ...noFacts,
    usage: isObject(raw) ? readCohereUsage(raw) : null,
    usageRaw: isObject(raw) ? JSON.stringify(raw) : '',
    toolCalls,
    serverTools: searchUnitsOf(raw),
    complete,
  };
}

export function searchUnitsOf(raw: unknown): Record<string, number> {
  const units = countAt(raw, 'billed_units', 'search_units') ?? 0;
  return units > 0 ? { search_unit: units } : {};
}

export function readCohereUsage(raw: JsonObject): Usage | null {
  const billed = at(raw, 'billed_units') ?? at(raw, 'tokens');
  const input = countAt(billed, 'input_tokens');
  const image = countAt(billed, 'image_tokens') ?? 0;
  const output = countAt(billed, 'output_tokens');
  if (input === null && output === null && image === 0) return null;
  const within = withinOf({ inputImage: image, cacheReadAudio: 0, cacheReadImage: 0 });
  return { ...noTokens, input: (input ?? 0) + image, output, reasoning: null, ...within };
}
