import { randomBytes } from 'node:crypto';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CapturedBody, Exchange } from '../../../domain/exchange.ts';
import { parseBody } from '../../../domain/usage/body.ts';
import { readResponse } from '../../../domain/usage/read-response.ts';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** Whatever is not kept of a body, what it cost is. */

const LIMIT = 256 * 1024;
let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream?.close());

const config = () =>
  `providers:\n  openai: { baseUrl: '${upstream.url}' }\n  anthropic: { baseUrl: '${upstream.url}' }\n`;
const usage = { prompt_tokens: 100, completion_tokens: 7, total_tokens: 107 };
const chat = (content: string) =>
  JSON.stringify({ model: 'gpt-4o-2024-08-06', choices: [{ message: { content } }], usage });
const chunk = (delta: string, more: object = {}) =>
  `data: ${JSON.stringify({ model: 'gpt-4o-2024-08-06', choices: [{ delta: { content: delta } }], ...more })}\n\n`;
const streamOf = (size: number) => {
  // Random words, or a compressed stream would hardly be one.
  const words = Array.from({ length: Math.ceil(size / 480) }, () => chunk(randomBytes(300).toString('base64')));
  return `${words.join('')}${chunk('', { usage })}data: [DONE]\n\n`;
};
const prompt = (size: number) =>
  JSON.stringify({ model: 'gpt-4o', user: 'body-user', messages: [{ role: 'user', content: 'p'.repeat(size) }] });
const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString();

async function exchangeOf(proxy: TestProxy, headers: Record<string, string>, body: string): Promise<Exchange> {
  const answer = await call(`${proxy.url}/openai/v1/chat/completions`, { method: 'POST', headers, body });
  expect(answer.complete).toBe(true);
  return proxy.exchange(String(answer.headers['helicone-id']));
}

function factsIn(response: CapturedBody | undefined) {
  const body = {
    head: text(response?.head),
    tail: response?.tail ? text(response.tail) : null,
    contentType: response?.contentType ?? null,
  };
  return readResponse('openai-chat', parseBody(body));
}

describe('beyond the limit', () => {
  let proxy: TestProxy;
  beforeAll(async () => {
    proxy = await startTestProxy({ config: config(), env: { SPENDLENS_CAPTURE_LIMIT: '256KiB' } });
  });
  afterAll(async () => {
    await proxy?.stop();
    proxy?.remove();
  });

  const stream = streamOf(4 * LIMIT);
  const document = chat(randomBytes(2 * LIMIT).toString('hex'));
  it.each([
    ['a stream', stream, undefined, (bytes: Buffer) => bytes],
    ['a stream in gzip', stream, 'gzip', zlib.gzipSync],
    [
      'a stream in br',
      stream,
      'br',
      (bytes: Buffer) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
    ],
    ['a stream in zstd', stream, 'zstd', (bytes: Buffer) => zlib.zstdCompressSync(bytes)],
    ['a stream in deflate', stream, 'deflate', zlib.deflateSync],
    ['a document', document, undefined, (bytes: Buffer) => bytes],
    ['a document in gzip', document, 'gzip', zlib.gzipSync],
  ])('%s keeps head and tail, and its usage', async (name, body, encoding, encode) => {
    const encoded = encode(Buffer.from(body));
    const contentType = name.startsWith('a stream') ? 'text/event-stream' : 'application/json';
    upstream.answer((_req, res) => {
      res.writeHead(200, { 'content-type': contentType, ...(encoding ? { 'content-encoding': encoding } : {}) });
      for (let i = 0; i < encoded.length; i += 10_000) res.write(encoded.subarray(i, i + 10_000));
      res.end();
    });
    const exchange = await exchangeOf(proxy, {}, prompt(2 * LIMIT));
    const response = exchange.attempts[0]?.response;
    expect(response).toMatchObject({ size: encoded.length, contentEncoding: null, flags: ['truncated'] });
    expect(text(response?.head)).toBe(body.slice(0, LIMIT / 2));
    expect(text(response?.tail)).toBe(body.slice(-LIMIT / 2));
    expect(factsIn(response)).toMatchObject({ model: 'gpt-4o-2024-08-06', usage: { input: 100, output: 7 } });
    expect(exchange.request).toMatchObject({ size: prompt(2 * LIMIT).length, flags: ['truncated'] });
    expect(exchange.request.head.length + (exchange.request.tail?.length ?? 0)).toBe(LIMIT);
  });

  it('a bomb is given up on, while the app gets every byte of it', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(600 * 1024 ** 2));
    upstream.answer((_req, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    const exchange = await exchangeOf(proxy, {}, '{}');
    expect(exchange.attempts[0]?.response).toMatchObject({ size: bomb.length, flags: ['truncated', 'undecodable'] });
  });

  it('an encoding that nobody knows is kept as it came', async () => {
    const bytes = randomBytes(2 * LIMIT);
    upstream.answer((_req, res) => res.writeHead(200, { 'content-encoding': 'rot13' }).end(bytes));
    const { attempts } = await exchangeOf(proxy, {}, '{}');
    expect(attempts[0]?.response).toMatchObject({ contentEncoding: 'rot13', flags: ['truncated', 'undecodable'] });
    expect(Buffer.from(attempts[0]?.response.tail ?? []).equals(bytes.subarray(-LIMIT / 2))).toBe(true);
  });
});

describe('where a header omits a body', () => {
  let proxy: TestProxy;
  beforeAll(async () => {
    proxy = await startTestProxy({ config: config() });
  });
  afterAll(async () => {
    await proxy?.stop();
    proxy?.remove();
  });

  it('model, user and usage stay, and no byte of it reaches the disk', async () => {
    const secret = 'the-word-that-must-not-be-kept';
    upstream.answer((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      res.end(zlib.gzipSync(chat(secret)));
    });
    const headers = { 'helicone-omit-request': 'true', 'spendlens-omit-response': 'true' };
    const exchange = await exchangeOf(proxy, headers, prompt(10).replace('pppp', secret));
    expect(exchange.requestFacts).toEqual({
      model: 'gpt-4o',
      userId: 'body-user',
      streamed: false,
      countedInput: null,
    });
    expect(exchange.request).toMatchObject({
      flags: ['omitted'],
      head: expect.toSatisfy((head: Uint8Array) => head.length === 0),
    });
    expect(exchange.attempts[0]).toMatchObject({
      facts: { model: 'gpt-4o-2024-08-06', usage: { input: 100, output: 7 }, complete: true, countedOutput: null },
      response: { flags: ['omitted'], tail: null },
    });
    expect(proxy.bytesOnDisk().includes(secret)).toBe(false);
  });

  it('tokens are counted where the provider did not say', async () => {
    const stream = `${chunk('Hello')}${chunk(' world')}data: [DONE]\n\n`;
    upstream.answer((_req, res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).end(stream));
    const headers = { 'helicone-omit-request': 'true', 'helicone-omit-response': 'true' };
    const exchange = await exchangeOf(proxy, headers, prompt(8));
    expect(exchange.attempts[0]?.facts).toMatchObject({ usage: null, countedOutput: 2 });
    expect(exchange.requestFacts?.countedInput).toBeGreaterThan(3);
  });

  it('the other body is kept as ever', async () => {
    upstream.answer((_req, res) => res.writeHead(200, { 'content-type': 'application/json' }).end(chat('kept')));
    const exchange = await exchangeOf(proxy, { 'helicone-omit-request': 'true' }, prompt(8));
    expect(exchange.attempts[0]).toMatchObject({ facts: null, response: { flags: [] } });
    expect(text(exchange.attempts[0]?.response.head)).toBe(chat('kept'));
  });
});

describe('where memory is short', () => {
  it('bodies are shed and counted, and their usage stays', async () => {
    const proxy = await startTestProxy({ config: config(), env: { SPENDLENS_CAPTURE_TOTAL: '300KiB' } });
    const stream = zlib.gzipSync(streamOf(900_000));
    upstream.answer((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
      res.end(stream);
    });
    const exchange = await exchangeOf(proxy, {}, prompt(10));
    expect(exchange.attempts[0]).toMatchObject({
      response: { size: stream.length, flags: ['shed'], tail: null },
      facts: { model: 'gpt-4o-2024-08-06', usage: { input: 100, output: 7 } },
    });
    expect(exchange.attempts[0]?.response.head).toHaveLength(0);
    expect(exchange.request.flags).toEqual([]);
    expect(exchange.lost).toEqual({ exchanges: 0, bodies: 1 });
    const metrics = (await call(`${proxy.url}/metrics`)).body.toString();
    expect(metrics).toMatch(/^spendlens_outbox_shed_bodies 1$/m);
    expect(metrics).toMatch(/^spendlens_capture_held_bytes 0$/m);
    await proxy.stop();
    proxy.remove();
  });

  it('an outbox without room for bodies takes what they cost', async () => {
    const proxy = await startTestProxy({ config: config(), env: { SPENDLENS_OUTBOX_LIMIT: '1MiB' } });
    upstream.answer((_req, res) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end(chat('x'.repeat(200_000))),
    );
    for (let i = 0; i < 12; i++)
      await call(`${proxy.url}/openai/v1/chat/completions`, { method: 'POST', body: prompt(10) });
    const exchanges = await proxy.exchanges(12);
    const shed = exchanges.filter(({ attempts }) => attempts[0]?.response.flags.includes('shed'));
    expect(shed.length).toBeGreaterThan(5);
    expect(shed.every(({ attempts }) => attempts[0]?.facts?.usage?.output === 7)).toBe(true);
    await proxy.stop();
    proxy.remove();
  });
});
