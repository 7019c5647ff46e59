import { describe, expect, it } from 'vitest';
import { type ParsedBody, parseBody } from '../../../../domain/usage/body.ts';
import type { Usage } from '../../../../domain/usage/facts.ts';
import { readResponse } from '../../../../domain/usage/read-response.ts';
import { cut, json, sse, sseText } from './bodies.ts';

const none = { cacheWrite5m: 0, cacheWrite1h: 0 };

interface Row {
  readonly name: string;
  readonly usage: object;
  readonly expected: Usage;
}

const rows: readonly Row[] = [
  {
    name: 'thoughts stand beside the candidates',
    usage: {
      promptTokenCount: 11,
      candidatesTokenCount: 73,
      totalTokenCount: 1023,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 11 }],
      thoughtsTokenCount: 939,
    },
    /* 11 + 73 + 939 = 1023 */
    expected: { ...none, input: 11, cacheRead: 0, output: 73, reasoning: 939, audioInput: 0, audioOutput: 0, image: 0 },
  },
  {
    name: 'cached content is part of the prompt',
    usage: {
      promptTokenCount: 5000,
      cachedContentTokenCount: 4096,
      candidatesTokenCount: 20,
      totalTokenCount: 5020,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 5000 }],
      cacheTokensDetails: [{ modality: 'TEXT', tokenCount: 4096 }],
    },
    /* 5000 − 4096 = 904 */
    expected: {
      ...none,
      input: 904,
      cacheRead: 4096,
      output: 20,
      reasoning: 0,
      audioInput: 0,
      audioOutput: 0,
      image: 0,
    },
  },
  {
    name: 'what tools put into the prompt is input',
    usage: {
      promptTokenCount: 100,
      toolUsePromptTokenCount: 250,
      candidatesTokenCount: 30,
      thoughtsTokenCount: 5,
      totalTokenCount: 385,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 100 }],
      toolUsePromptTokensDetails: [{ modality: 'TEXT', tokenCount: 250 }],
    },
    /* 100 + 250 = 350 */
    expected: { ...none, input: 350, cacheRead: 0, output: 30, reasoning: 5, audioInput: 0, audioOutput: 0, image: 0 },
  },
  {
    name: 'audio that was sent, a part of it cached; an image and text that came back',
    usage: {
      promptTokenCount: 600,
      cachedContentTokenCount: 100,
      candidatesTokenCount: 1300,
      totalTokenCount: 1900,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 100 },
        { modality: 'AUDIO', tokenCount: 500 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 100 }],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }],
    },
    /* audio 500 − 100 cached = 400; input 600 − 100 − 400 = 100; output 1300 − 1290 = 10 */
    expected: {
      ...none,
      input: 100,
      cacheRead: 100,
      output: 10,
      reasoning: 0,
      audioInput: 400,
      audioOutput: 0,
      image: 1290,
    },
  },
  {
    name: 'images that were sent are input',
    usage: {
      promptTokenCount: 268,
      candidatesTokenCount: 9,
      totalTokenCount: 277,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 10 },
        { modality: 'IMAGE', tokenCount: 258 },
      ],
    },
    expected: { ...none, input: 268, cacheRead: 0, output: 9, reasoning: 0, audioInput: 0, audioOutput: 0, image: 0 },
  },
  {
    name: 'no details by modality at all',
    usage: { promptTokenCount: 4, candidatesTokenCount: 2, totalTokenCount: 6 },
    expected: {
      ...none,
      input: 4,
      cacheRead: 0,
      output: 2,
      reasoning: 0,
      audioInput: null,
      audioOutput: null,
      image: null,
    },
  },
  {
    name: 'candidates that only the total shows',
    usage: { promptTokenCount: 4, thoughtsTokenCount: 3, totalTokenCount: 12 },
    /* 12 − 4 − 3 = 5 */
    expected: {
      ...none,
      input: 4,
      cacheRead: 0,
      output: 5,
      reasoning: 3,
      audioInput: null,
      audioOutput: null,
      image: null,
    },
  },
];

const chunk = (parts: readonly unknown[], finishReason?: string, usageMetadata?: unknown) => ({
  candidates: [{ content: { parts, role: 'model' }, ...(finishReason ? { finishReason } : {}), index: 0 }],
  ...(usageMetadata ? { usageMetadata } : {}),
  modelVersion: 'gemini-2.5-flash',
  responseId: 'r1',
});
const early = { promptTokenCount: 4, totalTokenCount: 4 };

/** AI Studio's own form of a stream without `alt=sse`: one array that grows. */
const array = (...chunks: readonly unknown[]): ParsedBody =>
  parseBody({
    head: `[${chunks.map((c) => JSON.stringify(c, null, 2)).join('\n,\r\n')}\n]`,
    tail: null,
    contentType: 'application/json',
  });

describe('usage of generateContent', () => {
  it.each(rows)('$name', ({ usage, expected }) => {
    const facts = readResponse('gemini-generate', json(chunk([{ text: 'Hi' }], 'STOP', usage)));
    expect(facts).toMatchObject({
      model: 'gemini-2.5-flash',
      usage: expected,
      toolCalls: 0,
      serverTools: {},
      complete: true,
    });
    expect(JSON.parse(facts.usageRaw)).toEqual(usage);
  });

  it.each(rows)('as events: $name', ({ usage, expected }) => {
    const body = sse(chunk([{ text: 'H' }], undefined, early), chunk([{ text: 'i' }], 'STOP', usage));
    expect(readResponse('gemini-generate', body)).toMatchObject({
      model: 'gemini-2.5-flash',
      usage: expected,
      complete: true,
    });
  });

  it.each(rows)('as one array: $name', ({ usage, expected }) => {
    const body = array(chunk([{ text: 'H' }], undefined, early), chunk([{ text: 'i' }], 'STOP', usage));
    expect(readResponse('gemini-generate', body)).toMatchObject({
      model: 'gemini-2.5-flash',
      usage: expected,
      complete: true,
    });
  });
});

const usage = { promptTokenCount: 10, candidatesTokenCount: 7, totalTokenCount: 17 };

describe('streams that broke off', () => {
  it('events: the last count that came, and not complete', () => {
    const body = sse(
      chunk([{ text: 'a' }], undefined, early),
      chunk([{ text: 'b' }], undefined, { ...usage, candidatesTokenCount: 3 }),
    );
    expect(readResponse('gemini-generate', body)).toMatchObject({ usage: { input: 10, output: 3 }, complete: false });
  });

  it('an array without its end: the last count that came whole', () => {
    const text = `[${JSON.stringify(chunk([{ text: 'a' }], undefined, usage))},\n${JSON.stringify(chunk([{ text: 'b' }], 'STOP', usage)).slice(0, 30)}`;
    const body = parseBody({ head: text, tail: null, contentType: 'application/json' });
    expect(readResponse('gemini-generate', body)).toMatchObject({ usage: { input: 10, output: 7 }, complete: false });
  });
});

describe('a body whose middle was cut out', () => {
  const image = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo'.repeat(2000) } };
  const first = chunk([{ text: 'a' }], undefined, early);
  const large = chunk([image], 'STOP', usage);
  const expected = { model: 'gemini-2.5-flash', usage: { input: 10, output: 7 }, complete: true };

  it('one document', () => {
    expect(readResponse('gemini-generate', cut(JSON.stringify(large), 200, 300))).toMatchObject(expected);
  });

  it('events, the cut going through the last one', () => {
    const text = sseText(first, chunk([{ text: 'b' }], undefined, early), large);
    expect(readResponse('gemini-generate', cut(text, 600, 250, 'text/event-stream'))).toMatchObject(expected);
  });

  it('events, the cut going through an earlier one', () => {
    const text = sseText(first, chunk([image], undefined, early), chunk([{ text: 'z' }], 'STOP', usage));
    expect(readResponse('gemini-generate', cut(text, 300, 400, 'text/event-stream'))).toMatchObject(expected);
  });

  it('an array', () => {
    const text = JSON.stringify([first, chunk([image], undefined, early), chunk([{ text: 'z' }], 'STOP', usage)]);
    expect(readResponse('gemini-generate', cut(text, 300, 400))).toMatchObject({ ...expected, toolCalls: null });
  });

  it('an array, the cut going through its last element', () => {
    const facts = readResponse('gemini-generate', cut(JSON.stringify([first, large]), 300, 200));
    expect(facts).toMatchObject({ model: 'gemini-2.5-flash', usage: { input: 10, output: 7 } });
  });
});

describe('what else it tells', () => {
  it('calls of functions and searches of its own', () => {
    const body = {
      ...chunk([{ functionCall: { name: 'f', args: {} } }, { functionCall: { name: 'g', args: {} } }], 'STOP', usage),
      candidates: [
        {
          content: {
            parts: [{ functionCall: { name: 'f', args: {} } }, { functionCall: { name: 'g', args: {} } }],
            role: 'model',
          },
          finishReason: 'STOP',
          groundingMetadata: { webSearchQueries: ['a', 'b'] },
        },
      ],
    };
    expect(readResponse('gemini-generate', json(body))).toMatchObject({
      toolCalls: 2,
      serverTools: { grounded_prompt: 1 } /* up to 2.5 by the prompt, not by the query */,
    });
  });

  it.each([
    ['ON_DEMAND', ''],
    ['TRAFFIC_TYPE_UNSPECIFIED', ''],
    ['ON_DEMAND_FLEX', 'flex'],
    ['PROVISIONED_THROUGHPUT', 'provisioned_throughput'],
  ])('traffic %s is tier %j', (trafficType, tier) => {
    expect(readResponse('gemini-generate', json(chunk([], 'STOP', { ...usage, trafficType }))).serviceTier).toBe(tier);
  });

  it('a prompt that was blocked is an answer with a price', () => {
    const body = json({
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 8, totalTokenCount: 8 },
      modelVersion: 'gemini-2.5-flash',
    });
    expect(readResponse('gemini-generate', body)).toMatchObject({ usage: { input: 8, output: 0 }, complete: true });
  });

  it('an error is none', () => {
    const body = json({ error: { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED' } });
    expect(readResponse('gemini-generate', body)).toMatchObject({ usage: null, complete: false });
  });
});
