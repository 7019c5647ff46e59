import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

let upstream: Upstream;
let proxy: TestProxy;

beforeAll(async () => {
  upstream = await startUpstream();
  proxy = await startTestProxy({ config: `providers:\n  openai: { baseUrl: '${upstream.url}' }\n` });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await upstream?.close();
});
beforeEach(() => {
  upstream.received.length = 0;
});

const url = (path: string) => `${proxy.url}${path}`;

describe('tags', () => {
  it('come from Helicone’s headers and ours, which win, and stay within their limits', async () => {
    const id = randomUUID();
    const headers: Record<string, string> = {
      'helicone-request-id': id,
      'helicone-user-id': 'first',
      'spendlens-user-id': Buffer.from('Zoë').toString('latin1'),
      'helicone-property-feature': 'Search',
      'spendlens-property-Tenant': 'acme',
      'helicone-session-id': 's1',
      'helicone-session-path': '/a/b',
      'helicone-session-name': 'chat',
      'helicone-prompt-id': 'p',
      'helicone-prompt-version': '3',
      'helicone-prompt-name': 'greeting',
      'helicone-model-override': 'gpt-4o',
      'spendlens-kind': 'demo',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      authorization: 'Bearer sk-abc',
    };
    const answer = await call(url('/openai/v1/x'), { headers });
    expect(answer.headers).toMatchObject({ 'helicone-id': id, 'spendlens-id': id });
    const exchange = await proxy.exchange(id);
    expect(exchange).toMatchObject({
      kind: 'demo',
      lane: 'pass',
      provider: 'openai',
      modelOverride: 'gpt-4o',
      keyId: createHash('sha256').update('sk-abc').digest('hex').slice(0, 12),
      tags: {
        userId: 'Zoë',
        feature: 'Search',
        promptId: 'p',
        promptVersion: '3',
        sessionId: 's1',
        sessionName: 'chat',
        sessionPath: '/a/b',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        properties: { feature: 'Search', tenant: 'acme', 'prompt-name': 'greeting' },
        cut: false,
      },
      attempts: [{ attempt: 1, upstream: upstream.url, status: 200, errorKind: null }],
    });
  });

  it('beyond the limits are cut and flagged, and the request goes through', async () => {
    const headers: Record<string, string> = { 'helicone-property-long': 'x'.repeat(5_000) };
    for (let i = 0; i < 100; i++) headers[`helicone-property-p${i}`] = 'y'.repeat(2_048);
    const answer = await call(url('/openai/v1/x'), { headers });
    expect(answer.status).toBe(200);
    const { tags } = await proxy.exchange(String(answer.headers['helicone-id']));
    expect(Object.keys(tags.properties)).toHaveLength(64);
    expect(tags.properties['long']).toHaveLength(2_048);
    expect(tags.cut).toBe(true);
  });

  it('may be called as what every object has', async () => {
    const headers = { 'helicone-property-__proto__': 'p', 'helicone-ratelimit-policy': '1;w=60;s=constructor' };
    const answers = [await call(url('/openai/v1/x'), { headers }), await call(url('/openai/v1/x'), { headers })];
    // Nobody said what its `constructor` is, so nobody is limited by it.
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { tags } = await proxy.exchange(String(answers[0]?.headers['helicone-id']));
    // The log's reader gives the one name back without its last underscore.
    expect(tags.properties).toEqual({ __proto_: 'p' });
  });

  it('name what was asked and is not done', async () => {
    const headers = {
      'spendlens-token-limit-exception-handler': 'truncate',
      'helicone-retry-enabled': 'true',
      'helicone-stream-usage': 'false',
      'helicone-nonsense': '1',
    };
    const answer = await call(url('/openai/v1/x'), { headers });
    expect(answer.headers['spendlens-ignored']).toBe('Spendlens-Token-Limit-Exception-Handler, Helicone-Nonsense');
  });

  it.each([
    ['helicone-moderations-enabled', 'true', /not available yet/],
    ['helicone-llm-security-enabled', 'true', /not available yet/],
    ['helicone-ratelimit-policy', '10;w=5', /w must be 60 to 31536000 seconds, found \\"5\\"/],
    ['helicone-cache-bucket-max-size', '21', /from 1 to 20, found \\"21\\"/],
    ['helicone-target-url', 'http://169.254.169.254/latest', /neither the address of a configured provider/],
  ])('refuse %s: %s with a 400 that says why', async (name, value, reason) => {
    const answer = await call(url('/openai/v1/x'), { headers: { [name]: value } });
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toMatch(reason);
    expect(upstream.received).toHaveLength(0);
    const exchange = await proxy.exchange(String(answer.headers['helicone-id']));
    expect(exchange).toMatchObject({ status: 400, errorKind: 'refused', attempts: [] });
  });
});
