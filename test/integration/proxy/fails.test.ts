import { type IncomingMessage, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { until } from '../../harness/stack.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** What breaks, breaks on both sides alike, and is recorded as what it was. */

let upstream: Upstream;
let proxy: TestProxy;

beforeAll(async () => {
  upstream = await startUpstream();
  const down = ['openai', 'anthropic', 'google', 'bedrock', 'cohere', 'ollama'].map(
    (style) => `  down-${style}: { baseUrl: 'http://127.0.0.1:1', style: ${style}, title: 'The ${style} one' }\n`,
  );
  proxy = await startTestProxy({ config: `providers:\n  openai: { baseUrl: '${upstream.url}' }\n${down.join('')}` });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await upstream?.close();
});
beforeEach(() => {
  upstream.received.length = 0;
  upstream.answer((_req, res) => res.end('{}'));
});

const url = (path: string) => `${proxy.url}${path}`;

/** How a raw connection saw the answer end. */
function rawCall(path: string): Promise<{ text: string; end: 'fin' | 'reset' }> {
  return new Promise((resolve) => {
    let text = '';
    let end: 'fin' | 'reset' = 'fin';
    const socket = connect(proxy.port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`));
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') end = 'reset';
    });
    socket.on('close', () => resolve({ text, end }));
  });
}

/** Sends a request and goes away once `when` says so. */
async function leave(path: string, when: (req: ReturnType<typeof request>) => Promise<void>): Promise<void> {
  const req = request(url(path), { method: 'POST' });
  req.on('error', () => {});
  await when(req);
  req.destroy();
}

describe('a provider that is down', () => {
  it.each([
    [
      'openai',
      { error: { message: expect.any(String), type: 'api_error', param: null, code: 'upstream_unreachable' } },
    ],
    ['anthropic', { type: 'error', error: { type: 'api_error', message: expect.any(String) } }],
    ['google', { error: { code: 502, message: expect.any(String), status: 'UNAVAILABLE' } }],
    ['bedrock', { message: expect.any(String) }],
    ['cohere', { message: expect.any(String) }],
    ['ollama', { error: expect.any(String) }],
  ])('is a 502 in the words of %s that names Spendlens', async (style, shape) => {
    const answer = await call(url(`/down-${style}/v1/x`), { method: 'POST', body: '{}' });
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body.toString())).toEqual(shape);
    expect(answer.body.toString()).toContain(`Spendlens: The ${style} one at http://127.0.0.1:1 could not be reached`);
    expect(answer.headers).toMatchObject({
      'content-type': expect.stringContaining('application/json'),
      'helicone-status': 'failed',
    });
    const exchange = await proxy.exchange(String(answer.headers['helicone-id']));
    expect(exchange).toMatchObject({
      status: 502,
      errorKind: 'upstream_unreachable',
      attempts: [{ status: null, errorKind: 'upstream_unreachable' }],
    });
  });
});

describe('a provider that breaks off', () => {
  it('before its answer is a 502', async () => {
    upstream.answerAtOnce((req) => req.socket.resetAndDestroy());
    const answer = await call(url('/openai/v1/x'), { method: 'POST', body: '{}' });
    expect(answer.status).toBe(502);
    expect(await proxy.exchange(String(answer.headers['helicone-id']))).toMatchObject({ errorKind: 'upstream_reset' });
  });

  it.each([
    ['with a reset', (socket: Socket) => socket.resetAndDestroy()],
    ['with an early end', (socket: Socket) => socket.destroy()],
  ])('in a stream %s reaches the app as a reset', async (_name, breakOff) => {
    upstream.answer((req, res) => {
      res.write('data: one\n\n');
      setTimeout(breakOff, 50, req.socket);
    });
    const { text, end } = await rawCall('/openai/v1/x');
    expect(text).toContain('data: one');
    expect(text.endsWith('0\r\n\r\n')).toBe(false);
    expect(end).toBe('reset');
    const id = /Helicone-Id: (\S+)/.exec(text)?.[1] ?? '';
    expect(await proxy.exchange(id)).toMatchObject({ status: 200, errorKind: 'upstream_reset' });
  });

  it('in the middle of a body of known length does, too', async () => {
    upstream.answer((req, res) => {
      res.writeHead(200, { 'content-length': '100' });
      res.write('half');
      setTimeout(() => req.socket.destroy(), 50);
    });
    expect((await call(url('/openai/v1/x'))).complete).toBe(false);
  });

  it('and answers what is no HTTP is a 502', async () => {
    const server = createServer((socket) => socket.on('data', () => socket.end('hello\r\n\r\n')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const strange = await startTestProxy({ config: `providers: { odd: { baseUrl: 'http://127.0.0.1:${port}' } }` });
    const answer = await call(`${strange.url}/odd/v1/x`);
    expect(answer.status).toBe(502);
    await strange.stop();
    strange.remove();
    server.close();
  });
});

describe('an app that goes away', () => {
  it.each([
    [
      'before the answer',
      async (req: ReturnType<typeof request>) => {
        req.end('{}');
        await until(() => upstream.received.length > 0);
      },
      null,
    ],
    [
      'in the middle of a stream',
      async (req: ReturnType<typeof request>) => {
        req.end('{}');
        const res = await new Promise<IncomingMessage>((resolve) => req.on('response', resolve));
        await new Promise((resolve) => res.once('data', resolve));
      },
      200,
    ],
    [
      'in the middle of its upload',
      async (req: ReturnType<typeof request>) => {
        req.write(Buffer.alloc(100_000));
        await until(() => upstream.received.length > 0);
      },
      null,
    ],
  ])('%s takes the upstream request with it, and stands there as that', async (_name, when, status) => {
    upstream.answerAtOnce((_req, res) => {
      if (status === null) return;
      res.write('data: one\n\n');
      const more = setInterval(() => res.write('data: more\n\n'), 20);
      res.on('close', () => clearInterval(more));
    });
    const before = (await proxy.exchanges(0)).length;
    await leave('/openai/v1/x', when);
    expect(await until(() => upstream.received[0]?.aborted === true)).toBe(true);
    const exchange = (await proxy.exchanges(before + 1)).at(-1);
    expect(exchange).toMatchObject({
      status,
      errorKind: 'client_disconnect',
      attempts: [{ status, errorKind: 'client_disconnect' }],
    });
  });
});

describe('what cannot be passed on', () => {
  it('is a 404 for a path without provider, which says what was expected', async () => {
    const answer = await call(url('/nonsense/v1/chat'));
    expect(answer.status).toBe(404);
    const { error } = JSON.parse(answer.body.toString());
    expect(error.message).toMatch(/no provider is called "nonsense": the path must begin with a provider \(\/openai, /);
    expect(answer.headers['helicone-id']).toBeDefined();
  });

  it.each([
    '/azure/evil.example%2f/openai',
    '/azure/a.b/x',
    '/bedrock/us-east-1@evil/x',
    '/bedrock',
    '/vertex//x',
    '/azure/-a/x',
  ])('is a 404 for %s, whose placeholder is no host label', async (path) => {
    const answer = await call(url(path));
    expect(answer.status).toBe(404);
    expect(answer.body.toString()).toMatch(/as one host label/);
  });

  it('is a 431 for 1,500 headers, and 1,000 go through', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => [`x-${i}`, String(i)]).flat();
    const answer = await call(url('/openai/v1/x'), { headers: ['Host', 'x', ...many(1_500)] });
    expect(answer.status).toBe(431);
    expect(answer.body.toString()).toMatch(/150\d headers, of which at most 1000/);
    expect(answer.headers['helicone-id']).toBeDefined();
    const fewer = await call(url('/openai/v1/x'), { headers: ['Host', 'x', ...many(990)] });
    expect(fewer.status).toBe(200);
    expect(Object.keys(upstream.received[0]?.headers ?? {}).filter((name) => name.startsWith('x-'))).toHaveLength(990);
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', /^HTTP\/1\.1 400 .*Helicone-Id: .*Spendlens: no HTTP request/s],
    ['a megabyte of headers', `GET / HTTP/1.1\r\nx: ${'y'.repeat(1_000_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'a proxy request for elsewhere',
      'GET http://evil.example/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      /^HTTP\/1\.1 404 /,
    ],
  ])('is refused: %s', async (_name, text, expected) => {
    const answer = await new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(proxy.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => {
        got += chunk.toString();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(got));
    });
    expect(answer).toMatch(expected);
  });
});

it('a quiet stream is not cut, and the proxy is none the worse for what failed before', async () => {
  upstream.answer(async (_req, res) => {
    res.write('data: one\n\n');
    await sleep(6_000);
    res.end('data: two\n\n');
  });
  expect((await call(url('/openai/v1/x'))).body.toString()).toBe('data: one\n\ndata: two\n\n');
  expect(proxy.child.exitCode).toBeNull();
});
