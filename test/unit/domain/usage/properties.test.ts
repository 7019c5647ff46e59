import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessagesUsage } from '../../../../domain/usage/anthropic-messages.ts';
import { parseBody } from '../../../../domain/usage/body.ts';
import { readTornEnd, repairEnd } from '../../../../domain/usage/cut-json.ts';
import { type Usage, usage as usageSchema, wireFormat } from '../../../../domain/usage/facts.ts';
import { readGeminiUsage } from '../../../../domain/usage/gemini-generate.ts';
import { readChatUsage } from '../../../../domain/usage/openai-chat.ts';
import { readResponsesUsage } from '../../../../domain/usage/openai-responses.ts';
import { readRequest } from '../../../../domain/usage/read-request.ts';
import { readResponse } from '../../../../domain/usage/read-response.ts';
import { chunks, frames } from '../../../fixtures/wire/wire.ts';
import { bucketsOf } from './bodies.ts';

const formats = wireFormat.options;
const n = fc.nat(1_000_000);
const realFrames = [frames(['metadata', { usage: { inputTokens: 3 } }]).bytes, chunks({ generation: 'x' }).bytes];

/** Every bucket of a provider's own making: parts first, so that what it calls the whole is their sum. */
describe("buckets are whole, never negative, and add up to the provider's total", () => {
  const check = (usage: Usage | null, total: number) => {
    expect(usageSchema.safeParse(usage).success).toBe(true);
    expect(bucketsOf(usage)).toBe(total);
  };

  it('chat', () => {
    const parts = fc.record({
      text: n,
      cached: n,
      written: n,
      audioIn: n,
      said: n,
      thought: n,
      audioOut: n,
      image: n,
      beside: fc.boolean(),
    });
    fc.assert(
      fc.property(parts, ({ text, cached, written, audioIn, said, thought, audioOut, image, beside }) => {
        const prompt = text + cached + written + audioIn;
        const completion = said + audioOut + image + (beside ? 0 : thought);
        const total = text + cached + written + audioIn + said + audioOut + image + thought;
        const raw = {
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: total,
          prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written, audio_tokens: audioIn },
          completion_tokens_details: { reasoning_tokens: thought, audio_tokens: audioOut, image_tokens: image },
        };
        check(readChatUsage(raw), total);
      }),
    );
  });

  it('responses', () => {
    fc.assert(
      fc.property(n, n, n, n, n, (text, cached, written, said, thought) => {
        const total = text + cached + written + said + thought;
        const raw = {
          input_tokens: text + cached + written,
          input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
          output_tokens: said + thought,
          output_tokens_details: { reasoning_tokens: thought },
          total_tokens: total,
        };
        check(readResponsesUsage(raw), total);
      }),
    );
  });

  it('messages', () => {
    fc.assert(
      fc.property(n, n, n, n, n, n, (input, read, short, long, said, thought) => {
        const raw = {
          input_tokens: input,
          cache_read_input_tokens: read,
          cache_creation_input_tokens: short + long,
          cache_creation: { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: long },
          output_tokens: said + thought,
          output_tokens_details: { thinking_tokens: thought },
        };
        check(readMessagesUsage(raw), input + read + short + long + said + thought);
      }),
    );
  });

  it('Gemini', () => {
    const parts = fc.record({
      text: n,
      cachedText: n,
      audio: n,
      cachedAudio: n,
      tool: n,
      said: n,
      image: n,
      spoken: n,
      thought: n,
    });
    fc.assert(
      fc.property(parts, ({ text, cachedText, audio, cachedAudio, tool, said, image, spoken, thought }) => {
        const total = text + cachedText + audio + cachedAudio + tool + said + image + spoken + thought;
        const raw = {
          promptTokenCount: text + cachedText + audio + cachedAudio,
          cachedContentTokenCount: cachedText + cachedAudio,
          toolUsePromptTokenCount: tool,
          candidatesTokenCount: said + image + spoken,
          thoughtsTokenCount: thought,
          totalTokenCount: total,
          promptTokensDetails: [{ modality: 'AUDIO', tokenCount: audio + cachedAudio }],
          cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: cachedAudio }],
          candidatesTokensDetails: [
            { modality: 'IMAGE', tokenCount: image },
            { modality: 'AUDIO', tokenCount: spoken },
          ],
        };
        check(readGeminiUsage(raw), total);
      }),
    );
  });

  const anyCount = fc.option(fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant({})), { nil: undefined });
  const names = [
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'input_tokens',
    'output_tokens',
    'cached_tokens',
    'reasoning_tokens',
    'audio_tokens',
    'promptTokenCount',
    'candidatesTokenCount',
    'thoughtsTokenCount',
    'totalTokenCount',
    'cachedContentTokenCount',
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
    'ephemeral_1h_input_tokens',
  ];
  const details = fc.record(Object.fromEntries(names.map((name) => [name, anyCount])));

  it('whatever a provider says of itself, a bucket is a whole number or unknown', () => {
    const raw = fc.tuple(details, details).map(([outer, inner]) => ({
      ...outer,
      prompt_tokens_details: inner,
      completion_tokens_details: inner,
      input_tokens_details: inner,
      output_tokens_details: inner,
      cache_creation: inner,
    }));
    fc.assert(
      fc.property(raw, (value) => {
        for (const read of [readChatUsage, readResponsesUsage, readMessagesUsage, readGeminiUsage]) {
          expect(usageSchema.nullable().safeParse(read(value)).success).toBe(true);
        }
      }),
    );
  });
});

describe('garbage never throws', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\',
    'data: ',
    '\n\n',
    '\r',
    'event: x\n',
    '[DONE]',
    '"usage":{"prompt_tokens":3}',
    '"choices":[',
    '"type":"message_start"',
    '"response":{',
    '"usageMetadata":{"promptTokenCount":1}',
    'null',
    '1e9',
    'é',
    '\ud800',
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    fc.string(),
    fc.json(),
  );
  const tail = fc.option(text);
  const contentType = fc.constantFrom(null, 'application/json', 'text/event-stream', 'text/html');

  it('as a body', () => {
    fc.assert(
      fc.property(text, tail, contentType, fc.constantFrom(...formats), (head, end, type, format) => {
        const body = parseBody({ head, tail: end, contentType: type });
        const facts = readResponse(format, body);
        readRequest(format, head, body);
        expect(usageSchema.nullable().safeParse(facts.usage).success).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('as bytes that claim to be frames', () => {
    const bytes = fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...realFrames)), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(bytes, fc.option(fc.uint8Array({ maxLength: 300 })), (parts, end) => {
        const body = parseBody({
          head: '',
          tail: null,
          contentType: 'application/vnd.amazon.eventstream',
          bytes: { head: Buffer.concat(parts), tail: end },
        });
        for (const format of ['bedrock-invoke', 'bedrock-converse'] as const) {
          expect(usageSchema.nullable().safeParse(readResponse(format, body).usage).success).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('as JSON of any shape under the names that are looked for', () => {
    const names = [
      'usage',
      'choices',
      'model',
      'delta',
      'message',
      'tool_calls',
      'output',
      'response',
      'content',
      'usageMetadata',
      'candidates',
      'parts',
      'type',
      'cost',
      'promptTokensDetails',
      'meta',
      'billed_units',
      'metadata',
      'results',
      'tools',
      'tool_usage',
      'image_gen',
      'iterations',
      'usage_breakdown',
      'models',
      'timings',
      'groundingMetadata',
      'webSearchQueries',
      'done',
      'input_tokens',
      'inputTokens',
      'eval_count',
    ];
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, 1, -1, 0.5, 'x', true, 'message_start', 'response.completed', 'function_call'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), fc.constantFrom(...formats), (trees, format) => {
        readResponse(format, { kind: 'events', events: trees.map((value) => JSON.stringify(value)), torn: null });
        for (const value of trees) readResponse(format, { kind: 'json', value });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('JSON that was cut', () => {
  it('repaired at its end says nothing that the whole did not say', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, position) => {
        const text = JSON.stringify(value);
        const repaired = repairEnd(text.slice(0, position % (text.length + 1)));
        const parsed = JSON.parse(text);
        for (const [key, part] of Object.entries(repaired ?? {})) {
          if (typeof part !== 'object' || part === null) expect(part).toEqual(parsed[key]);
        }
      }),
    );
  });

  it('read from its end finds the last members of the outermost object', () => {
    const key = fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ':', ',', 'a', ' ') });
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(fc.jsonValue(), key), { minKeys: 1 }), fc.nat(), (value, position) => {
        const text = JSON.stringify(value);
        const [root] = readTornEnd(text.slice(position % text.length));
        // Not held against JSON.parse of the whole: V8 takes an escaped key for one with a backslash that it saw before.
        for (const [name, part] of Object.entries(root?.members ?? {})) {
          expect(part).toEqual(JSON.parse(JSON.stringify(value[name])));
        }
      }),
    );
  });
});
