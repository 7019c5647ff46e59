import { describe, expect, it } from 'vitest';
import { conversationOf } from '../../../../clickhouse/query/conversation.ts';
import type { Part } from '../../../../domain/conversation/conversation.ts';
import { readConversation } from '../../../../domain/conversation/read-conversation.ts';
import { corpus } from '../../../fixtures/wire/corpus.ts';
import { readWire } from '../../../fixtures/wire/read.ts';

/** What people read of an exchange: a line for each part, with its kind where it is no plain text. */
function linesOf(provider: string, name: string, path = '') {
  const exchange = corpus.find((one) => one.provider === provider && one.name === name && one.path.includes(path));
  if (exchange === undefined) throw new Error(`no exchange "${name}" of ${provider}`);
  const { format, request, response } = readWire(exchange);
  const read = readConversation(format, request, response);
  const lines = (messages: readonly { role: string; parts: readonly Part[] }[]) =>
    messages.flatMap(({ role, parts }) => parts.map((part) => `${role}: ${lineOf(part)}`));
  return { sent: lines(read?.sent ?? []), received: lines(read?.received ?? []), tools: read?.tools ?? [] };
}

function lineOf(part: Part): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'reasoning':
      return `(${part.text})`;
    case 'tool_call':
      return `${part.name} ${part.arguments}`;
    case 'tool_result':
      return `= ${part.text}`;
    case 'image':
    case 'other':
      return `[${part.label}]`;
  }
}

const MOONS = ['system: You answer in short sentences.', 'user: Which planet has the most moons?'];
const saturn = expect.stringMatching(/^assistant: The most moons belong to Saturn\. More/);
const welcome = expect.stringMatching(/^assistant: Good day, .* at this hour\?$/);
const thinking = expect.stringMatching(/^assistant: <thinking> The visitor/);

describe('an exchange as people read it', () => {
  it.each([
    ['bedrock', 'converse', ['system: You guide visitors.', 'user: Good day!'], [welcome]],
    ['bedrock', 'converse streamed', ['system: You guide visitors.', 'user: Good day!'], [welcome]],
    [
      'bedrock',
      'converse streamed: a call of a tool',
      ['system: You guide visitors politely.', 'user: When does the map room open?'],
      [thinking, 'assistant: opening_hours {"room":"map room"}'],
    ],
    ['bedrock', 'invoke: Claude', ['user: Which planet has the most moons?'], ['assistant: Saturn.']],
    ['bedrock', 'invoke streamed: Claude', ['user: Which planet has the most moons?'], ['assistant: Saturn.']],
    ['bedrock', 'invoke streamed: Nova', ['system: You guide visitors.', 'user: Good day!'], ['assistant: Good day!']],
    [
      'bedrock',
      'invoke streamed: Llama names the prompt in its first chunk alone',
      ['user: Hello'],
      ['assistant: Hi.'],
    ],
    [
      'bedrock',
      'invoke: Mistral tells its tokens in the headers alone',
      ['user: <s>[INST] Hello [/INST]'],
      ['assistant: Hi.'],
    ],
    ['bedrock', 'invoke: Titan', ['user: Hello'], ['assistant: Hi.']],
    ['bedrock', 'invoke streamed: Titan', ['user: Hello'], ['assistant: Hi.']],
    ['bedrock', 'invoke: Cohere, by the headers', ['user: Hello'], ['assistant: Hi.']],
    ['bedrock', 'invoke streamed: Cohere', ['user: Hello'], ['assistant: Hi.']],
    ['bedrock', 'invoke streamed: a model that answers in chat completions', ['user: Hello'], ['assistant: Hi.']],
    ['cohere', 'a plain answer: billed units are fewer than tokens', MOONS, [saturn]],
    ['cohere', 'streamed: usage in the last event', MOONS, [saturn]],
    ['cohere', 'streamed: a call of a tool', MOONS, ['assistant: (I will search.)', 'assistant: f {}']],
    ['cohere', 'version 1', ['user: Hello'], ['assistant: Hi.']],
    ['cohere', 'version 1 streamed, a document to a line', ['user: Hello'], ['assistant: Hi.']],
    [
      'ollama',
      'chat streamed, a document to a line',
      ['user: why do leaves turn red?'],
      ['assistant: Leaves turn red.'],
    ],
    ['ollama', 'generate', ['user: Why do leaves turn red?'], ['assistant: Leaves turn red.']],
    ['openai', 'an older completion streamed', ['user: Count from one up'], ['assistant: \n\nOne two three four five']],
    ['vllm', 'llama.cpp: its own completion streamed', ['user: Hello'], ['assistant: Hi']],
    ['google', 'embeddings without usage are counted', ['user: hello world'], ['assistant: [1 vector]']],
    [
      'vertex',
      'embeddings on Vertex: each text tells its own count',
      ['user: Hello', 'user: world'],
      ['assistant: [2 vectors]'],
    ],
  ])('%s, %s', (provider, name, sent, received) => {
    expect(linesOf(provider, name)).toMatchObject({ sent, received });
  });

  it('the result of a tool on Bedrock is the tool’s word', () => {
    const { sent, tools } = linesOf('bedrock', 'converse: the result of a tool');
    expect(sent.at(-1)).toBe('tool: = No room has this name.\n\nTry another one.');
    expect(tools).toEqual(['opening_hours']);
  });

  it('frames that were kept as base64 are read from the warehouse', () => {
    const exchange = corpus.find(({ name }) => name === 'converse streamed');
    if (exchange === undefined) throw new Error('no such exchange');
    const read = conversationOf(exchange, [
      {
        request_headers: 'content-type: application/json',
        request: JSON.stringify(exchange.request),
        response_headers: `content-type: ${exchange.response.contentType}`,
        response: Buffer.from(exchange.response.bytes).toString('base64'),
        flags: ['response_base64'],
      },
    ]);
    expect(read).toMatchObject({
      finishReason: 'end_turn',
      received: [{ role: 'assistant', parts: [{ type: 'text' }] }],
    });
  });
});
