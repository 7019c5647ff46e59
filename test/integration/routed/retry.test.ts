import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { until } from '../../harness/stack.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** What is asked again, when, and what never is. */

let upstream: Upstream;
let proxy: TestProxy;

beforeAll(async () => {
  upstream = await startUpstream();
  proxy = await startTestProxy({
    config: `providers:
  openai: { baseUrl: '${upstream.url}', timeouts: { firstByteMs: 1000, idleMs: 1000 } }
  anthropic: { baseUrl: '${upstream.url}' }
  down: { baseUrl: 'http://127.0.0.1:1' }
routed: { retryFloor: 1000 }
`,
    env: { SPENDLENS_ROUTED_BODY_LIMIT: '1MiB' },
  });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await upstream?.close();
});
beforeEach(() => {
  upstream.received.length = 0;
});

const fast = {
  'helicone-retry-enabled': 'true',
  'helicone-retry-min-timeout': '1',
  'helicone-retry-max-timeout': '50',
};
const post = (
  headers: Record<string, string> = fast,
  body: string | Buffer = '{"model":"gpt-4o-mini"}',
  path = '/openai/v1/chat/completions',
  onPart = () => {},
) =>
  call(`${proxy.url}${path}`, {
    onPart,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-1', ...headers },
    body,
  });
const recorded = (answer: Awaited<ReturnType<typeof call>>) => proxy.exchange(String(answer.headers['helicone-id']));

/** Answers with these one after another, the last one for good. */
function inTurn(...answers: readonly { status: number; headers?: Record<string, string>; body?: string }[]): void {
  let turn = 0;
  upstream.answer((_req, res) => {
    const { status, headers = {}, body = '{}' } = answers[Math.min(turn++, answers.length - 1)] ?? { status: 500 };
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
}

describe('a call that failed', () => {
  it.each([429, 500, 502, 503, 529])('with %i is made again, and both stand in the record', async (status) => {
    inTurn({ status, body: '{"error":{"message":"no"}}' }, { status: 200, body: '{"yes":1}' });
    const answer = await post();
    expect(answer).toMatchObject({ status: 200, headers: { 'spendlens-attempts': '2', 'helicone-status': 'success' } });
    expect(answer.body.toString()).toBe('{"yes":1}');
    expect(upstream.received.map(({ body }) => body.toString())).toEqual(Array(2).fill('{"model":"gpt-4o-mini"}'));
    expect(await recorded(answer)).toMatchObject({
      lane: 'routed',
      status: 200,
      errorKind: null,
      attempts: [
        { attempt: 1, status, errorKind: 'status', response: { size: 26 } },
        { attempt: 2, status: 200, errorKind: null, response: { size: 9 } },
      ],
    });
  });

  it.each([400, 401, 403, 404, 413, 422])('with %i is not, and its answer is the app’s', async (status) => {
    inTurn({ status, headers: { 'x-request-id': 'r-1' }, body: '{"error":"x"}' });
    const answer = await post();
    expect(answer).toMatchObject({ status, headers: { 'x-request-id': 'r-1', 'spendlens-attempts': '1' } });
    expect(upstream.received).toHaveLength(1);
  });

  it('is made Retry-Num times again, and then the last answer is the app’s', async () => {
    inTurn({ status: 500 }, { status: 503 }, { status: 502, body: '{"last":1}' });
    const answer = await post({ ...fast, 'helicone-retry-num': '2' });
    expect(answer.status).toBe(502);
    expect(answer.body.toString()).toBe('{"last":1}');
    expect((await recorded(answer)).attempts.map(({ status }) => status)).toEqual([500, 503, 502]);
  });

  it('is made five times again without Retry-Num', async () => {
    inTurn({ status: 500 });
    await post();
    expect(upstream.received).toHaveLength(6);
  });

  it('is not made again where nobody asked for it', async () => {
    inTurn({ status: 500 });
    expect((await post({ 'helicone-retry-enabled': 'false' })).headers['spendlens-ignored']).toBeUndefined();
    expect(upstream.received).toHaveLength(1);
  });

  it('is not where the provider says that it is of no use', async () => {
    inTurn({ status: 500, headers: { 'x-should-retry': 'false' } });
    await post();
    expect(upstream.received).toHaveLength(1);
  });

  it.each([
    ['in seconds', { 'retry-after': '1' }, 1_000],
    ['in milliseconds', { 'retry-after-ms': '300' }, 300],
    [
      'as the reset of a limit that is used up',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '250ms' },
      250,
    ],
  ])('waits as long as the provider asks %s', async (_name, headers, waitMs) => {
    inTurn({ status: 429, headers }, { status: 200 });
    const start = performance.now();
    expect((await post({ ...fast, 'helicone-retry-max-timeout': '2000' })).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(waitMs - 5);
  });

  it('is not made again where the provider asks for more patience than the caller has', async () => {
    inTurn({ status: 429, headers: { 'retry-after': '3600' }, body: '{"slow":"down"}' });
    const answer = await post();
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '3600' } });
    expect(answer.body.toString()).toBe('{"slow":"down"}');
    expect(upstream.received).toHaveLength(1);
  });
});

describe('a call that may have been worked on', () => {
  it('is not sent twice after a reset', async () => {
    upstream.answer((req) => req.socket.resetAndDestroy());
    const answer = await post();
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { code: 'upstream_unreachable' } });
    expect(upstream.received).toHaveLength(1);
    expect(await recorded(answer)).toMatchObject({
      errorKind: 'upstream_reset',
      attempts: [{ errorKind: 'upstream_reset' }],
    });
  });

  it('is sent again after a reset where its method changes nothing', async () => {
    let turn = 0;
    upstream.answer((req, res) => (turn++ === 0 ? req.socket.resetAndDestroy() : res.end('{}')));
    const answer = await call(`${proxy.url}/openai/v1/models`, { headers: fast });
    expect(answer).toMatchObject({ status: 200, headers: { 'spendlens-attempts': '2' } });
  });

  it('is not sent twice after silence, which is a 504', async () => {
    upstream.answer(() => {});
    const answer = await post();
    expect(answer.status).toBe(504);
    expect(upstream.received).toHaveLength(1);
    expect(await recorded(answer)).toMatchObject({ status: 504, errorKind: 'upstream_timeout' });
  });

  it('is, where no connection came to be', async () => {
    const answer = await post({ ...fast, 'helicone-retry-num': '2' }, '{}', '/down/v1/chat/completions');
    expect(answer.status).toBe(502);
    expect((await recorded(answer)).attempts).toMatchObject(
      Array(3).fill({ status: null, errorKind: 'upstream_unreachable' }),
    );
  });
});

it('a storm of 429 is not doubled: a tenth of the calls, and ten at least, are made again', async () => {
  const storm = await startTestProxy({ config: `providers: { openai: { baseUrl: '${upstream.url}' } }\n` });
  inTurn({ status: 429 });
  const answers = [];
  for (let i = 0; i < 40; i++) {
    const headers = { ...fast, 'helicone-retry-num': '1', 'content-type': 'application/json' };
    answers.push(await call(`${storm.url}/openai/v1/chat/completions`, { method: 'POST', headers, body: '{}' }));
  }
  expect(answers.every(({ status }) => status === 429)).toBe(true);
  // 40 calls, of which 10 were made again.
  expect(upstream.received).toHaveLength(50);
  expect(answers.at(-1)?.headers['spendlens-retry']).toMatch(/^off: a tenth/);
  await storm.stop();
  storm.remove();
});

describe('the app’s side', () => {
  it('going away takes the call with it', async () => {
    upstream.answer(() => {});
    const controller = new AbortController();
    const gone = fetch(`${proxy.url}/anthropic/v1/messages`, {
      method: 'POST',
      headers: fast,
      body: '{}',
      signal: controller.signal,
    }).catch(() => 'gone');
    while (upstream.received.length === 0) await sleep(5);
    await sleep(100);
    controller.abort();
    expect(await gone).toBe('gone');
    while (upstream.received[0]?.aborted !== true) await sleep(5);
  });

  it('going away ends the wait before the next call', async () => {
    inTurn({ status: 429, headers: { 'retry-after': '60' } });
    const id = crypto.randomUUID();
    const controller = new AbortController();
    const headers = { ...fast, 'helicone-retry-max-timeout': '90000', 'helicone-request-id': id };
    const gone = fetch(`${proxy.url}/openai/v1/x`, {
      method: 'POST',
      headers,
      body: '{}',
      signal: controller.signal,
    }).catch(() => 'gone');
    while (upstream.received.length === 0) await sleep(5);
    await sleep(1_000);
    controller.abort();
    expect(await gone).toBe('gone');
    const exchange = await proxy.exchange(id);
    expect(exchange).toMatchObject({ status: null, errorKind: 'client_disconnect', attempts: [{ status: 429 }] });
  });

  it('a body beyond the limit goes through once, and the answer says so', async () => {
    inTurn({ status: 500 });
    const body = Buffer.alloc(2_000_000, 'x');
    const answer = await post(fast, body);
    expect(answer).toMatchObject({
      status: 500,
      headers: { 'spendlens-retry': 'off: the body is longer than 1048576 bytes' },
    });
    expect(upstream.received).toHaveLength(1);
    expect(upstream.received[0]?.body.equals(body)).toBe(true);
    expect((await recorded(answer)).request.size).toBe(2_000_000);
  });

  it.each([
    ['helicone-retry-num', 'many', /Helicone-Retry-Num: expected 0 to 20, found \\"many\\"/],
    ['helicone-retry-factor', '0.5', /Helicone-Retry-Factor: expected 1 to 10/],
    ['helicone-retry-min-timeout', '-1', /Helicone-Retry-Min-Timeout: expected milliseconds, 0 to 120000/],
  ])('%s: %s is a 400 that says what was expected', async (name, value, expected) => {
    const answer = await post({ 'helicone-retry-enabled': 'true', [name]: value });
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toMatch(expected);
    expect(upstream.received).toHaveLength(0);
  });
});

describe('on the way back', () => {
  it('status, headers in their case and number, bytes, encoding and trailers are the provider’s', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    upstream.answer((_req, res) => {
      res.writeHead(201, 'Made So', [
        'X-One',
        'a',
        'x-one',
        'b',
        'Set-Cookie',
        'c=1',
        'Set-Cookie',
        'd=2',
        'Content-Encoding',
        'br',
        'Trailer',
        'X-End',
        'X-Latin',
        'caf\xe9',
      ]);
      res.write(bytes);
      res.addTrailers({ 'X-End': 'yes' });
      res.end();
    });
    const answer = await post();
    expect(answer).toMatchObject({ status: 201, statusText: 'Made So', trailers: { 'x-end': 'yes' } });
    expect(answer.body.equals(bytes)).toBe(true);
    const pairs = answer.rawHeaders.join('\n');
    for (const pair of [
      'X-One\na',
      'x-one\nb',
      'Set-Cookie\nc=1',
      'Set-Cookie\nd=2',
      'Content-Encoding\nbr',
      'X-Latin\ncaf\xe9',
    ])
      expect(pairs).toContain(pair);
  });

  it.each([
    ['of the one call that there is', {}, 200],
    ['of the call whose answer is the app’s', fast, 503],
  ])('interim answers come first and as they are: those %s', async (_name, headers, first) => {
    let turn = 0;
    upstream.answer((_req, res) => {
      res.writeEarlyHints({ link: `</${++turn}.css>; rel=preload`, 'x-trace': 'id: 1' });
      res.writeProcessing();
      res.writeHead(turn === 1 ? first : 200, { 'content-type': 'application/json' }).end('{}');
    });
    const answer = await post({ 'helicone-stream-usage': 'true', ...headers });
    expect(answer).toMatchObject({ status: 200, headers: { 'spendlens-attempts': String(turn) } });
    expect(answer.interims).toEqual([
      { status: 103, rawHeaders: ['Link', `</${turn}.css>; rel=preload`, 'x-trace', 'id: 1'] },
      { status: 102, rawHeaders: [] },
    ]);
  });

  it('each event of a stream goes on at once', async () => {
    let seen = 0;
    upstream.answer(async (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let i = 0; i < 4; i++) {
        res.write(`data: ${i}\n\n`);
        // The headers, and each event before the next is said
        await until(() => seen === i + 2);
      }
      res.end('data: [DONE]\n\n');
    });
    const answer = await post(fast, undefined, undefined, () => seen++);
    expect(answer.body.toString()).toBe('data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\ndata: [DONE]\n\n');
    expect(seen).toBe(6);
  });

  it('a redirect is the app’s to follow', async () => {
    inTurn({ status: 307, headers: { location: 'http://169.254.169.254/' } });
    expect(await post()).toMatchObject({ status: 307, headers: { location: 'http://169.254.169.254/' } });
    expect(upstream.received).toHaveLength(1);
  });
});
