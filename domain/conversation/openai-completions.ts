import { at, countAt, listAt, textAt } from '../usage/json.ts';
import { type ConversationFormat, documentsOf } from './format.ts';
import { message, textPart } from './parts.ts';

/** Text that goes on, OpenAI's older API and llama.cpp's own. */
export const completionsConversation: ConversationFormat = {
  sent: (request) => {
    const prompt = at(request, 'prompt') ?? at(request, 'inputText');
    const prompts = Array.isArray(prompt) ? prompt : [prompt];
    return prompts.flatMap((one) => message('user', typeof one === 'string' ? textPart(one) : []));
  },
  tools: () => [],
  received: (body) => {
    const texts = new Map<number, string>();
    let finishReason = '';
    for (const value of documentsOf(body)) {
      for (const choice of [
        ...listAt(value, 'choices'),
        ...listAt(value, 'outputs'),
        ...listAt(value, 'results'),
        value,
      ]) {
        const index = countAt(choice, 'index') ?? 0;
        const text = ['text', 'content', 'generation', 'outputText'].map((key) => textAt(choice, key)).join('');
        texts.set(index, (texts.get(index) ?? '') + text);
        const reasons = ['finish_reason', 'stop_reason', 'completionReason', 'stop_type'];
        finishReason = reasons.map((key) => textAt(choice, key)).find((reason) => reason !== '') ?? finishReason;
      }
    }
    return { messages: [...texts.values()].flatMap((text) => message('assistant', textPart(text))), finishReason };
  },
};
