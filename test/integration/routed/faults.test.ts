import Anthropic from '@anthropic-ai/sdk';
import { LLMock } from '@copilotkit/aimock';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeExchange } from '../../../domain/encode-exchange.ts';
import { createProcess } from '../../../ingest/process.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { type Script, startUpstream, type Upstream } from '../../harness/upstream.ts';
import { anthropicStream, geminiStream, openaiStream, type WireStream } from '../../harness/wire-stream.ts';

/**
 * What an app with an official SDK sees of each fault, what was called for it, and what that cost. The app asks for a
 * large model, may try twice again, and names a small model as its fallback. The faults are a scripted server's, and
 * aimock's own chaos; whatever is no fault is aimock's answer.
 */

const mock = new LLMock({ port: 0, logLevel: 'silent' });
let front: Upstream;
let proxy: TestProxy;
let fault: Fault = { name: '', script: null, headers: {} };
/** Calls to the large model since the fault was set. */
let turn = 0;

interface Fault {
  readonly name: string;
  /** Null = aimock answers, with its chaos where the headers say so. */
  readonly script: ((app: App, streamed: boolean, turn: number) => Script | null) | null;
  readonly headers: Record<string, string>;
}

interface App {
  readonly name: string;
  readonly large: string;
  readonly small: string;
  readonly wire: WireStream;
  readonly tooLong: object;
  readonly refused: object;
  /** What the SDK made of it: the words, or `words + error`. */
  run(headers: Record<string, string>, streamed: boolean): Promise<string>;
}

const usage = {
  ...{ prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  ...{ promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 },
  ...{ input_tokens: 100, output_tokens: 20 },
};

beforeAll(async () => {
  mock.onMessage(/.*/, { content: 'Hello there', usage });
  await mock.start();
  front = await startUpstream();
  front.answer((req, res, received) => {
    const asksLarge = `${received.url} ${received.body}`.match(/gpt-4o"|claude-sonnet-4-5|gemini-2\.5-pro/) !== null;
    const app = apps.find(({ name }) => (received.headers['x-app'] ?? '') === name);
    const script = asksLarge && app ? fault.script?.(app, isStreamed(received.url, received.body), turn++) : null;
    if (script) script(req, res, received);
    else void forward(received.method, received.url, received.headers, received.body, res);
  });
  const timeouts = 'timeouts: { firstByteMs: 1000, idleMs: 1000 }';
  proxy = await startTestProxy({
    config: `providers:
  openai: { baseUrl: '${front.url}', ${timeouts} }
  anthropic: { baseUrl: '${front.url}', ${timeouts} }
  google: { baseUrl: '${front.url}', ${timeouts} }
routed: { retryFloor: 10000 }
`,
  });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await front?.close();
  await mock.stop();
  process.stdout.write(`${table()}\n`);
});

const isStreamed = (url: string, body: Buffer) =>
  url.includes('streamGenerateContent') || /"stream":\s*true/.test(String(body));

async function forward(
  method: string,
  url: string,
  headers: NodeJS.Dict<string | string[]>,
  body: Buffer,
  res: Parameters<Script>[1],
): Promise<void> {
  const passed = Object.entries(headers).filter(
    ([name]) => !/^(host|connection|content-length|transfer-encoding)$/.test(name),
  );
  try {
    const answer = await fetch(mock.url + url, {
      method,
      headers: passed.map(([name, value]): [string, string] => [name, String(value)]),
      body: new Uint8Array(body),
    });
    const type = answer.headers.get('content-type') ?? 'text/plain';
    const after = answer.headers.get('retry-after');
    res.writeHead(answer.status, { 'content-type': type, ...(after === null ? {} : { 'retry-after': after }) });
    res.end(Buffer.from(await answer.arrayBuffer()));
  } catch {
    res.destroy();
  }
}

const collected = async (parts: AsyncIterable<string>): Promise<string> => {
  let text = '';
  try {
    for await (const part of parts) text += part;
    return text;
  } catch {
    return `${text} + error`;
  }
};
const texts = async function* <T>(stream: AsyncIterable<T>, textOf: (part: T) => string | null | undefined) {
  for await (const part of stream) yield textOf(part) ?? '';
};
const messages = [{ role: 'user' as const, content: 'hello' }];

const apps: App[] = [
  {
    name: 'OpenAI',
    large: 'gpt-4o',
    small: 'gpt-4o-mini',
    wire: openaiStream,
    tooLong: {
      error: {
        message: 'maximum context length is 128000 tokens',
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
      },
    },
    refused: {
      error: {
        message: 'rejected by our safety system',
        type: 'invalid_request_error',
        code: 'content_policy_violation',
      },
    },
    async run(headers, streamed) {
      const client = new OpenAI({
        baseURL: `${proxy.url}/openai/v1`,
        apiKey: 'sk-1',
        maxRetries: 0,
        defaultHeaders: headers,
      });
      if (!streamed) {
        const answer = await client.chat.completions.create({ model: 'gpt-4o', messages });
        return answer.choices[0]?.message.content ?? '';
      }
      const stream = await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true });
      return collected(texts(stream, (chunk) => chunk.choices[0]?.delta.content));
    },
  },
  {
    name: 'Anthropic',
    large: 'claude-sonnet-4-5',
    small: 'claude-haiku-4-5',
    wire: anthropicStream,
    tooLong: {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 212345 tokens > 200000 maximum' },
    },
    refused: {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Output blocked by content filtering policy' },
    },
    async run(headers, streamed) {
      const client = new Anthropic({
        baseURL: `${proxy.url}/anthropic`,
        apiKey: 'sk-1',
        maxRetries: 0,
        defaultHeaders: headers,
      });
      const asked = { model: 'claude-sonnet-4-5', max_tokens: 64, messages };
      if (!streamed) {
        const answer = await client.messages.create(asked);
        return answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      }
      const stream = await client.messages.create({ ...asked, stream: true });
      return collected(
        texts(stream, (event) =>
          event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '',
        ),
      );
    },
  },
  {
    name: 'Gemini',
    large: 'gemini-2.5-pro',
    small: 'gemini-2.5-flash',
    wire: geminiStream,
    tooLong: {
      error: {
        code: 400,
        message: 'The input token count (2) exceeds the maximum number of tokens allowed (1).',
        status: 'INVALID_ARGUMENT',
      },
    },
    refused: {
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 0, totalTokenCount: 0 },
      modelVersion: 'gemini-2.5-pro',
    },
    async run(headers, streamed) {
      const client = new GoogleGenAI({
        apiKey: 'g-1',
        httpOptions: { baseUrl: `${proxy.url}/google`, headers, apiVersion: 'v1beta' },
      });
      const asked = { model: 'gemini-2.5-pro', contents: 'hello' };
      if (!streamed) return (await client.models.generateContent(asked)).text ?? '';
      return collected(texts(await client.models.generateContentStream(asked), (chunk) => chunk.text));
    },
  },
];

const sse = (res: Parameters<Script>[1]) => res.writeHead(200, { 'content-type': 'text/event-stream' });
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Script =>
  (_req, res) =>
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const halfDocument = (res: Parameters<Script>[1]) =>
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' }).write('{"id":');
const chaos = (kind: string) => ({ [`x-aimock-chaos-${kind}`]: '1' });

/** Of a stream and of a document: what the app sees, and the calls as `status or how it failed`. */
type Expected = readonly [saw: string, ...calls: string[]];
const rows: readonly { readonly fault: Fault; readonly stream: Expected; readonly document: Expected }[] = [
  {
    fault: {
      name: '429 with Retry-After, once',
      headers: {},
      script: (_app, _streamed, n) => (n === 0 ? json(429, {}, { 'retry-after': '0.05' }) : null),
    },
    stream: ['answer', '429', '200'],
    document: ['answer', '429', '200'],
  },
  {
    fault: { name: '429 for an hour', headers: {}, script: () => json(429, {}, { 'retry-after': '3600' }) },
    stream: ['answer', '429', '200'],
    document: ['answer', '429', '200'],
  },
  {
    fault: { name: '500, once', headers: {}, script: (_app, _streamed, n) => (n === 0 ? json(500, {}) : null) },
    stream: ['answer', '500', '200'],
    document: ['answer', '500', '200'],
  },
  {
    fault: { name: '500, always', headers: {}, script: () => json(500, {}) },
    stream: ['answer', '500', '500', '500', '200'],
    document: ['answer', '500', '500', '500', '200'],
  },
  {
    fault: { name: 'reset before the answer', headers: {}, script: () => (req) => req.socket.resetAndDestroy() },
    stream: ['answer', 'upstream_reset', '200'],
    document: ['answer', 'upstream_reset', '200'],
  },
  {
    fault: {
      name: 'reset before the first content',
      headers: {},
      script:
        ({ wire }, streamed) =>
        (req, res) => {
          if (streamed) sse(res).write(wire.opening);
          else halfDocument(res);
          setTimeout(() => req.socket.resetAndDestroy(), 20);
        },
    },
    stream: ['answer', '200 upstream_reset', '200'],
    document: ['answer', '200 upstream_reset', '200'],
  },
  {
    fault: {
      name: 'reset in mid-answer',
      headers: {},
      script:
        ({ wire }, streamed) =>
        (req, res) => {
          if (streamed) sse(res).write(wire.opening + wire.content('Hel'));
          else halfDocument(res);
          setTimeout(() => req.socket.resetAndDestroy(), 20);
        },
    },
    stream: ['Hel + error', '200 broken'],
    document: ['answer', '200 upstream_reset', '200'],
  },
  {
    fault: {
      name: 'stall before the first content',
      headers: {},
      script:
        ({ wire }, streamed) =>
        (_req, res) => {
          if (streamed) sse(res).write(wire.opening);
          else halfDocument(res);
        },
    },
    stream: ['answer', '200 upstream_timeout', '200'],
    document: ['answer', '200 upstream_timeout', '200'],
  },
  {
    fault: {
      name: 'stall in mid-answer',
      headers: {},
      script:
        ({ wire }, streamed) =>
        (_req, res) => {
          if (streamed) sse(res).write(wire.opening + wire.content('Hel'));
          else halfDocument(res);
        },
    },
    stream: ['Hel + error', '200 broken'],
    document: ['answer', '200 upstream_timeout', '200'],
  },
  {
    fault: {
      name: 'malformed chunk at the start',
      headers: {},
      script:
        ({ wire }, streamed) =>
        (_req, res) => {
          if (streamed) sse(res).end(`${wire.opening}data: {"broken": <\n\n`);
          else res.writeHead(200, { 'content-type': 'application/json' }).end('{"broken": <');
        },
    },
    stream: ['answer', '200 rejected', '200'],
    document: ['answer', '200 rejected', '200'],
  },
  {
    fault: { name: 'hang', headers: {}, script: () => () => {} },
    stream: ['answer', 'upstream_timeout', '200'],
    document: ['answer', 'upstream_timeout', '200'],
  },
  {
    fault: { name: 'prompt too long', headers: {}, script: ({ tooLong }) => json(400, tooLong) },
    stream: ['answer', '400', '200'],
    document: ['answer', '400', '200'],
  },
  {
    fault: {
      name: 'content policy',
      headers: {},
      script: ({ name, refused }, streamed) => {
        if (name !== 'Gemini') return json(400, refused);
        return streamed ? (_req, res) => sse(res).end(`data: ${JSON.stringify(refused)}\n\n`) : json(200, refused);
      },
    },
    stream: ['answer', 'refusal', '200'],
    document: ['answer', 'refusal', '200'],
  },
  {
    fault: { name: 'aimock: drop', headers: chaos('drop'), script: null },
    stream: ['answer', '500', '500', '500', '200'],
    document: ['answer', '500', '500', '500', '200'],
  },
  {
    fault: { name: 'aimock: rate limit', headers: chaos('ratelimit'), script: null },
    stream: ['answer', '429', '200'],
    document: ['answer', '429', '200'],
  },
  {
    fault: { name: 'aimock: malformed', headers: chaos('malformed'), script: null },
    stream: ['answer', '200 rejected', '200'],
    document: ['answer', '200 rejected', '200'],
  },
  {
    fault: { name: 'aimock: disconnect', headers: chaos('disconnect'), script: null },
    stream: ['answer', 'upstream_reset', '200'],
    document: ['answer', 'upstream_reset', '200'],
  },
];

/** 100 input and 20 output tokens: n$ 100 × 150 + 20 × 600, 100 × 1,000 + 20 × 5,000, 100 × 300 + 20 × 2,500. */
const smallCost: Record<string, string> = { OpenAI: '0.000027000', Anthropic: '0.000200000', Gemini: '0.000080000' };
/** The same of the large one: 100 × 2,500 + 20 × 10,000, 100 × 3,000 + 20 × 15,000, 100 × 1,250 + 20 × 10,000. */
const largeCost: Record<string, string> = { OpenAI: '0.000450000', Anthropic: '0.000600000', Gemini: '0.000325000' };

const toRows = createProcess();
const seen: string[][] = [];

describe.each(rows)('$fault.name', (row) => {
  describe.each(apps)('$name', (app) => {
    it.each([
      ['streamed', true],
      ['not streamed', false],
    ])('%s', async (_how, streamed) => {
      fault = row.fault;
      turn = 0;
      const id = crypto.randomUUID();
      const calm = Object.fromEntries(Object.keys(row.fault.headers).map((name) => [name, '0']));
      const saw = await app.run(
        {
          'x-app': app.name,
          'helicone-request-id': id,
          'helicone-retry-enabled': 'true',
          'helicone-retry-num': '2',
          'helicone-retry-min-timeout': '1',
          'helicone-retry-max-timeout': '100',
          'helicone-fallbacks': JSON.stringify([{ model: app.small, headers: calm }]),
          ...row.fault.headers,
        },
        streamed,
      );
      const exchange = await proxy.exchange(id);
      const outcome = toRows({
        raw: { outboxId: 'box', seq: 1, encoded: encodeExchange(exchange) },
        room: { left: 1e7 },
      });
      if (outcome.kind === 'deadLetter') throw new Error(outcome.reason);
      const last = outcome.value.attempts.at(-1);
      const calls = exchange.attempts.map(({ status, errorKind }) =>
        [status, errorKind === 'status' ? null : errorKind].filter((part) => part !== null).join(' '),
      );
      seen.push([
        row.fault.name,
        app.name,
        streamed ? 'yes' : 'no',
        saw,
        calls.join(', '),
        `${last?.total_cost_usd ?? '—'} ${last?.total_cost_status}`,
      ]);
      const [expectedSaw, ...expectedCalls] = streamed ? row.stream : row.document;
      expect(saw).toBe(expectedSaw === 'answer' ? 'Hello there' : expectedSaw);
      expect(calls).toEqual(
        expectedCalls.map((call) => (call === 'refusal' ? (app.name === 'Gemini' ? '200 rejected' : '400') : call)),
      );
      if (saw !== 'Hello there') return;
      const answered = exchange.attempts.at(-1)?.model === app.small ? smallCost : largeCost;
      expect(outcome.value.attempts.at(-1)?.cost_usd).toBe(answered[app.name]);
    });
  });
});

function table(): string {
  const all = [['fault', 'SDK', 'stream', 'the app saw', 'calls', 'cost'], ...seen];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}
