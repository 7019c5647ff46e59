import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { type Script, startUpstream, type Upstream } from '../../harness/upstream.ts';

/** Usage of streams is asked for, and an app that did not ask sees nothing of it. */

let upstream: Upstream;
let proxy: TestProxy;

beforeAll(async () => {
  upstream = await startUpstream();
  proxy = await startTestProxy({
    config: `providers:
  openai: { baseUrl: '${upstream.url}' }
  groq: { baseUrl: '${upstream.url}', streamUsage: true }
`,
  });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await upstream?.close();
});
beforeEach(() => {
  upstream.received.length = 0;
  upstream.answer(provider);
});

const chunk = (choices: unknown[], more: object, end = '\n\n') =>
  `data: ${JSON.stringify({ id: 'c-1', object: 'chat.completion.chunk', model: 'gpt-4o-mini', choices, ...more })}${end}`;
const words = ['He', 'said ,"usage":null,', ' and left'];
const delta = (content: string) => [{ index: 0, delta: { content }, finish_reason: null }];
const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };

/** As OpenAI streams, with and without the option: https://platform.openai.com/docs/api-reference/chat/create */
function streamFor(asked: boolean, end = '\n\n'): string {
  const more = asked ? { usage: null } : {};
  const content = words.map((word) => chunk(delta(word), more, end));
  const stop = chunk([{ index: 0, delta: {}, finish_reason: 'stop' }], more, end);
  return [...content, stop, asked ? chunk([], { usage }, end) : '', `data: [DONE]${end}`].join('');
}

const provider: Script = (_req, res, { body }) => {
  const asked = JSON.parse(String(body)).stream_options?.include_usage === true;
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  const text = streamFor(asked);
  // In pieces that respect no event.
  for (let at = 0; at < text.length; at += 37) res.write(text.slice(at, at + 37));
  res.end();
};

const ask = (headers: Record<string, string>, body: object, path = '/openai/v1/chat/completions') =>
  call(`${proxy.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const recorded = (answer: Awaited<ReturnType<typeof call>>) => proxy.exchange(String(answer.headers['helicone-id']));
const sent = () => JSON.parse(String(upstream.received[0]?.body));
const on = { 'helicone-stream-usage': 'true' };
const streamed = { model: 'gpt-4o-mini', stream: true, messages: [] };

describe('a stream that did not ask for its usage', () => {
  it.each([
    ['by the header', on, '/openai/v1/chat/completions'],
    ['by its provider’s setting', {}, '/groq/v1/chat/completions'],
  ])('is asked for it %s, byte for byte what the app would have got', async (_name, headers, path) => {
    const answer = await ask(headers, streamed, path);
    expect(sent()).toEqual({ ...streamed, stream_options: { include_usage: true } });
    expect(answer.body.toString()).toBe(streamFor(false));
    const exchange = await recorded(answer);
    expect(exchange.lane).toBe('routed');
    expect(Buffer.from(exchange.attempts[0]?.response.head ?? []).toString()).toContain('"prompt_tokens":12');
  });

  it('keeps the options that it has', async () => {
    await ask(on, { ...streamed, stream_options: { include_obfuscation: false } });
    expect(sent().stream_options).toEqual({ include_obfuscation: false, include_usage: true });
  });

  it('loses nothing where lines end in another way', async () => {
    upstream.answer((_req, res) =>
      res.writeHead(200, { 'content-type': 'text/event-stream' }).end(streamFor(true, '\r\n\r\n')),
    );
    expect((await ask(on, streamed)).body.toString()).toBe(streamFor(false, '\r\n\r\n'));
  });

  it('loses nothing where usage comes with words', async () => {
    const text = `${chunk(delta('all'), {}) + chunk([{ index: 0, delta: {}, finish_reason: 'stop' }], { usage })}data: [DONE]\n\n`;
    upstream.answer((_req, res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).end(text));
    expect((await ask(on, streamed)).body.toString()).toBe(text);
  });

  it.each([400, 422])(
    'is sent as it came to a server that takes no such option and says so with a %i',
    async (status) => {
      upstream.answer((_req, res, { body }) => {
        if (String(body).includes('stream_options'))
          res.writeHead(status).end('{"error":{"message":"Unrecognized request argument supplied: stream_options"}}');
        else res.writeHead(200, { 'content-type': 'text/event-stream' }).end(streamFor(false));
      });
      const answer = await ask(on, streamed);
      expect(answer.status).toBe(200);
      expect(answer.body.toString()).toBe(streamFor(false));
      expect(upstream.received.map(({ body }) => String(body))).toEqual([
        expect.stringContaining('stream_options'),
        JSON.stringify(streamed),
      ]);
    },
  );
});

it('an objection to an option of the app’s own is the app’s to hear', async () => {
  upstream.answer((_req, res) => res.writeHead(400).end('{"error":{"message":"unknown: stream_options"}}'));
  const headers = { ...on, 'helicone-retry-enabled': 'true' };
  const answer = await ask(headers, { ...streamed, stream_options: { include_usage: true } });
  expect(answer.status).toBe(400);
  expect(upstream.received).toHaveLength(1);
});

it('a stream that asked sees its usage', async () => {
  const body = { ...streamed, stream_options: { include_usage: true } };
  const answer = await ask(on, body);
  expect(String(upstream.received[0]?.body)).toBe(JSON.stringify(body));
  expect(answer.body.toString()).toBe(streamFor(true));
});

it.each([
  ['a call that does not stream', on, { model: 'm', messages: [] }, '/openai/v1/chat/completions', 'routed'],
  [
    'a format that tells its usage anyway',
    on,
    { model: 'm', stream: true, input: 'x' },
    '/openai/v1/responses',
    'pass',
  ],
  ['a stream that nobody asked about', {}, streamed, '/openai/v1/chat/completions', 'pass'],
])('%s goes as it came', async (_name, headers, body, path, lane) => {
  const answer = await ask(headers, body, path);
  expect(String(upstream.received[0]?.body)).toBe(JSON.stringify(body));
  expect(answer.headers['spendlens-ignored']).toBeUndefined();
  expect((await recorded(answer)).lane).toBe(lane);
});
