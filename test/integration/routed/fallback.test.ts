import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { until } from '../../harness/stack.ts';
import { type Script, startUpstream, type Upstream } from '../../harness/upstream.ts';
import { anthropicStream, geminiStream, openaiStream } from '../../harness/wire-stream.ts';

/** Who answers where the one that was asked does not. */

let first: Upstream;
let second: Upstream;
let proxy: TestProxy;

beforeAll(async () => {
  first = await startUpstream();
  second = await startUpstream();
  proxy = await startTestProxy({
    config: `providers:
  openai: { baseUrl: '${first.url}', timeouts: { firstByteMs: 1500, idleMs: 1500 } }
  anthropic: { baseUrl: '${first.url}', timeouts: { firstByteMs: 1500, idleMs: 1500 } }
  google: { baseUrl: '${first.url}', timeouts: { firstByteMs: 1500, idleMs: 1500 } }
  groq: { baseUrl: '${second.url}', keyFrom: GROQ_KEY }
targets: { allow: ['127.0.0.1:*'], allowPrivate: true }
fallbacks:
  - id: chat
    provider: openai
    feature: summary
    models: ['gpt-*']
    on: [429, { from: 500, to: 599 }, timeout]
    to: [{ provider: openai, model: gpt-4o-mini }, { provider: groq, model: llama-3.3-70b }]
`,
    env: { GROQ_KEY: 'gsk-of-the-proxy' },
  });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await first?.close();
  await second?.close();
});
beforeEach(() => {
  first.received.length = 0;
  second.received.length = 0;
  second.answer((_req, res) => res.writeHead(200, { 'content-type': 'application/json' }).end('{"from":"second"}'));
});

const json =
  (status: number, body: unknown): Script =>
  (_req, res) =>
    res
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
const list = (...entries: object[]) => JSON.stringify(entries);
const toSecond = (more: object = {}) => ({ 'target-url': second.url, ...more });
const post = (
  headers: Record<string, string>,
  path = '/openai/v1/chat/completions',
  body: unknown = { model: 'gpt-4o', messages: [] },
  onPart = () => {},
) =>
  call(`${proxy.url}${path}`, {
    onPart,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-first', ...headers },
    body: JSON.stringify(body),
  });
const recorded = (answer: Awaited<ReturnType<typeof call>>) => proxy.exchange(String(answer.headers['helicone-id']));

describe('Helicone-Fallbacks', () => {
  it('leads to the next target, with its own headers, body keys and model, and nobody else’s credentials', async () => {
    first.answer(json(503, {}));
    const entry = toSecond({
      headers: { 'X-Api-Key': 'second-s3cr3t' },
      bodyKeyOverride: { options: { b: 2 } },
      model: 'other',
    });
    const answer = await post({ 'helicone-fallbacks': list(entry), 'x-tenant': 't' }, undefined, {
      model: 'gpt-4o',
      options: { a: 1 },
    });
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'helicone-fallback-index': '0',
        'spendlens-attempts': '2',
        'helicone-provider': 'groq',
      },
    });
    expect(JSON.parse(String(second.received[0]?.body))).toEqual({ model: 'other', options: { a: 1, b: 2 } });
    expect(second.received[0]).toMatchObject({
      url: '/v1/chat/completions',
      headers: { 'x-api-key': 'second-s3cr3t', 'x-tenant': 't', host: `127.0.0.1:${second.port}` },
    });
    expect(second.received[0]?.headers.authorization).toBeUndefined();
    expect(JSON.stringify(second.received[0]?.rawHeaders)).not.toMatch(/helicone/i);
    expect(await recorded(answer)).toMatchObject({
      status: 200,
      errorKind: null,
      attempts: [
        { provider: 'openai', upstream: first.url, model: '', status: 503, errorKind: 'status' },
        { provider: 'groq', upstream: second.url, model: 'other', status: 200, errorKind: null },
      ],
    });
    expect(proxy.bytesOnDisk().includes('s3cr3t')).toBe(false);
  });

  it('that begins with the address of the path says how to call it', async () => {
    first.answer(json(401, {}));
    const answer = await post({
      'helicone-fallbacks': list(
        { 'target-url': first.url, onCodes: [401], headers: { authorization: 'Bearer other' } },
        toSecond(),
      ),
    });
    expect(answer.headers['helicone-fallback-index']).toBe('1');
    expect(first.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer other']);
  });

  it('is the whole chain on a path that names no provider', async () => {
    const answer = await post({ 'helicone-fallbacks': list(toSecond()) }, '/v1/chat/completions');
    expect(answer.headers['helicone-fallback-index']).toBe('0');
    expect(first.received).toHaveLength(0);
    // The first of them is the one that the request's own credentials are for.
    expect(second.received[0]?.headers.authorization).toBe('Bearer sk-first');
  });

  it.each([
    ['a code on its list', [429], 429, true],
    ['a code within a range', [{ from: 400, to: 499 }], 404, true],
    ['the end of a range', [{ from: 500, to: 503 }], 503, true],
    ['a code that is not on the list', [429], 500, false],
    ['a success', [{ from: 500, to: 599 }], 200, false],
  ])('by its onCodes: %s', async (_name, onCodes, status, leadsOn) => {
    first.answer(json(status, {}));
    const answer = await post({ 'helicone-fallbacks': list({ 'target-url': first.url, onCodes }, toSecond()) });
    expect(answer.status).toBe(leadsOn ? 200 : status);
    expect(second.received).toHaveLength(leadsOn ? 1 : 0);
  });

  it('is not asked with a body that it cannot change', async () => {
    first.answer(json(500, {}));
    const headers = {
      'helicone-fallbacks': list(toSecond({ model: 'other' }), toSecond()),
      'content-type': 'text/plain',
    };
    const answer = await call(`${proxy.url}/openai/v1/audio/transcriptions`, {
      method: 'POST',
      headers,
      body: 'no JSON',
    });
    expect(answer.headers['helicone-fallback-index']).toBe('1');
    expect(String(second.received[0]?.body)).toBe('no JSON');
    const own = await call(`${proxy.url}/v1/x`, { method: 'POST', headers, body: 'no JSON' });
    expect(own.status).toBe(400);
    expect(own.body.toString()).toContain('has to be JSON');
  });

  it('to the last one, whose answer is the app’s whatever it is', async () => {
    first.answer(json(500, {}));
    second.answer(json(529, { last: true }));
    const answer = await post({ 'helicone-fallbacks': list(toSecond()) });
    expect(answer.status).toBe(529);
    expect(answer.body.toString()).toBe('{"last":true}');
  });

  it.each([
    ['no JSON', 'nonsense', /Helicone-Fallbacks: expected JSON/],
    ['no list', '{}', /Helicone-Fallbacks: the list: /],
    ['an empty one', '[]', /Helicone-Fallbacks: the list: /],
    [
      'a strange code',
      list({ 'target-url': 'http://x', onCodes: ['sometimes'] }),
      /0\.onCodes\.0: a status such as 429/,
    ],
    ['a strange address', list({ 'target-url': 'https://llm.example.com' }), /0\.target-url: .*targets\.allow/],
  ])('with %s is a 400 that says where', async (_name, fallbacks, expected) => {
    const answer = await post({ 'helicone-fallbacks': fallbacks });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body.toString()).error.message).toMatch(expected);
    expect(first.received).toHaveLength(0);
  });
});

describe('falls over', () => {
  const context = {
    openai: {
      error: {
        message: 'This model’s maximum context length is 128000 tokens.',
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded',
      },
    },
    anthropic: {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 212345 tokens > 200000 maximum' },
    },
    google: {
      error: {
        code: 400,
        message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
        status: 'INVALID_ARGUMENT',
      },
    },
  };
  const policy = {
    openai: {
      error: {
        message: 'Your request was rejected as a result of our safety system.',
        type: 'invalid_request_error',
        param: null,
        code: 'content_policy_violation',
      },
    },
    azure: {
      error: {
        message: 'The response was filtered due to the prompt triggering Azure OpenAI’s content management policy.',
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
      },
    },
    anthropic: {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Output blocked by content filtering policy' },
    },
  };
  const blocked = {
    promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
    usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 },
    modelVersion: 'gemini-2.5-flash',
  };
  const gemini = '/google/v1beta/models/gemini-2.5-flash:generateContent';

  it.each([
    ['OpenAI: prompt too long', '/openai/v1/chat/completions', json(400, context.openai)],
    ['Anthropic: prompt too long', '/anthropic/v1/messages', json(400, context.anthropic)],
    ['Gemini: prompt too long', gemini, json(400, context.google)],
    ['OpenAI: content policy', '/openai/v1/chat/completions', json(400, policy.openai)],
    ['Azure: content policy', '/openai/v1/chat/completions', json(400, policy.azure)],
    ['Anthropic: content policy', '/anthropic/v1/messages', json(400, policy.anthropic)],
    ['Gemini: blocked with a 200', gemini, json(200, blocked)],
    [
      'a filtered answer with a 200',
      '/openai/v1/chat/completions',
      json(200, { choices: [{ message: { content: null }, finish_reason: 'content_filter' }] }),
    ],
    [
      'an encoded error',
      '/openai/v1/chat/completions',
      (_req, res) => res.writeHead(400, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(context.openai))),
    ],
    ['silence', '/openai/v1/chat/completions', () => {}],
    [
      'silence in the middle of a document',
      '/openai/v1/chat/completions',
      (_req, res) => {
        res.writeHead(200, { 'content-type': 'application/json' });
        res.write('{"half');
      },
    ],
    ['a reset', '/openai/v1/chat/completions', (req) => req.socket.resetAndDestroy()],
    [
      'a reset in the middle of a document',
      '/openai/v1/chat/completions',
      (req, res) => {
        res.writeHead(200, { 'content-type': 'application/json' });
        res.write('{"half');
        setTimeout(() => req.socket.resetAndDestroy(), 30);
      },
    ],
    ['a document that is none', '/openai/v1/chat/completions', json(200, '{"half')],
  ] as [string, string, Script][])('%s', async (_name, path, script) => {
    first.answer(script);
    const answer = await post({ 'helicone-fallbacks': list(toSecond()) }, path);
    expect(answer.body.toString()).toBe('{"from":"second"}');
    expect((await recorded(answer)).attempts).toHaveLength(2);
  });

  it('not for any other 400', async () => {
    first.answer(json(400, { error: { message: 'messages is required', code: 'missing_required_parameter' } }));
    expect((await post({ 'helicone-fallbacks': list(toSecond()) })).status).toBe(400);
    expect(second.received).toHaveLength(0);
  });

  it('what was billed for an answer that was passed over stays in the record', async () => {
    first.answer(json(200, blocked));
    const exchange = await recorded(await post({ 'helicone-fallbacks': list(toSecond()) }, gemini));
    expect(exchange.attempts[0]).toMatchObject({ status: 200, errorKind: 'rejected' });
    expect(Buffer.from(exchange.attempts[0]?.response.head ?? []).toString()).toContain('"promptTokenCount":7');
  });
});

describe.each([
  ['OpenAI', openaiStream],
  ['Anthropic', anthropicStream],
  ['Gemini', geminiStream],
])('a stream of %s’s', (name, wire) => {
  const body = name === 'Gemini' ? { contents: [] } : { model: 'm', stream: true };
  const whole = wire.opening + wire.content('Hello') + wire.content(' there') + wire.closing;
  const stream = (res: Parameters<Script>[1]) => res.writeHead(200, { 'content-type': 'text/event-stream' });
  const ask = (onPart = () => {}) => post({ 'helicone-fallbacks': list(toSecond()) }, wire.path, body, onPart);

  beforeEach(() => second.answer((_req, res) => stream(res).end(whole)));

  it.each([
    ['ends before its first content', (_req, res) => stream(res).end(wire.opening)],
    [
      'breaks before its first content',
      (req, res) => {
        stream(res).write(wire.opening);
        setTimeout(() => req.socket.resetAndDestroy(), 30);
      },
    ],
    [
      'falls silent before its first content',
      (_req, res) => {
        stream(res).write(wire.opening);
      },
    ],
    ['says nothing', (_req, res) => stream(res).end()],
    [
      'begins with an error',
      (_req, res) =>
        stream(res).end(
          'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
        ),
    ],
    ['begins with what cannot be read', (_req, res) => stream(res).end(`${wire.opening}data: {"choi\n\n`)],
  ] as [string, Script][])('that %s falls over, and the app sees none of it', async (_what, script) => {
    first.answer(script);
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe(whole);
    expect((await recorded(answer)).attempts).toHaveLength(2);
  });

  it('that went well is the first one’s, byte for byte, its content not held back', async () => {
    let seen = 0;
    first.answer(async (_req, res) => {
      stream(res).write(wire.opening);
      await sleep(40);
      res.write(wire.content('Hello'));
      // The headers and the first content are there before the next is said.
      await until(() => seen >= 2);
      res.write(wire.content(' there').slice(0, 20));
      await sleep(40);
      res.end(wire.content(' there').slice(20) + wire.closing);
    });
    const answer = await ask(() => seen++);
    expect(answer.body.toString()).toBe(whole);
    expect(second.received).toHaveLength(0);
    expect(first.received[0]?.headers['accept-encoding']).toBe('identity');
  });

  it.each([
    [
      'breaks',
      (req, res) => {
        stream(res).write(wire.opening + wire.content('Hello') + wire.content('torn').slice(0, -5));
        setTimeout(() => req.socket.resetAndDestroy(), 50);
      },
    ],
    [
      'falls silent',
      (_req, res) => {
        stream(res).write(wire.opening + wire.content('Hello'));
      },
    ],
  ] as [string, Script][])(
    'that %s after its first content ends with an error in its own format',
    async (_what, script) => {
      first.answer(script);
      const answer = await ask();
      const text = answer.body.toString();
      expect(answer).toMatchObject({ status: 200, complete: true });
      expect(text.startsWith(wire.opening + wire.content('Hello'))).toBe(true);
      expect(text).not.toContain('torn');
      const last = text.slice((wire.opening + wire.content('Hello')).length);
      expect(last).toMatch(
        name === 'Anthropic'
          ? /^event: error\ndata: \{"type":"error","error":\{"type":"api_error"/
          : /^data: \{"error":\{/,
      );
      expect(last).toContain('Spendlens: ');
      expect(second.received).toHaveLength(0);
      expect(await recorded(answer)).toMatchObject({
        status: 200,
        errorKind: 'broken',
        attempts: [{ status: 200, errorKind: 'broken' }],
      });
    },
  );
});

describe('the unified base URL', () => {
  const unified = (body: unknown, headers: Record<string, string> = {}) => post(headers, '/v1/chat/completions', body);

  it('passes a body without lists on, byte for byte', async () => {
    first.answer(json(200, {}));
    const body = '{ "model" : "gpt-4o",\n "messages":[] }';
    await call(`${proxy.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(first.received[0]?.body.toString()).toBe(body);
  });

  it('tries the models of a list in turn, which no provider gets to see', async () => {
    first.answer((req, res, { body }) =>
      (String(body).includes('gpt-4o-mini') ? json(200, { ok: 1 }) : json(429, {}))(
        req,
        res,
        first.received[0] ?? expect.fail(),
      ),
    );
    const answer = await unified({
      model: 'gpt-4o',
      models: ['gpt-4o-mini', 'gpt-4.1'],
      route: 'fallback',
      messages: [],
    });
    expect(answer.body.toString()).toBe('{"ok":1}');
    expect(first.received.map(({ body }) => JSON.parse(String(body)))).toEqual([
      { model: 'gpt-4o', messages: [] },
      { model: 'gpt-4o-mini', messages: [] },
    ]);
    expect((await recorded(answer)).attempts.map(({ model }) => model)).toEqual(['', 'gpt-4o-mini']);
  });

  it('takes a provider’s name before the model, with that provider’s own path and the proxy’s own key', async () => {
    first.answer(json(500, {}));
    const answer = await unified({ model: 'gpt-4o', models: ['groq/llama-3.3-70b'] });
    expect(answer.headers['helicone-provider']).toBe('groq');
    expect(second.received[0]).toMatchObject({
      url: '/openai/v1/chat/completions',
      headers: { authorization: 'Bearer gsk-of-the-proxy' },
    });
    expect(JSON.parse(String(second.received[0]?.body))).toEqual({ model: 'llama-3.3-70b' });
    expect(await recorded(answer)).toMatchObject({
      attempts: [{ path: '' }, { provider: 'groq', path: '/openai/v1/chat/completions' }],
    });
  });

  it.each([
    [
      'a provider without a key of its own',
      { model: 'gpt-4o', models: ['mistral/small'] },
      /providers\.mistral\.keyFrom/,
    ],
    [
      'a provider that speaks another format',
      { model: 'anthropic/claude-haiku-4-5' },
      /does not speak the format of this path/,
    ],
    ['another route', { model: 'x', models: ['y'], route: 'random' }, /route: expected "fallback"/],
    ['no list', { model: 'x', models: 'y' }, /models: expected a list of at most 10 names/],
  ])('refuses %s', async (_name, body, expected) => {
    const answer = await unified(body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body.toString()).error.message).toMatch(expected);
    expect(first.received).toHaveLength(0);
  });
});

describe('a chain in spendlens.yaml', () => {
  const asked = (model: string, feature = 'summary') =>
    post({ 'helicone-property-feature': feature }, undefined, { model });

  it('is followed for its provider, feature and models', async () => {
    first.answer(json(503, {}));
    const answer = await asked('gpt-4o');
    expect(answer.headers['spendlens-attempts']).toBe('3');
    expect(first.received.map(({ body }) => String(body))).toEqual(['{"model":"gpt-4o"}', '{"model":"gpt-4o-mini"}']);
    expect(second.received[0]).toMatchObject({
      url: '/openai/v1/chat/completions',
      headers: { authorization: 'Bearer gsk-of-the-proxy' },
    });
    expect((await recorded(answer)).attempts.map(({ provider, model }) => `${provider} ${model}`)).toEqual([
      'openai ',
      'openai gpt-4o-mini',
      'groq llama-3.3-70b',
    ]);
  });

  it.each([
    ['another model', 'o4-mini', 'summary', 'routed'],
    ['another feature', 'gpt-4o', 'chat', 'pass'],
  ])('is not for %s', async (_name, model, feature, lane) => {
    first.answer(json(503, {}));
    const answer = await asked(model, feature);
    expect(answer.status).toBe(503);
    expect(second.received).toHaveLength(0);
    expect((await recorded(answer)).lane).toBe(lane);
  });

  it.each([
    [
      'leads to a provider without a key',
      'to: [{ provider: mistral }]',
      /fallbacks\.c: set providers\.mistral\.keyFrom/,
    ],
    ['leads nowhere', 'to: [{ provider: nobody }]', /fallbacks\.c: no provider is called nobody/],
    [
      'names no such condition',
      'on: [sometimes], to: [{ provider: openai }]',
      /fallbacks\.0\.on\.0: found "sometimes", expected a status/,
    ],
  ])('that %s does not start', async (_name, rest, expected) => {
    await expect(startTestProxy({ config: `fallbacks: [{ id: c, provider: openai, ${rest} }]\n` })).rejects.toThrow(
      expected,
    );
  });
});
