import type { ResponseFacts } from './facts.ts';
import { at, countAt, isObject, textAt } from './json.ts';
import { readReportedCost } from './openai-chat.ts';
import { noFacts, type ResponseReader } from './reader.ts';

/** https://platform.openai.com/docs/api-reference/embeddings/object */
export const embeddingsReader: ResponseReader = {
  document: readDocument,
  events: () => noFacts,
};

function readDocument(value: unknown, closed: boolean): ResponseFacts {
  const raw = at(value, 'usage');
  const input = countAt(raw, 'prompt_tokens') ?? countAt(raw, 'total_tokens');
  const none = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0 };
  return {
    ...noFacts,
    model: textAt(value, 'model'),
    usageRaw: isObject(raw) ? JSON.stringify(raw) : '',
    usage: input === null ? null : { input, ...none, audioInput: 0, audioOutput: 0, image: 0 },
    reportedCost: isObject(raw) ? readReportedCost(raw) : null,
    toolCalls: 0,
    serverTools: {},
    complete: closed && isObject(value),
  };
}
