import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { redisMissing, startRedis, type TestRedis } from '../../harness/redis.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** How many calls, or how many cents, in how long, and for whom. */

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

describe.each(noRedis ? ['LMDB'] : ['LMDB', 'Redis'])('in %s', (kind) => {
  let proxy: TestProxy;
  let turn = 0;

  beforeAll(async () => {
    proxy = await startTestProxy({
      config: `providers:
  openai: { baseUrl: '${upstream.url}' }
  anthropic: { baseUrl: '${upstream.url}' }
  google: { baseUrl: '${upstream.url}' }
prices:
  - { id: round, provider: openai, model: round-price, prices: { input: 100, output: 100 } }
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
    turn++;
    // 10,000 tokens at $100 the million: a dollar, 100 cents.
    const usage = { prompt_tokens: 5_000, completion_tokens: 5_000, total_tokens: 10_000 };
    const answer = { model: 'round-price', choices: [{ message: { content: 'x' }, finish_reason: 'stop' }], usage };
    upstream.answer((_req, res) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
    );
  });

  /** Each test has a window of its own, and so a bucket of its own. */
  const window = () => (kind === 'LMDB' ? 100_000 : 200_000) + turn * 100;
  const ask = (
    policy: string,
    more: Record<string, string> = {},
    path = '/openai/v1/chat/completions',
    body = '{"model":"round-price","messages":[]}',
  ) =>
    call(`${proxy.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'helicone-ratelimit-policy': policy, ...more },
      body,
    });

  it('lets QUOTA calls through, and then says when the next is due', async () => {
    const policy = `3;w=${window()}`;
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await ask(policy));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers['helicone-ratelimit-remaining'])).toEqual(['2', '1', '0', '0']);
    expect(answers[0]?.headers).toMatchObject({
      'helicone-ratelimit-limit': '3',
      'helicone-ratelimit-policy': policy,
      'helicone-ratelimit-reset': String(Math.ceil(window() / 3)),
    });
    const refused = answers[3];
    expect(refused?.headers).toMatchObject({
      'x-helicone-error': 'rate_limited',
      'spendlens-error': 'rate_limited',
      'retry-after': expect.stringMatching(/^\d+$/),
    });
    expect(JSON.parse(String(refused?.body))).toMatchObject({
      error: { type: 'rate_limit_error', code: 'rate_limited' },
    });
    expect(upstream.received).toHaveLength(3);
    expect(await proxy.exchange(String(refused?.headers['helicone-id']))).toMatchObject({
      status: 429,
      errorKind: 'refused',
      attempts: [],
    });
  });

  it.each([
    ['/anthropic/v1/messages', { type: 'error', error: { type: 'rate_limit_error', message: expect.any(String) } }],
    [
      '/google/v1beta/models/gemini-2.5-flash:generateContent',
      { error: { code: 429, message: expect.any(String), status: 'RESOURCE_EXHAUSTED' } },
    ],
  ])('refuses in the words of %s', async (path, shape) => {
    await ask(`1;w=${window()}`, {}, path);
    const refused = await ask(`1;w=${window()}`, {}, path);
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body.toString())).toEqual(shape);
  });

  it('of a hundred at once lets through as many as it says', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(`7;w=${window()}`)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(upstream.received).toHaveLength(7);
  });

  it.each([
    ['user', (who: string) => ({ 'helicone-user-id': who })],
    ['tenant', (who: string) => ({ 'helicone-property-tenant': who })],
  ])('by %s: each has a bucket of its own, and who does not say goes through', async (segment, as) => {
    const policy = `1;w=${window()};s=${segment}`;
    const statuses = [];
    for (const who of ['ann', 'bob', 'ann']) statuses.push((await ask(policy, as(who))).status);
    expect(statuses).toEqual([200, 200, 429]);
    for (let i = 0; i < 3; i++) expect((await ask(policy)).status).toBe(200);
  });

  it('by cents: what a call cost is taken when it is over, and the bucket may then owe', async () => {
    const policy = `150;w=${window()};u=cents`;
    const left = async () => {
      const answer = await ask(policy);
      // The charge follows the answer, and is made by the time that it stands in the record.
      await proxy.exchange(String(answer.headers['helicone-id']));
      return [answer.status, answer.headers['helicone-ratelimit-remaining']];
    };
    // 150, then 150 - 100 = 50, then 50 - 100 = -50
    expect(await left()).toEqual([200, '150']);
    expect(await left()).toEqual([200, '50']);
    expect(await left()).toEqual([429, '0']);
    expect(upstream.received).toHaveLength(2);
  });

  it.each([
    ['document', 'application/json', (text: string) => JSON.stringify({ choices: [{ message: { content: text } }] })],
    [
      'stream that breaks off',
      'text/event-stream',
      (text: string) => `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`,
    ],
  ])('by cents: a %s without a usage counts by an estimate', async (_name, type, bodyOf) => {
    upstream.answer((_req, res) => res.writeHead(200, { 'content-type': type }).end(bodyOf('y'.repeat(20_000))));
    const policy = `150;w=${window()};u=cents`;
    const body = JSON.stringify({ model: 'round-price', messages: [{ role: 'user', content: 'x'.repeat(20_000) }] });
    const left = async () => {
      const answer = await ask(policy, {}, undefined, body);
      await proxy.exchange(String(answer.headers['helicone-id']));
      return answer.headers['helicone-ratelimit-remaining'];
    };
    // 20,004 bytes sent, with the role, are 5,001 tokens; 20,000 answered are 5,000: 10,001 × 0.01 cents = 100.01
    expect([await left(), await left()]).toEqual(['150', '49']);
  });

  it('by cents: what the provider refused counts nothing', async () => {
    upstream.answer((_req, res) => res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{}}'));
    const policy = `150;w=${window()};u=cents`;
    for (let i = 0; i < 2; i++) {
      const answer = await ask(policy);
      await proxy.exchange(String(answer.headers['helicone-id']));
      expect(answer.headers['helicone-ratelimit-remaining']).toBe('150');
    }
  });

  it('a hit of the cache spends nothing', async () => {
    const headers = { 'helicone-cache-enabled': 'true', 'helicone-cache-seed': `${kind}-${turn}` };
    const policy = `1;w=${window()}`;
    for (const expected of ['MISS', 'HIT', 'HIT'])
      expect((await ask(policy, headers)).headers['helicone-cache']).toBe(expected);
    expect((await ask(policy)).status).toBe(429);
  });

  it('a policy that does not read well is a 400 that says which part', async () => {
    const answer = await ask('10;w=5');
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain('w must be 60 to 31536000 seconds');
  });
});
