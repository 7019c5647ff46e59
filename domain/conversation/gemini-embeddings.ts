import { at, listAt, textAt } from '../usage/json.ts';
import { type ConversationFormat, documentsOf } from './format.ts';
import { geminiConversation } from './gemini-generate.ts';
import { message, otherPart, textPart } from './parts.ts';

/** One content, a list of requests with one each, or Vertex's instances. */
export const geminiEmbeddingsConversation: ConversationFormat = {
  sent: (request) => [
    ...[request, ...listAt(request, 'requests')].flatMap((one) =>
      at(one, 'content') === undefined ? [] : geminiConversation.sent({ contents: [at(one, 'content')] }),
    ),
    ...listAt(request, 'instances').flatMap((one) => message('user', textPart(textAt(one, 'content')))),
  ],
  tools: () => [],
  received: (body) => {
    const vectors = documentsOf(body).flatMap((value) => [
      ...listAt(value, 'embeddings'),
      ...listAt(value, 'predictions'),
      ...(at(value, 'embedding') === undefined ? [] : [at(value, 'embedding')]),
    ]);
    const label = `${vectors.length} ${vectors.length === 1 ? 'vector' : 'vectors'}`;
    return { messages: message('assistant', vectors.length === 0 ? [] : [otherPart(label, {})]), finishReason: '' };
  },
};
