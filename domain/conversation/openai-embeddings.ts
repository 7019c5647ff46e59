import { at, listAt } from '../usage/json.ts';
import { type ConversationFormat, documentsOf } from './format.ts';
import { message, otherPart, textPart } from './parts.ts';

export const embeddingsConversation: ConversationFormat = {
  sent: (request) => {
    const input = at(request, 'input');
    const inputs = Array.isArray(input) ? input : [input];
    // A list of numbers is one text given as tokens.
    if (typeof inputs[0] === 'number') return message('user', [otherPart('tokens', inputs)]);
    return inputs.flatMap((item) =>
      message('user', typeof item === 'string' ? textPart(item) : item === undefined ? [] : [otherPart('input', item)]),
    );
  },
  tools: () => [],
  received: (body) => {
    const vectors = documentsOf(body).flatMap((value) => listAt(value, 'data'));
    const label = `${vectors.length} ${vectors.length === 1 ? 'vector' : 'vectors'}`;
    const dimensions = listAt(vectors[0], 'embedding').length;
    const parts = vectors.length === 0 ? [] : [otherPart(label, dimensions === 0 ? {} : { dimensions })];
    return { messages: message('assistant', parts), finishReason: '' };
  },
};
