import type { ResponseFacts } from './facts.ts';
import { noTokens } from './free.ts';
import { at, countAt, isObject, listAt } from './json.ts';
import { noFacts, type ResponseReader } from './reader.ts';

/**
 * `embedContent` and `batchEmbedContents` (https://ai.google.dev/api/embeddings), whose usage is newer than they are;
 * Vertex counts the tokens of each text (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api).
 */
export const geminiEmbeddingsReader: ResponseReader = {
  document: readDocument,
  events: () => noFacts,
};

function readDocument(value: unknown, closed: boolean): ResponseFacts {
  const raw = at(value, 'usageMetadata');
  const counts = [
    ...listAt(value, 'predictions').map((text) => countAt(text, 'embeddings', 'statistics', 'token_count')),
    ...listAt(value, 'embeddings').map((text) => countAt(text, 'statistics', 'tokenCount')),
  ].filter((count) => count !== null);
  const told = countAt(raw, 'promptTokenCount') ?? countAt(raw, 'totalTokenCount');
  const input = told ?? (counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0));
  return {
    ...noFacts,
    usage: input === null ? null : { ...noTokens, input },
    usageRaw: isObject(raw) ? JSON.stringify(raw) : counts.length === 0 ? '' : JSON.stringify({ token_count: counts }),
    toolCalls: 0,
    serverTools: {},
    complete: closed && isObject(value),
  };
}
