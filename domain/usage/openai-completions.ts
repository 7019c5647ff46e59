import { chatReader } from './openai-chat.ts';
import type { ResponseReader } from './reader.ts';

/**
 * OpenAI's older completions, which local servers still speak: text instead of messages, the same usage, no tools.
 * https://platform.openai.com/docs/api-reference/completions/object
 */
export const completionsReader: ResponseReader = {
  document: (value, closed, headers) => ({ ...chatReader.document(value, closed, headers), toolCalls: 0 }),
  events: (events, torn, headers) => ({ ...chatReader.events(events, torn, headers), toolCalls: 0 }),
};
