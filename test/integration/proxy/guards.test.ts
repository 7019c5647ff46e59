import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** Who gets in, what never reaches the disk, and how the proxy is run. */

const KEY = 'proxy-key-0123456789abcdef';
let upstream: Upstream;
let config: string;

beforeAll(async () => {
  upstream = await startUpstream();
  config = `providers:\n  openai: { baseUrl: '${upstream.url}' }\n  anthropic: { baseUrl: '${upstream.url}' }\n`;
});
afterAll(() => upstream?.close());
beforeEach(() => {
  upstream.received.length = 0;
  upstream.answer((_req, res) => res.end('{}'));
});

describe('with a key set', () => {
  let proxy: TestProxy;
  beforeAll(async () => {
    proxy = await startTestProxy({ config, env: { SPENDLENS_PROXY_KEY: KEY, SPENDLENS_PROXY_HOST: '0.0.0.0' } });
  });
  afterAll(async () => {
    await proxy?.stop();
    proxy?.remove();
  });

  it.each([
    ['in Helicone-Auth', '/openai/v1/x', { 'helicone-auth': `Bearer ${KEY}`, authorization: 'Bearer sk-1' }],
    ['in Spendlens-Auth', '/openai/v1/x', { 'spendlens-auth': `bearer ${KEY}`, authorization: 'Bearer sk-1' }],
    ['inside Authorization', '/openai/v1/x', { authorization: `Bearer sk-1, ${KEY}` }],
    ['inside Authorization with a scheme', '/openai/v1/x', { authorization: `Bearer sk-1, Bearer ${KEY}` }],
    ['as first segment', `/${KEY}/openai/v1/x`, { authorization: 'Bearer sk-1' }],
    [
      'everywhere at once',
      `/${KEY}/openai/v1/x`,
      { authorization: `Bearer sk-1, ${KEY}`, 'helicone-auth': `Bearer ${KEY}` },
    ],
  ])('it is taken %s, and the provider never sees it', async (_name, path, headers) => {
    const answer = await call(`${proxy.url}${path}`, { headers });
    expect(answer.status).toBe(200);
    expect(upstream.received[0]).toMatchObject({ url: '/v1/x', headers: { authorization: 'Bearer sk-1' } });
    expect(JSON.stringify(upstream.received[0]?.rawHeaders)).not.toContain(KEY);
    expect(await proxy.exchange(String(answer.headers['helicone-id']))).toMatchObject({ path: '/v1/x' });
  });

  it.each([
    ['is missing', '/openai/v1/x', { authorization: 'Bearer sk-1' }],
    ['is wrong', '/openai/v1/x', { 'helicone-auth': `Bearer ${KEY}x` }],
    ['is only the beginning', '/openai/v1/x', { 'helicone-auth': `Bearer ${KEY.slice(0, -1)}` }],
    ['is a wrong segment', '/nokey/openai/v1/x', {}],
  ])('where it %s the answer is a 401 and nothing is recorded', async (_name, path, headers) => {
    const before = (await proxy.exchanges(0)).length;
    const answer = await call(`${proxy.url}${path}`, { headers });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { type: 'authentication_error' } });
    expect(answer.headers['helicone-id']).toBeDefined();
    expect(upstream.received).toHaveLength(0);
    expect(await proxy.exchanges(0)).toHaveLength(before);
  });

  it('the answer is in the API’s own shape', async () => {
    const answer = await call(`${proxy.url}/v1/messages`, { method: 'POST', body: '{}' });
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      type: 'error',
      error: { type: 'authentication_error' },
    });
  });

  it('metrics ask for it, health does not', async () => {
    expect((await call(`${proxy.url}/metrics`)).status).toBe(401);
    const metrics = await call(`${proxy.url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
    expect(metrics.body.toString()).toMatch(/^spendlens_proxy_unauthorized_total [1-9]/m);
    expect((await call(`${proxy.url}/healthz`)).status).toBe(200);
  });
});

it('an address that others reach needs a key', async () => {
  await expect(startTestProxy({ config, env: { SPENDLENS_PROXY_HOST: '0.0.0.0' } })).rejects.toThrow(
    /^exit 78: spendlens proxy: SPENDLENS_PROXY_HOST is 0\.0\.0\.0.*set SPENDLENS_PROXY_KEY/,
  );
});

it('a configuration that does not read well names file, line, key and what was expected', async () => {
  await expect(startTestProxy({ config: 'providers:\n  openai:\n    baseURL: http://x\n' })).rejects.toThrow(
    /spendlens\.yaml:3:5: providers\.openai\.baseURL: found this key, expected a map with the keys baseUrl, style, title/,
  );
});

it('no secret reaches the disk', async () => {
  const proxy = await startTestProxy({ config });
  const secret = (n: number) => `s3cr3t-value-number-${n}`;
  const headers = {
    authorization: `Bearer ${secret(1)}`,
    'x-api-key': secret(2),
    'api-key': secret(3),
    'x-goog-api-key': secret(4),
    cookie: `session=${secret(5)}`,
    'proxy-authorization': `Basic ${secret(6)}`,
    'helicone-auth': `Bearer ${secret(7)}`,
    'helicone-fallbacks': `[{"headers":{"Authorization":"${secret(8)}"}}]`,
    'x-amz-security-token': secret(9),
    'x-my-secret': secret(10),
    'helicone-posthog-key': secret(11),
    'spendlens-auth': secret(12),
    'ocp-apim-subscription-key': secret(13),
    'x-ratelimit-remaining-tokens': 'harmless-1',
    'idempotency-key': 'harmless-2',
  };
  upstream.answer((_req, res) =>
    res.writeHead(200, { 'set-cookie': `a=${secret(20)}`, 'x-request-id': 'harmless-3' }).end('{}'),
  );
  const query = `key=${secret(30)}&alt=sse&access_token=${secret(31)}&X-Amz-Signature=${secret(32)}&api%5Fkey=${secret(33)}`;
  const answer = await call(`${proxy.url}/openai/v1/x?${query}`, { headers });
  expect(upstream.received[0]?.url).toBe(`/v1/x?${query}`);
  await call(`${proxy.url}/sk-helicone-${secret(40)}/openai/v1/x`);
  await call(`${proxy.url}/openai/v1/x`, { headers: { authorization: `Bearer sk-1, sk-helicone-${secret(41)}` } });
  expect(upstream.received[1]?.headers.authorization).toBe('Bearer sk-1');
  const exchange = await proxy.exchange(String(answer.headers['helicone-id']));
  expect(exchange.path).toBe(
    '/v1/x?key=[redacted]&alt=sse&access_token=[redacted]&X-Amz-Signature=[redacted]&api%5Fkey=[redacted]',
  );
  expect(exchange.keyId).toMatch(/^[\da-f]{12}$/);
  await proxy.exchanges(3);
  await proxy.stop();
  const disk = proxy.bytesOnDisk();
  expect(disk.includes('s3cr3t')).toBe(false);
  for (const harmless of ['harmless-1', 'harmless-2', 'harmless-3']) expect(disk.includes(harmless)).toBe(true);
  proxy.remove();
});

it('a taken port is named', async () => {
  await expect(startTestProxy({ config, env: { SPENDLENS_PROXY_PORT: String(upstream.port) } })).rejects.toThrow(
    new RegExp(`exit 78: spendlens proxy: port ${upstream.port} on 127.0.0.1 is taken`),
  );
});

it('uploads that the provider does not wait for still get its answer', async () => {
  const proxy = await startTestProxy({ config });
  upstream.answerAtOnce((_req, res) =>
    res.writeHead(413, { 'content-type': 'application/json' }).end('{"too":"large"}'),
  );
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const req = request(`${proxy.url}/openai/v1/files`, { method: 'POST' }, (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode));
    });
    req.on('error', reject);
    req.write(Buffer.alloc(1_000_000));
    setTimeout(() => req.end(Buffer.alloc(1_000_000)), 300);
  });
  expect(status).toBe(413);
  await proxy.stop();
  proxy.remove();
});

it('health and metrics do not stand before a provider that has its own host name', async () => {
  const proxy = await startTestProxy({ config });
  expect((await call(`${proxy.url}/metrics`)).body.toString()).toContain('spendlens_proxy_requests_total');
  expect((await call(`${proxy.url}/readyz`)).status).toBe(200);
  expect(upstream.received).toHaveLength(0);
  await call(`${proxy.url}/metrics`, { headers: { host: 'openai.example.com' } });
  await call(`${proxy.url}/openai/healthz`);
  expect(upstream.received.map((received) => received.url)).toEqual(['/metrics', '/healthz']);
  await proxy.stop();
  proxy.remove();
});
