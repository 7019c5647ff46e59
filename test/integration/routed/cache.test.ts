import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { redisMissing, startRedis, type TestRedis } from '../../harness/redis.ts';
import { until } from '../../harness/stack.ts';
import { type Script, startUpstream, type Upstream } from '../../harness/upstream.ts';
import { anthropicStream, geminiStream, openaiStream } from '../../harness/wire-stream.ts';

/** Who asks the same is answered the same, at no cost. */

let upstream: Upstream;
let redis: TestRedis | null = null;
const noRedis = redisMissing() !== null;

beforeAll(async () => {
  upstream = await startUpstream();
  if (!noRedis) redis = await startRedis();
});
afterAll(async () => {
  await redis?.stop();
  await upstream?.close();
});

const document = (content = 'Hello') => ({
  id: 'c-1',
  object: 'chat.completion',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
});
const answering: Script = (_req, res) => {
  res.writeHead(200, {
    'content-type': 'application/json',
    'x-request-id': 'r-1',
    'set-cookie': 'a=1',
    'x-ratelimit-remaining-requests': '7',
  });
  res.end(JSON.stringify(document()));
};

describe.each(noRedis ? ['LMDB'] : ['LMDB', 'Redis'])('in %s', (kind) => {
  let proxy: TestProxy;
  let turn = 0;

  beforeAll(async () => {
    proxy = await startTestProxy({
      config: `providers:
  openai: { baseUrl: '${upstream.url}' }
  anthropic: { baseUrl: '${upstream.url}' }
  google: { baseUrl: '${upstream.url}' }
`,
      env: kind === 'Redis' ? { REDIS_URL: redis?.url ?? '' } : {},
    });
  });
  afterAll(async () => {
    await proxy?.stop();
    proxy?.remove();
  });
  beforeEach(() => {
    upstream.received.length = 0;
    upstream.answer(answering);
    turn++;
  });

  /** A seed of each test's own keeps them apart. */
  const ask = (
    more: Record<string, string> = {},
    body: unknown = { model: 'gpt-4o-mini', messages: [] },
    path = '/openai/v1/chat/completions',
  ) =>
    call(`${proxy.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer sk-1',
        'helicone-cache-enabled': 'true',
        'helicone-cache-seed': `${kind}-${turn}`,
        ...more,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const outcome = (answer: Awaited<ReturnType<typeof call>>) => String(answer.headers['helicone-cache'] ?? 'none');
  const recorded = (answer: Awaited<ReturnType<typeof call>>) => proxy.exchange(String(answer.headers['helicone-id']));

  it('the second is a hit: the same bytes, one call, a row without one', async () => {
    const [first, second] = [await ask(), await ask()];
    expect([outcome(first), outcome(second)]).toEqual(['MISS', 'HIT']);
    expect(second.body.equals(first.body)).toBe(true);
    expect(second).toMatchObject({
      status: 200,
      headers: {
        'x-request-id': 'r-1',
        'content-type': 'application/json',
        'helicone-cache-bucket-idx': '0',
        'helicone-cache-latency': expect.stringMatching(/^\d+$/),
        'helicone-status': 'success',
      },
    });
    expect(second.headers).not.toHaveProperty('set-cookie');
    expect(second.headers).not.toHaveProperty('x-ratelimit-remaining-requests');
    expect(upstream.received).toHaveLength(1);
    expect(await recorded(first)).toMatchObject({ cacheOutcome: 'miss', attempts: [{ status: 200 }] });
    expect(await recorded(second)).toMatchObject({
      cacheOutcome: 'hit',
      lane: 'routed',
      status: 200,
      errorKind: null,
      attempts: [],
      answeredFrom: {
        attempt: 0,
        provider: 'openai',
        upstream: upstream.url,
        status: 200,
        response: { size: second.body.length },
      },
    });
  });

  it('a hundred at once make one call', async () => {
    upstream.answer(async (req, res, received) => {
      await sleep(150);
      answering(req, res, received);
    });
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask()));
    expect(upstream.received).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.toString())).size).toBe(1);
    expect(answers.filter((answer) => outcome(answer) === 'MISS')).toHaveLength(1);
    expect(answers.filter((answer) => outcome(answer) === 'HIT')).toHaveLength(99);
  });

  it('what is said in another order, or with other spaces, is the same', async () => {
    await ask({}, '{"model":"m","messages":[{"role":"user","content":"x"}]}');
    expect(outcome(await ask({}, '{ "messages": [{"content":"x", "role":"user"}], "model":"m" }'))).toBe('HIT');
  });

  it.each([
    ['another credential', { authorization: 'Bearer sk-2' }, undefined, undefined],
    ['another kind of credential', { 'x-api-key': 'sk-1' }, undefined, undefined],
    ['another seed', { 'helicone-cache-seed': 'other' }, undefined, undefined],
    ['another model', {}, { model: 'gpt-4o', messages: [] }, undefined],
    ['another parameter', {}, { model: 'gpt-4o-mini', messages: [], temperature: 0 }, undefined],
    ['another path', {}, undefined, '/openai/v1/responses'],
    ['another version of the API', { 'anthropic-version': '2023-06-01' }, undefined, undefined],
  ])('%s is another request', async (_name, headers, body, path) => {
    await ask();
    expect(outcome(await ask(headers, body, path))).toBe('MISS');
  });

  it('keys that are named do not count', async () => {
    const headers = { 'helicone-cache-ignore-keys': 'user, metadata' };
    await ask(headers, { model: 'm', user: 'ann', metadata: { a: 1 } });
    expect(outcome(await ask(headers, { model: 'm', user: 'bob' }))).toBe('HIT');
    expect(outcome(await ask(headers, { model: 'n', user: 'bob' }))).toBe('MISS');
  });

  it.each([
    ['an error', (_req, res) => res.writeHead(500).end('{}')],
    [
      'an error with a 200',
      (_req, res) => res.writeHead(200, { 'content-type': 'application/json' }).end('{"error":{"message":"x"}}'),
    ],
    [
      'a document that is none',
      (_req, res) => res.writeHead(200, { 'content-type': 'application/json' }).end('{"half'),
    ],
    [
      'a document that broke off',
      (req, res) => {
        res.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' });
        res.write('{"half');
        setTimeout(() => req.socket.destroy(), 20);
      },
    ],
    [
      'a stream that ended early',
      (_req, res) =>
        res
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end(openaiStream.opening + openaiStream.content('x')),
    ],
    [
      'a stream that broke off',
      (req, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write(openaiStream.opening + openaiStream.content('x'));
        setTimeout(() => req.socket.destroy(), 20);
      },
    ],
    [
      'a stream with an error in it',
      (_req, res) =>
        res
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end('data: {"error":{"message":"x"}}\n\ndata: [DONE]\n\n'),
    ],
    ['nothing', (_req, res) => res.writeHead(200).end()],
  ] as [string, Script][])('%s is never kept', async (_name, script) => {
    upstream.answer(script);
    await ask();
    upstream.answer(answering);
    expect(outcome(await ask())).toBe('MISS');
    expect(upstream.received).toHaveLength(2);
  });

  it('where the one that called was given no answer, the others call themselves', async () => {
    upstream.answer(async (req) => {
      await sleep(100);
      req.socket.destroy();
    });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask()));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(502));
    expect(upstream.received).toHaveLength(5);
  });

  it.each([
    ['OpenAI', openaiStream, { model: 'm', stream: true }],
    ['Anthropic', anthropicStream, { model: 'm', stream: true }],
    ['Gemini', geminiStream, { contents: [] }],
  ])('a stream of %s’s comes again as one', async (_name, wire, body) => {
    const whole = wire.opening + wire.content('Hello') + wire.closing;
    upstream.answer((_req, res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).end(whole));
    const [first, second] = [await ask({}, body, wire.path), await ask({}, body, wire.path)];
    expect([outcome(first), outcome(second)]).toEqual(['MISS', 'HIT']);
    expect(second.body.toString()).toBe(first.body.toString());
    expect(second.headers['content-type']).toBe('text/event-stream');
    expect(upstream.received).toHaveLength(1);
  });

  it('usage that was asked for by us alone stays hidden in a hit, and stands in the record', async () => {
    const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } })}\n\n`;
    const [words, end] = [openaiStream.opening + openaiStream.content('x'), openaiStream.closing];
    upstream.answer((_req, res) =>
      res
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(words + end.replace('data: [DONE]', `${usage}data: [DONE]`)),
    );
    await ask({}, { model: 'm', stream: true });
    const hit = await ask({}, { model: 'm', stream: true });
    expect(hit.body.toString()).toBe(words + end);
    expect(Buffer.from((await recorded(hit)).answeredFrom?.response.head ?? []).toString()).toContain(
      '"prompt_tokens":3',
    );
  });

  /** Nobody waits for what is only saved. */
  const comesToBeKept = () =>
    until(async () => {
      return outcome(await ask({ 'helicone-cache-enabled': 'false', 'helicone-cache-read': 'true' })) === 'HIT';
    });

  it('saving and reading can be asked for apart', async () => {
    expect(outcome(await ask({ 'helicone-cache-enabled': 'false', 'helicone-cache-save': 'true' }))).toBe('none');
    expect(await comesToBeKept()).toBe(true);
    turn++;
    await ask({ 'helicone-cache-enabled': 'false', 'helicone-cache-read': 'true' });
    expect(outcome(await ask())).toBe('MISS');
  });

  it.each([
    ['no-store', 'none', 'MISS'],
    ['no-cache', 'none', 'HIT'],
    ['max-age=0', 'none', 'MISS'],
    ['max-age=60', 'MISS', 'HIT'],
    ['max-age=0, s-maxage=60', 'MISS', 'HIT'],
  ])('Cache-Control: %s is honoured', async (control, first, second) => {
    expect(outcome(await ask({ 'cache-control': control }))).toBe(first);
    if (second === 'HIT') expect(await comesToBeKept()).toBe(true);
    expect(outcome(await ask())).toBe(second);
  });

  it('what is older than asked for is not read, and does not stay longer than it may', async () => {
    await ask({ 'cache-control': 'max-age=3' });
    expect(outcome(await ask())).toBe('HIT');
    await sleep(3_100);
    expect(outcome(await ask())).toBe('MISS');
  });

  it('a bucket keeps several answers, and serves them before it is full', async () => {
    const headers = { 'helicone-cache-bucket-max-size': '2' };
    const saving = { ...headers, 'helicone-cache-enabled': 'false', 'helicone-cache-save': 'true' };
    let count = 0;
    upstream.answer((_req, res) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document(`answer ${count++}`))),
    );
    const reading = { ...headers, 'helicone-cache-enabled': 'false', 'helicone-cache-read': 'true' };
    const seen = new Map<string, string>();
    const look = async () => {
      const hit = await ask(reading);
      if (outcome(hit) !== 'HIT') count--;
      else
        seen.set(
          String(hit.headers['helicone-cache-bucket-idx']),
          JSON.parse(hit.body.toString()).choices[0].message.content,
        );
      return seen.size;
    };
    // Nobody waits for what is only saved.
    await ask(saving);
    expect(await until(async () => (await look()) === 1)).toBe(true);
    await ask(saving);
    expect(await until(async () => (await look()) === 2)).toBe(true);
    expect([...seen].sort()).toEqual([
      ['0', 'answer 0'],
      ['1', 'answer 1'],
    ]);
    expect(count).toBe(2);
  });

  it('a bucket of more than 20 is a 400', async () => {
    expect((await ask({ 'helicone-cache-bucket-max-size': '21' })).status).toBe(400);
  });
});

it('without Redis, several workers refuse by name what they could not share', async () => {
  const proxy = await startTestProxy({
    config: `providers: { openai: { baseUrl: '${upstream.url}' } }\n`,
    env: { SPENDLENS_WORKERS: '2' },
  });
  for (const header of ['helicone-cache-enabled', 'helicone-ratelimit-policy']) {
    const value = header.endsWith('policy') ? '10;w=60' : 'true';
    const answer = await call(`${proxy.url}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { [header]: value },
      body: '{}',
    });
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain('set REDIS_URL');
  }
  expect((await call(`${proxy.url}/openai/v1/chat/completions`, { method: 'POST', body: '{}' })).status).toBe(200);
  await proxy.stop();
  proxy.remove();
});

it('with Redis down, calls go on without cache and limits', async () => {
  upstream.answer(answering);
  const proxy = await startTestProxy({
    config: `providers: { openai: { baseUrl: '${upstream.url}' } }\n`,
    env: { REDIS_URL: 'redis://127.0.0.1:1' },
  });
  const headers = { 'helicone-cache-enabled': 'true', 'helicone-ratelimit-policy': '1;w=60' };
  for (let i = 0; i < 3; i++) {
    const answer = await call(`${proxy.url}/openai/v1/chat/completions`, { method: 'POST', headers, body: '{}' });
    expect(answer).toMatchObject({ status: 200, headers: { 'helicone-cache': 'MISS' } });
  }
  await proxy.stop();
  proxy.remove();
});

it.skipIf(noRedis)('two proxies that share a Redis share their answers', async () => {
  upstream.answer(answering);
  const config = `providers: { openai: { baseUrl: '${upstream.url}' } }\n`;
  const env = { REDIS_URL: redis?.url ?? '', SPENDLENS_WORKERS: '2' };
  const [one, other] = [await startTestProxy({ config, env }), await startTestProxy({ config, env })];
  const headers = { 'helicone-cache-enabled': 'true', 'helicone-cache-seed': 'both' };
  const ask = ({ url }: TestProxy) =>
    call(`${url}/openai/v1/chat/completions`, { method: 'POST', headers, body: '{"model":"m"}' });
  expect(await until(async () => (await ask(one)).headers['helicone-cache'] === 'HIT')).toBe(true);
  upstream.received.length = 0;
  expect(await until(async () => (await ask(other)).headers['helicone-cache'] === 'HIT')).toBe(true);
  for (const proxy of [one, other]) {
    await proxy.stop();
    proxy.remove();
  }
});

describe.skipIf(noRedis)('of proxies that share a Redis', () => {
  const body = '{"model":"m","messages":[]}';
  let pair: readonly [TestProxy, TestProxy];

  beforeAll(async () => {
    const config = `providers: { openai: { baseUrl: '${upstream.url}' } }\n`;
    const env = { REDIS_URL: redis?.url ?? '', SPENDLENS_WORKERS: '2' };
    pair = [await startTestProxy({ config, env }), await startTestProxy({ config, env })];
  });
  afterAll(async () => {
    for (const proxy of pair ?? []) {
      await proxy.stop();
      proxy.remove();
    }
  });
  beforeEach(() => {
    upstream.received.length = 0;
  });
  const askAt = ({ url }: TestProxy, seed: string) => {
    const headers = { 'helicone-cache-enabled': 'true', 'helicone-cache-seed': seed };
    return call(`${url}/openai/v1/chat/completions`, { method: 'POST', headers, body });
  };
  /** Half of them at each proxy, and there at either worker. */
  const askMany = (count: number, seed: string) =>
    Promise.all(Array.from({ length: count }, (_, n) => askAt(n % 2 === 0 ? pair[0] : pair[1], seed)));

  it('one calls for a hundred that ask the same at once', async () => {
    upstream.answer(async (req, res, received) => {
      await sleep(500);
      answering(req, res, received);
    });
    const answers = await askMany(100, 'hundred');
    expect(upstream.received).toHaveLength(1);
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect(answers.filter(({ headers }) => headers['helicone-cache'] === 'MISS')).toHaveLength(1);
  });

  it('those who waited for one that was given no answer call themselves', async () => {
    upstream.answer(async (req) => {
      await sleep(300);
      req.socket.destroy();
    });
    expect((await askMany(6, 'failing')).map(({ status }) => status)).toEqual(Array(6).fill(502));
    expect(upstream.received).toHaveLength(6);
  });

  it('one that waits and whose app leaves makes no call, and stands in the record', async () => {
    const answer = Promise.withResolvers<void>();
    upstream.answer(async (req, res, received) => {
      await answer.promise;
      answering(req, res, received);
    });
    const first = askAt(pair[0], 'leaving');
    expect(await until(() => upstream.received.length === 1)).toBe(true);
    const id = crypto.randomUUID();
    const headers = { 'helicone-cache-enabled': 'true', 'helicone-cache-seed': 'leaving', 'helicone-request-id': id };
    const app = request(`${pair[1].url}/openai/v1/chat/completions`, { method: 'POST', headers });
    app.on('error', () => {});
    app.end(body);
    await sleep(500);
    app.destroy();
    expect(await pair[1].exchange(id)).toMatchObject({ status: null, errorKind: 'client_disconnect', attempts: [] });
    answer.resolve();
    expect((await first).status).toBe(200);
    expect(upstream.received).toHaveLength(1);
  });

  it('nobody waits for one that died', async () => {
    let calls = 0;
    upstream.answer((req, res, received) => {
      if (calls++ > 0) answering(req, res, received);
    });
    const doomed = await startTestProxy({
      config: `providers: { openai: { baseUrl: '${upstream.url}' } }\n`,
      env: { REDIS_URL: redis?.url ?? '' },
    });
    const lost = askAt(doomed, 'dying').catch(() => 'gone');
    expect(await until(() => upstream.received.length === 1)).toBe(true);
    const other = askAt(pair[0], 'dying');
    doomed.child.kill('SIGKILL');
    expect(await lost).toBe('gone');
    expect(await other).toMatchObject({ status: 200, headers: { 'helicone-cache': 'MISS' } });
    expect(upstream.received).toHaveLength(2);
    doomed.remove();
  });
});

it('what is kept outlives the worker', async () => {
  upstream.answer(answering);
  const options = { config: `providers: { openai: { baseUrl: '${upstream.url}' } }\n` };
  const first = await startTestProxy(options);
  const headers = { 'helicone-cache-enabled': 'true' };
  const ask = (url: string) =>
    call(`${url}/openai/v1/chat/completions`, { method: 'POST', headers, body: '{"model":"m"}' });
  await ask(first.url);
  await first.stop();
  const second = await startTestProxy({ ...options, env: { SPENDLENS_DATA: first.folder } });
  expect((await ask(second.url)).headers['helicone-cache']).toBe('HIT');
  await second.stop();
  second.remove();
  first.remove();
});
