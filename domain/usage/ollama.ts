import type { ResponseFacts, Usage } from './facts.ts';
import { noTokens } from './free.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { noFacts, type ResponseReader } from './reader.ts';

/**
 * Ollama's own API: one JSON document, or one to a line, the last of which has the counts. A count of zero (a prompt
 * that was still in its cache) is left out. https://github.com/ollama/ollama/blob/main/docs/api.md
 */
export const ollamaReader: ResponseReader = {
  document: (value, closed) => readLines([value], closed),
  events: (events, torn) => {
    const last = torn?.levels[0]?.members ?? {};
    return readLines([...events.map(parseJson), ...(events.length === torn?.position ? [last] : [])], true);
  },
};

const counts = ['prompt_eval_count', 'eval_count', 'prompt_eval_duration', 'eval_duration', 'total_duration'];

function readLines(lines: readonly unknown[], closed: boolean): ResponseFacts {
  const last = lines.findLast(isObject);
  const embeds = isObject(last) && ('embeddings' in last || 'embedding' in last);
  const done = at(last, 'done') === true || embeds;
  const raw =
    isObject(last) && done ? Object.fromEntries(Object.entries(last).filter(([key]) => counts.includes(key))) : null;
  const calls = lines.reduce<number>((sum, line) => sum + listAt(line, 'message', 'tool_calls').length, 0);
  return {
    ...noFacts,
    model: textAt(last, 'model'),
    usage: raw === null ? null : usageOf(raw, embeds),
    usageRaw: raw === null ? '' : JSON.stringify(raw),
    toolCalls: lines.some(isObject) ? calls : null,
    serverTools: {},
    complete: closed && done,
  };
}

function usageOf(raw: JsonObject, embeds: boolean): Usage | null {
  if (countAt(raw, 'prompt_eval_count') === null && countAt(raw, 'eval_count') === null) return null;
  return {
    ...noTokens,
    input: countAt(raw, 'prompt_eval_count') ?? 0,
    output: countAt(raw, 'eval_count') ?? 0,
    reasoning: embeds ? 0 : null,
  };
}
