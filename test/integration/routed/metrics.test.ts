import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** What whoever runs the proxy sees of retries, fallbacks, resting targets, cache and limits. */

let upstream: Upstream;
let proxy: TestProxy;
let scraped = '';

const NO_USAGE = '{"choices":[]}';

beforeAll(async () => {
  upstream = await startUpstream();
  proxy = await startTestProxy({
    config: `providers:
  openai: { baseUrl: '${upstream.url}' }
  house: { baseUrl: '${upstream.url}' }
  down: { baseUrl: 'http://127.0.0.1:1' }
routed: { retryFloor: 2, breakerFailures: 2, coolDownMs: 60000 }
targets: { allow: ['localhost:${upstream.port}'], allowPrivate: true }
routes:
  - { id: steady, name: steady, targets: [{ model: down/x }, { model: openai/gpt-4o }] }
`,
  });
  let refusals = 3;
  upstream.answer(async (_req, res, { body }) => {
    const isBusy = body.includes('busy') && refusals-- > 0;
    if (body.includes('slow')) await sleep(1_000);
    res.writeHead(isBusy ? 429 : 200, { 'content-type': 'application/json' }).end(NO_USAGE);
  });
  await traffic();
  scraped = await scrape();
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await upstream?.close();
});

const ask = (model: string, headers: Record<string, string> = {}, path = '/openai/v1/chat/completions') =>
  call(`${proxy.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-1', ...headers },
    body: JSON.stringify({ model, messages: [] }),
  });
const scrape = async () => (await call(`${proxy.url}/metrics`)).body.toString();
/** Of one metric: its values by its labels. */
function series(name: string, text = scraped): Record<string, number> {
  const lines = [...text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))];
  return Object.fromEntries(lines.map(([, labels = '', value]) => [labels.replaceAll('"', ''), Number(value)]));
}

async function traffic(): Promise<void> {
  // 429 three times with a budget of two: two calls are made again, the third is held back.
  await ask('busy', {
    'helicone-retry-enabled': 'true',
    'helicone-retry-min-timeout': '1',
    'helicone-retry-max-timeout': '5',
  });
  // Twice nobody is there, then the target rests.
  for (let i = 0; i < 3; i++) await ask('steady', {}, '/v1/chat/completions');
  const cached = { 'helicone-cache-enabled': 'true' };
  await Promise.all([ask('slow', cached), ask('slow', cached), ask('slow', cached)]);
  await ask('slow', cached);
  for (let i = 0; i < 3; i++) await ask('m', { 'helicone-ratelimit-policy': '1;w=600' });
  const byCents = await ask('m', { 'helicone-ratelimit-policy': '1;w=600;u=cents' }, '/house/v1/chat/completions');
  await proxy.exchange(String(byCents.headers['helicone-id']));
  const own = { 'helicone-target-url': `http://localhost:${upstream.port}`, ...cached };
  await ask('m', own, '/v1/chat/completions');
}

describe('the metrics', () => {
  it.each<[string, Record<string, number>]>([
    ['spendlens_routed_retries_total', { 'provider=openai,outcome=made': 2, 'provider=openai,outcome=held': 1 }],
    ['spendlens_routed_fallbacks_total', { 'provider=down,cause=unreachable': 2 }],
    ['spendlens_routed_target_open', { 'target=down/x': 1, 'target=openai/gpt-4o': 0 }],
    [
      'spendlens_routed_cache_total',
      {
        'provider=openai,outcome=miss': 1,
        'provider=openai,outcome=joined': 2,
        'provider=openai,outcome=hit': 1,
        'provider=other,outcome=miss': 1,
      },
    ],
    [
      'spendlens_routed_limits_total',
      { 'unit=request,outcome=granted': 1, 'unit=request,outcome=refused': 2, 'unit=cents,outcome=granted': 1 },
    ],
    ['spendlens_routed_uncounted_total', { 'provider=house': 1 }],
    ['spendlens_routed_state_errors_total', { 'feature=cache': 0, 'feature=limits': 0 }],
  ])('%s', (name, expected) => {
    expect(series(name)).toEqual(expected);
  });

  it('name no address that an app brought itself', () => {
    expect(scraped).not.toContain('localhost');
    expect(series('spendlens_proxy_requests_total')).toMatchObject({ 'provider=other,status=2xx': 1 });
  });
});

it('without the state that they share, cache and limits say so', async () => {
  const lonely = await startTestProxy({
    config: `providers: { openai: { baseUrl: '${upstream.url}' } }\n`,
    env: { REDIS_URL: 'redis://127.0.0.1:1' },
  });
  const headers = { 'helicone-cache-enabled': 'true', 'helicone-ratelimit-policy': '1;w=60' };
  await call(`${lonely.url}/openai/v1/chat/completions`, { method: 'POST', headers, body: '{}' });
  const text = (await call(`${lonely.url}/metrics`)).body.toString();
  expect(series('spendlens_routed_state_errors_total', text)).toEqual({
    // Not asked, and then not kept.
    'feature=cache': 2,
    'feature=limits': 1,
  });
  await lonely.stop();
  lonely.remove();
});
