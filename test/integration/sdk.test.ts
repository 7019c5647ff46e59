import Anthropic from '@anthropic-ai/sdk';
import { LLMock } from '@copilotkit/aimock';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stack, startStack } from '../harness/stack.ts';

/** The official SDKs, unmodified but for base URL and headers, through the proxy and without it. */

const mock = new LLMock({ port: 0, logLevel: 'silent' });
let stack: Stack;

beforeAll(async () => {
  const weather = { name: 'get_weather', arguments: '{"city":"Oslo"}' };
  mock.onMessage(/weather/, { toolCalls: [weather], usage: usageOf(100, 20) });
  mock.onMessage(/hello/, { content: 'Hello, how can I help?', usage: usageOf(100, 20) });
  await mock.start();
  stack = await startStack({
    config: `providers:
  openai: { baseUrl: '${mock.url}' }
  anthropic: { baseUrl: '${mock.url}' }
  google: { baseUrl: '${mock.url}' }
`,
  });
});

afterAll(async () => {
  await stack?.stop();
  await mock.stop();
});

/** The same counts under every provider's names. */
function usageOf(input: number, output: number) {
  const openaiChat = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  const gemini = { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output };
  return { ...openaiChat, ...gemini, input_tokens: input, output_tokens: output };
}

const openai = (baseURL: string, defaultHeaders: Record<string, string>) =>
  new OpenAI({ baseURL, apiKey: 'sk-secret', defaultHeaders, maxRetries: 0 });
const anthropic = (baseURL: string, defaultHeaders: Record<string, string>) =>
  new Anthropic({ baseURL, apiKey: 'sk-ant-secret', defaultHeaders, maxRetries: 0 });
const google = (baseUrl: string, headers: Record<string, string>) =>
  new GoogleGenAI({ apiKey: 'g-secret', httpOptions: { baseUrl, headers, apiVersion: 'v1beta' } });

const messages = [{ role: 'user' as const, content: 'hello' }];
const weather = [{ role: 'user' as const, content: 'weather in Oslo' }];
const parameters = { type: 'object' as const, properties: {} };
const chat = { model: 'gpt-4o-mini', messages };
const claude = { model: 'claude-haiku-4-5', max_tokens: 64, messages };
const gemini = { model: 'gemini-2.5-flash', contents: 'hello' };

const counts = { input_tokens: 100, output_tokens: 20, tool_calls: 0, streamed: false };
// 100 × 150 n$ + 20 × 600 n$
const mini = { ...counts, model: 'gpt-4o-mini', provider: 'openai', cost: '0.000027000' };
// 100 × 1,000 n$ + 20 × 5,000 n$
const haiku = { ...counts, model: 'claude-haiku-4-5', provider: 'anthropic', cost: '0.000200000' };
// 100 × 300 n$ + 20 × 2,500 n$
const flash = { ...counts, model: 'gemini-2.5-flash', provider: 'google', cost: '0.000080000' };

interface Call {
  name: string;
  /** Path of the base URL on the proxy, and the same on the provider. */
  base: string;
  direct: string;
  run(baseUrl: string, headers: Record<string, string>): Promise<unknown>;
  expected: typeof mini;
}

const calls: Call[] = [
  {
    name: 'openai chat',
    base: '/openai/v1',
    direct: '/v1',
    run: (url, headers) => openai(url, headers).chat.completions.create(chat),
    expected: mini,
  },
  {
    name: 'openai chat, streamed with usage',
    base: '/openai/v1',
    direct: '/v1',
    run: async (url, headers) => {
      const streamed = { ...chat, stream: true as const, stream_options: { include_usage: true } };
      return collect(await openai(url, headers).chat.completions.create(streamed));
    },
    expected: { ...mini, streamed: true },
  },
  {
    name: 'openai chat, tool call',
    base: '/openai/v1',
    direct: '/v1',
    run: (url, headers) =>
      openai(url, headers).chat.completions.create({
        model: 'gpt-4o-mini',
        messages: weather,
        tools: [{ type: 'function', function: { name: 'get_weather', parameters } }],
      }),
    expected: { ...mini, tool_calls: 1 },
  },
  {
    name: 'openai responses',
    base: '/openai/v1',
    direct: '/v1',
    run: (url, headers) => openai(url, headers).responses.create({ model: 'gpt-4o-mini', input: 'hello' }),
    expected: mini,
  },
  {
    name: 'openai responses, streamed',
    base: '/openai/v1',
    direct: '/v1',
    run: async (url, headers) =>
      collect(await openai(url, headers).responses.create({ model: 'gpt-4o-mini', input: 'hello', stream: true })),
    expected: { ...mini, streamed: true },
  },
  {
    name: 'openai by the unified base URL',
    base: '/v1',
    direct: '/v1',
    run: (url, headers) => openai(url, headers).chat.completions.create(chat),
    expected: mini,
  },
  {
    name: 'anthropic messages',
    base: '/anthropic',
    direct: '',
    run: (url, headers) => anthropic(url, headers).messages.create(claude),
    expected: haiku,
  },
  {
    name: 'anthropic messages, streamed',
    base: '/anthropic',
    direct: '',
    run: async (url, headers) => collect(await anthropic(url, headers).messages.create({ ...claude, stream: true })),
    expected: { ...haiku, streamed: true },
  },
  {
    name: 'anthropic messages, tool call',
    base: '/anthropic',
    direct: '',
    run: (url, headers) =>
      anthropic(url, headers).messages.create({
        ...claude,
        messages: weather,
        tools: [{ name: 'get_weather', input_schema: parameters }],
      }),
    expected: { ...haiku, tool_calls: 1 },
  },
  {
    name: 'anthropic with ANTHROPIC_BASE_URL set to the bare proxy',
    base: '',
    direct: '',
    run: (url, headers) => anthropic(url, headers).messages.create(claude),
    expected: haiku,
  },
  {
    name: 'google generate',
    base: '/google',
    direct: '',
    run: (url, headers) => google(url, headers).models.generateContent(gemini),
    expected: flash,
  },
  {
    name: 'google generate, streamed',
    base: '/google',
    direct: '',
    run: async (url, headers) => collect(await google(url, headers).models.generateContentStream(gemini)),
    expected: { ...flash, streamed: true },
  },
];

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const changing =
  /^(id|_request_id|created|created_at|completed_at|item_id|call_id|response_id|obfuscation|sdkHttpResponse|responseId|system_fingerprint)$/;

/** Ids and times differ from call to call whoever answers; everything else must not. */
function comparable(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer, (key, value) => (changing.test(key) ? undefined : value)));
}

interface Row {
  input_tokens: number;
  cost_usd: string;
}

describe('official SDKs through the proxy', () => {
  it.each(calls)(
    '$name: the answer is the same and the row is right',
    async ({ name, base, direct, run, expected }) => {
      const requestId = crypto.randomUUID();
      const headers = {
        'Helicone-Request-Id': requestId,
        'Helicone-User-Id': `user of ${name}`,
        'Helicone-Property-Feature': 'sdk-test',
        'Helicone-Prompt-Id': 'greeting',
        'Spendlens-Session-Id': 'session-1',
      };
      const through = await run(`${stack.endpoints().proxy}${base}`, headers);
      const without = await run(`${mock.url}${direct}`, {});
      expect(comparable(through)).toEqual(comparable(without));

      await stack.waitForCount(`SELECT count() AS n FROM requests WHERE request_id = '${requestId}'`, 1);
      const [row] = await stack.sql<Row>(
        `SELECT user_id, feature, prompt_id, session_id, provider, model, input_tokens, output_tokens, tool_calls,
         toString(cost_usd) AS cost_usd, cost_status, streamed, status
       FROM requests WHERE request_id = '${requestId}'`,
      );
      const { cost, ...columns } = expected;
      expect(row).toMatchObject({
        ...columns,
        user_id: `user of ${name}`,
        feature: 'sdk-test',
        prompt_id: 'greeting',
        session_id: 'session-1',
        cost_status: 'exact',
        status: 200,
      });
      expect(Number(row?.cost_usd).toFixed(9)).toBe(cost);
    },
  );

  it('openai embeddings: recorded with what the provider counted', async () => {
    const requestId = crypto.randomUUID();
    const client = openai(`${stack.endpoints().proxy}/openai/v1`, { 'Helicone-Request-Id': requestId });
    const asked = { model: 'text-embedding-3-small', input: 'hello', encoding_format: 'float' as const };
    const answer = await client.embeddings.create(asked);
    await stack.waitForCount(`SELECT count() AS n FROM requests WHERE request_id = '${requestId}'`, 1);
    const [row] = await stack.sql<Row>(
      `SELECT model, input_tokens, cost_status, cost_usd FROM requests WHERE request_id = '${requestId}'`,
    );
    expect(row).toMatchObject({
      model: 'text-embedding-3-small',
      input_tokens: answer.usage.prompt_tokens,
      cost_status: 'exact',
    });
    // $0.02 per million tokens = 20 n$ a token.
    expect(Number(row?.cost_usd)).toBeCloseTo(answer.usage.prompt_tokens * 20e-9, 12);
  });

  it('no credential of an SDK reaches the disk', async () => {
    const [row] = await stack.sql<{ n: string }>(
      `SELECT count() AS n FROM bodies
       WHERE position(concat(request_headers, response_headers, request, response), '-secret') > 0`,
    );
    expect(Number(row?.n)).toBe(0);
  });
});
