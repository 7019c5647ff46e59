import { readCohereUsage } from './cohere-chat.ts';
import type { ResponseFacts } from './facts.ts';
import { at, isObject } from './json.ts';
import { noFacts, type ResponseReader } from './reader.ts';

/** https://docs.cohere.com/reference/embed: `meta.billed_units` counts the tokens of texts and of images apart. */
export const cohereEmbedReader: ResponseReader = {
  document: readDocument,
  events: () => noFacts,
};

function readDocument(value: unknown, closed: boolean): ResponseFacts {
  const raw = at(value, 'meta');
  const usage = isObject(raw) ? readCohereUsage(raw) : null;
  return {
    ...noFacts,
    usage: usage === null ? null : { ...usage, output: 0, reasoning: 0 },
    usageRaw: isObject(raw) ? JSON.stringify(raw) : '',
    toolCalls: 0,
    serverTools: {},
    complete: closed && isObject(value),
  };
}
