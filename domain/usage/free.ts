import type { ResponseFacts, Usage } from './facts.ts';
import { textAt } from './json.ts';
import { noFacts, type ResponseReader } from './reader.ts';

export const noTokens: Usage = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  audioInput: 0,
  audioOutput: 0,
  image: 0,
};

/** What no provider bills: counting tokens, moderations. A known zero, whatever the answer says. */
export const freeReader: ResponseReader = {
  document: (value): ResponseFacts => ({
    ...noFacts,
    model: textAt(value, 'model'),
    usage: noTokens,
    toolCalls: 0,
    serverTools: {},
    complete: true,
  }),
  events: () => noFacts,
};
