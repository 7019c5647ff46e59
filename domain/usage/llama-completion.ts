import type { ResponseFacts } from './facts.ts';
import { noTokens } from './free.ts';
import { at, countAt, isObject, parseJson, textAt } from './json.ts';
import { noFacts, type ResponseReader, rest } from './reader.ts';

/**
 * llama.cpp's own `/completion`: https://github.com/ggml-org/llama.cpp/tree/master/tools/server. The stream's last
 * event has `stop: true` and the counts; `tokens_evaluated` contains what was still in the cache.
 */
export const llamaCompletionReader: ResponseReader = {
  document: (value, closed) => readLast(value, closed),
  events: (events) => readLast(events.map(parseJson).findLast(isObject), true),
};

function readLast(value: unknown, closed: boolean): ResponseFacts {
  const input = countAt(value, 'tokens_evaluated');
  const output = countAt(value, 'tokens_predicted');
  const stopped = at(value, 'stop') === true;
  const told = stopped && input !== null && output !== null;
  const cacheRead = countAt(value, 'timings', 'cache_n') ?? 0;
  return {
    ...noFacts,
    model: textAt(value, 'model'),
    usage: told ? { ...noTokens, input: rest(input, cacheRead), cacheRead, output, reasoning: null } : null,
    usageRaw: told ? JSON.stringify({ tokens_evaluated: input, tokens_predicted: output }) : '',
    toolCalls: 0,
    serverTools: {},
    complete: closed && stopped,
  };
}
