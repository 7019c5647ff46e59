import { createHash, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { until } from '../../harness/stack.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** What goes through the pass-through lane comes out of it as it went in, and stands in the outbox. */

let upstream: Upstream;
let proxy: TestProxy;

beforeAll(async () => {
  upstream = await startUpstream();
  proxy = await startTestProxy({
    config: `providers:\n  openai: { baseUrl: '${upstream.url}' }\n  anthropic: { baseUrl: '${upstream.url}/prefix' }\n  down: { baseUrl: 'http://127.0.0.1:1', style: anthropic }\n`,
  });
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
const json = { 'content-type': 'application/json' };
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Headers of the answer that are neither ours nor about the connection, as pairs. */
function endToEnd(raw: readonly string[]): string[] {
  const pairs: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    if (/^(helicone-|spendlens-|connection$|keep-alive$|transfer-encoding$|date$)/i.test(raw[i] ?? '')) continue;
    pairs.push(`${raw[i]}: ${raw[i + 1]}`);
  }
  return pairs;
}

describe('an answer', () => {
  it('keeps its status line, its headers in order, case and number, and its body', async () => {
    upstream.answer((_req, res) => {
      res.writeHead(418, 'Short and stout', [
        ...['Content-Type', 'application/json', 'Set-Cookie', 'a=1', 'X-Request-ID', 'req_1', 'Set-Cookie', 'b=2'],
        ...['X-Twice', 'one', 'X-Twice', 'two', 'openai-processing-ms', '12', 'Age', '1', 'Age', '2'],
      ]);
      res.end('{"a":1}');
    });
    const answer = await call(url('/openai/v1/models?limit=2'));
    expect(answer).toMatchObject({ status: 418, statusText: 'Short and stout', complete: true });
    expect(answer.body.toString()).toBe('{"a":1}');
    expect(endToEnd(answer.rawHeaders)).toEqual([
      'Content-Type: application/json',
      'Set-Cookie: a=1',
      'X-Request-ID: req_1',
      'Set-Cookie: b=2',
      'X-Twice: one',
      'X-Twice: two',
      'openai-processing-ms: 12',
      'Age: 1',
      'Age: 2',
    ]);
    expect(answer.headers['helicone-id']).toMatch(/^[\da-f-]{36}$/);
    expect(answer.headers).toMatchObject({ 'helicone-status': 'failed', 'helicone-provider': 'openai' });
    expect(upstream.received[0]).toMatchObject({ method: 'GET', url: '/v1/models?limit=2' });
  });

  const text = Buffer.from(JSON.stringify({ text: 'Prices, prices, prices. '.repeat(400) }));
  it.each([
    ['gzip', zlib.gzipSync(text)],
    ['br', zlib.brotliCompressSync(text)],
    ['zstd', zlib.zstdCompressSync(text)],
  ])('in %s stays in it', async (encoding, compressed) => {
    upstream.answer((_req, res) => res.writeHead(200, { 'content-encoding': encoding, ...json }).end(compressed));
    const answer = await call(url('/openai/v1/chat/completions'), { headers: { 'accept-encoding': encoding } });
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(answer.body.equals(compressed)).toBe(true);
    expect(upstream.received[0]?.headers['accept-encoding']).toBe(encoding);
    const { attempts } = await proxy.exchange(String(answer.headers['helicone-id']));
    expect(attempts[0]?.response).toMatchObject({ contentEncoding: encoding, size: compressed.length, flags: [] });
    expect(Buffer.from(attempts[0]?.response.head ?? []).equals(compressed)).toBe(true);
  });

  it.each([
    ['HEAD', 200, { 'content-length': '123' }],
    ['GET', 204, {}],
    ['GET', 304, { etag: '"a"' }],
    ['DELETE', 200, {}],
  ])('to %s with %i and no body ends', async (method, status, headers) => {
    upstream.answer((_req, res) => res.writeHead(status, headers).end());
    const answer = await call(url('/openai/v1/files/f'), { method });
    expect(answer).toMatchObject({ status, complete: true });
    expect(answer.headers).toMatchObject(headers);
    expect(answer.body.length).toBe(0);
    expect(await proxy.exchange(String(answer.headers['helicone-id']))).toMatchObject({ status, ttftMs: null });
  });

  it('passes each chunk of a stream on as it comes, and the headers before the first', async () => {
    let seen = 0;
    upstream.answer(async (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.flushHeaders();
      for (const [index, word] of ['one', 'two', 'three'].entries()) {
        await sleep(150);
        await until(() => seen > index);
        res.write(`data: ${word}\n\n`);
      }
      res.end();
    });
    const stream = { method: 'POST', body: '{"stream":true}', onPart: () => seen++ };
    const answer = await call(url('/openai/v1/chat/completions'), stream);
    expect(answer.body.toString()).toBe('data: one\n\ndata: two\n\ndata: three\n\n');
    expect(seen).toBe(4);
    const exchange = await proxy.exchange(String(answer.headers['helicone-id']));
    expect(exchange.ttftMs).toBeGreaterThan(140);
    expect(exchange.latencyMs).toBeGreaterThan(440);
    // What the provider took its time for is not ours.
    expect(exchange.overheadMs).toBeLessThan(exchange.latencyMs - 440);
  });

  it('keeps its trailers', async () => {
    upstream.answer((_req, res) => {
      res.writeHead(200, { trailer: 'x-sum' });
      res.write('a');
      res.addTrailers({ 'x-sum': '7' });
      res.end();
    });
    expect((await call(url('/openai/v1/x'))).trailers).toEqual({ 'x-sum': '7' });
  });

  it('of 300 streams at a time reaches every one of them', async () => {
    let open = 0;
    upstream.answer((_req, res) => {
      open++;
      res.write('data: here\n\n');
      const poll = setInterval(() => {
        if (open < 300) return;
        clearInterval(poll);
        res.end();
      }, 20);
    });
    const agent = new Agent({ maxSockets: 400 });
    const answers = await Promise.all(Array.from({ length: 300 }, () => call(url('/openai/v1/s'), { agent })));
    expect(answers.every((answer) => answer.complete && answer.body.toString() === 'data: here\n\n')).toBe(true);
  });
});

describe('a request', () => {
  it('loses our headers, those of its own connection and the host, and nothing else', async () => {
    await call(url('/openai/v1/chat/completions'), {
      method: 'POST',
      headers: [
        ...['Host', 'proxy.example:8787', 'Authorization', 'Bearer sk-1', 'Content-Type', 'application/json'],
        ...['Helicone-User-Id', 'u', 'Spendlens-Property-A', 'b', 'Helicone-Auth', 'Bearer sk-helicone-1'],
        ...['Connection', 'close, X-Nominated, Content-Length', 'X-Nominated', '1', 'Keep-Alive', 'timeout=5'],
        ...['Proxy-Authorization', 'Basic x', 'TE', 'trailers', 'Accept-Encoding', 'br', 'X-Stainless-Lang', 'js'],
        ...['Content-Length', '2'],
      ],
      body: '{}',
    });
    const { headers } = upstream.received[0] ?? {};
    expect(headers).toEqual({
      host: `127.0.0.1:${upstream.port}`,
      authorization: 'Bearer sk-1',
      'content-type': 'application/json',
      'accept-encoding': 'br',
      'x-stainless-lang': 'js',
      'content-length': '2',
      connection: 'keep-alive',
    });
  });

  it('with malformed JSON goes through untouched and is recorded', async () => {
    const answer = await call(url('/openai/v1/chat/completions'), { method: 'POST', headers: json, body: '{"model":' });
    expect(upstream.received[0]?.body.toString()).toBe('{"model":');
    const exchange = await proxy.exchange(String(answer.headers['helicone-id']));
    expect(Buffer.from(exchange.request.head).toString()).toBe('{"model":');
  });

  it.each([
    ['with a length', { 'content-length': String(5_000_000) }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('of 5 MB %s arrives whole', async (_name, headers) => {
    const body = randomBytes(5_000_000);
    const answer = await call(url('/openai/v1/files'), { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    expect(digest(upstream.received[0]?.body ?? Buffer.alloc(0))).toBe(digest(body));
  });

  it('in chunks does not cost the connection to the provider', async () => {
    const before = upstream.connections();
    for (let i = 0; i < 5; i++) {
      await call(url('/openai/v1/files'), { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: 'x' });
    }
    expect(upstream.received.every(({ headers }) => headers.connection === 'keep-alive')).toBe(true);
    expect(upstream.connections()).toBeLessThanOrEqual(before + 1);
  });

  it('that expects a 100 gets one, and its headers are rewritten like those of any other', async () => {
    const body = await new Promise<string>((resolve, reject) => {
      const headers = {
        expect: '100-continue',
        'helicone-user-id': 'u',
        authorization: 'Bearer sk-1',
        'content-length': 4,
      };
      const req = request(url('/openai/v1/files'), { method: 'POST', headers }, (res) =>
        res.resume().on('end', () => resolve('answered')),
      );
      req.on('continue', () => req.end('body'));
      req.on('error', reject);
      req.flushHeaders();
    });
    expect(body).toBe('answered');
    expect(upstream.received[0]?.headers).not.toHaveProperty('helicone-user-id');
    expect(upstream.received[0]?.headers.expect).toBe('100-continue');
    expect(upstream.received[0]?.body.toString()).toBe('body');
  });

  it('keeps a path that looks strange as it is', async () => {
    const path = '/v1/model/a%3A0%2Fb//c/../d?x=%20&y=[1]';
    await call(url(`/openai${path}`));
    expect(upstream.received[0]?.url).toBe(path);
    await call(url('/openai//v1/x'));
    expect(upstream.received[1]?.url).toBe('//v1/x');
  });

  it('to a base URL with a path of its own goes below it', async () => {
    await call(url('/anthropic/v1/messages'), { method: 'POST', body: '{}' });
    await call(url('/v1/messages?beta=true'), { method: 'POST', body: '{}' });
    await call(url('/v1/gateway/anthropic/v1/messages'), { method: 'POST', body: '{}' });
    await call(url('/v1/models'), { headers: { 'anthropic-version': '2023-06-01' } });
    await call(url('/v1/chat/completions'), { headers: { host: 'anthropic.example.com' } });
    expect(upstream.received.map((received) => received.url)).toEqual([
      '/prefix/v1/messages',
      '/prefix/v1/messages?beta=true',
      '/prefix/v1/messages',
      '/prefix/v1/models',
      '/prefix/v1/chat/completions',
    ]);
  });

  it('to upgrade to h2c, as Java sends it, is an ordinary one', async () => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
    const answer = await call(url('/openai/v1/x'), { headers });
    expect(answer.status).toBe(200);
    expect(upstream.received[0]?.headers).not.toHaveProperty('upgrade');
    expect(upstream.received[0]?.headers).not.toHaveProperty('http2-settings');
  });

  it('of HTTP/1.0 is answered without chunks', async () => {
    upstream.answer((_req, res) => res.end('hello'));
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(proxy.port, '127.0.0.1', () => socket.write('GET /openai/v1/x HTTP/1.0\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('end', () => resolve(text));
    });
    expect(raw).toMatch(/^HTTP\/1\.[01] 200 OK\r\n/);
    expect(raw).not.toMatch(/transfer-encoding/i);
    expect(raw.endsWith('\r\n\r\nhello')).toBe(true);
  });
});
