import { searchUnitsOf } from './cohere-chat.ts';
import type { ResponseFacts } from './facts.ts';
import { noTokens } from './free.ts';
import { at, countAt, isObject, textAt } from './json.ts';
import { readReportedCost } from './openai-chat.ts';
import { noFacts, type ResponseReader } from './reader.ts';

/**
 * Cohere bills search units (https://docs.cohere.com/reference/rerank), Voyage and the compatible servers tokens
 * (https://docs.voyageai.com/reference/reranker-api).
 */
export const rerankReader: ResponseReader = {
  document: readDocument,
  events: () => noFacts,
};

function readDocument(value: unknown, closed: boolean): ResponseFacts {
  const raw = at(value, 'usage') ?? at(value, 'meta');
  const units = searchUnitsOf(raw);
  const input = countAt(raw, 'total_tokens') ?? countAt(raw, 'prompt_tokens') ?? countAt(raw, 'tokens', 'input_tokens');
  const byUnits = 'search_unit' in units;
  return {
    ...noFacts,
    model: textAt(value, 'model'),
    usage: byUnits ? noTokens : input === null ? null : { ...noTokens, input },
    usageRaw: isObject(raw) ? JSON.stringify(raw) : '',
    reportedCost: isObject(raw) ? readReportedCost(raw) : null,
    toolCalls: 0,
    serverTools: units,
    complete: closed && isObject(value),
  };
}
