import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readAsks } from '../../../proxy/asks.ts';
import { readSettings } from '../../../proxy/config.ts';
import { keyIdOf } from '../../../proxy/credential.ts';
import { splitHeaders } from '../../../proxy/own-headers.ts';
import { faultInRateLimitPolicy } from '../../../proxy/rate-limit/policy.ts';
import { redactHeaders, redactPath, redactStrangePath } from '../../../proxy/redact.ts';
import { readTags } from '../../../proxy/tags.ts';

describe('what goes on to the provider', () => {
  const passed = (headers: IncomingHttpHeaders, method = 'POST') => {
    return splitHeaders(headers, method, false).passed;
  };
  it.each<[string, IncomingHttpHeaders, IncomingHttpHeaders, string?]>([
    ['is all that concerns it', { accept: 'a', 'x-api-key': 'k' }, { accept: 'a', 'x-api-key': 'k' }],
    ['is nothing of ours', { 'helicone-x': '1', 'spendlens-y': '2', heliconex: '3' }, { heliconex: '3' }],
    ['is nothing that Connection nominates', { connection: 'X-A, close', 'x-a': '1', 'x-b': '2' }, { 'x-b': '2' }],
    [
      'is the length, whoever nominates it',
      { connection: 'content-length', 'content-length': '3' },
      { 'content-length': '3' },
    ],
    ['is no upgrade', { connection: 'upgrade', upgrade: 'h2c' }, {}],
    ['is no TE of a body that Node frames itself', { 'transfer-encoding': 'chunked' }, {}],
    [
      'is that of a GET, whose body would be a second request',
      { 'transfer-encoding': 'chunked' },
      { 'transfer-encoding': 'chunked' },
      'GET',
    ],
    [
      'is one that says more than chunked',
      { 'transfer-encoding': 'gzip, chunked' },
      { 'transfer-encoding': 'gzip, chunked' },
    ],
  ])('%s', (_name, headers, expected, method) => {
    expect(passed(headers, method)).toEqual(expected);
  });
});

describe('tags', () => {
  const tagsOf = (headers: IncomingHttpHeaders, traceparent?: string) =>
    readTags(splitHeaders(headers, 'GET', false).own, traceparent);
  it('are cut at whole characters', () => {
    const long = Buffer.from('é'.repeat(2_000)).toString('latin1');
    const { userId, cut } = tagsOf({ 'helicone-user-id': long });
    expect(userId).toBe('é'.repeat(1_024)); // 2 bytes each, 2,048 in all
    expect(cut).toBe(true);
  });
  it('may be Latin-1 where they are no UTF-8', () => {
    expect(tagsOf({ 'helicone-user-id': 'Zo\xeb' }).userId).toBe('Zoë');
  });
  it('cut the names of properties, too', () => {
    const { properties, cut } = tagsOf({ [`helicone-property-${'n'.repeat(200)}`]: 'v' });
    expect(Object.keys(properties)).toEqual(['n'.repeat(128)]);
    expect(cut).toBe(true);
  });
  it('keep what has no column as properties', () => {
    expect(
      tagsOf({ 'helicone-experiment-id': 'e', 'helicone-posthog-host': 'h', 'helicone-property-': 'x' }).properties,
    ).toEqual({
      'experiment-id': 'e',
      'posthog-host': 'h',
    });
  });
  it.each([
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', ''],
    ['nonsense', ''],
    [undefined, ''],
  ])('read the trace id of %s', (traceparent, expected) => {
    expect(tagsOf({}, traceparent).traceId).toBe(expected);
  });
});

it('the twin of ours wins, whichever comes first', () => {
  const read = (headers: IncomingHttpHeaders) => readTags(splitHeaders(headers, 'GET', false).own, undefined).userId;
  expect(read({ 'helicone-user-id': 'a', 'spendlens-user-id': 'b' })).toBe('b');
  expect(read({ 'spendlens-user-id': 'b', 'helicone-user-id': 'a' })).toBe('b');
});

it('a demo is told by our header only', () => {
  const kind = (value: string) => readAsks(splitHeaders({ 'spendlens-kind': value }, 'GET', false).own).kind;
  expect([kind('demo'), kind('import'), kind('')]).toEqual(['demo', 'app', 'app']);
});

describe('a rate limit policy', () => {
  it.each([
    ['10;w=60', ''],
    ['0.5;w=3600;u=cents;s=user', ''],
    ['10; w=60 ; s=organization', ''],
    ['', 'QUOTA must be a number above 0, found ""'],
    ['0;w=60', 'QUOTA must be a number above 0, found "0"'],
    ['-1;w=60', 'QUOTA must be a number above 0, found "-1"'],
    ['10', 'w=SECONDS is missing'],
    ['10;w=59', 'w must be 60 to 31536000 seconds, found "59"'],
    ['10;w=1e9', 'w must be 60 to 31536000 seconds, found "1e9"'],
    ['10;w=60;u=tokens', 'u must be request or cents, found "tokens"'],
    ['10;w=60;s=', 's must be user or the name of a property'],
    ['10;w=60;w=70', 'w= stands twice'],
    ['10;w=60;x=1', '"x=1" is no part of a policy; expected w=, u= or s='],
  ])('%j: %s', (policy, fault) => {
    expect(faultInRateLimitPolicy(policy)).toBe(fault);
  });
});

describe('redaction', () => {
  it.each([
    'Authorization',
    'X-API-Key',
    'api-key',
    'X-Goog-Api-Key',
    'Cookie',
    'Set-Cookie',
    'Helicone-Auth',
    'X-Amz-Security-Token',
    'X-Client-Secret',
    'Private-Token',
    'Spendlens-Fallbacks',
  ])('hides %s', (name) => {
    expect(redactHeaders([name, 'value'])).toEqual([[name, '[redacted]']]);
  });
  it.each([
    'Content-Type',
    'Idempotency-Key',
    'x-ratelimit-remaining-tokens',
    'anthropic-ratelimit-input-tokens-limit',
    'x-amzn-bedrock-input-token-count',
    'Helicone-Property-Feature',
    'X-Request-ID',
    'Helicone-Token-Limit-Exception-Handler',
  ])('shows %s', (name) => {
    expect(redactHeaders([name, 'value'])).toEqual([[name, 'value']]);
  });
  it('hides the key among the subprotocols of a WebSocket', () => {
    const offered = 'realtime, openai-insecure-api-key.sk-abc_1, openai-organization.org-1, openai-beta.realtime-v1';
    expect(redactHeaders(['Sec-WebSocket-Protocol', offered])).toEqual([
      [
        'Sec-WebSocket-Protocol',
        'realtime, openai-insecure-api-key.[redacted], openai-organization.org-1, openai-beta.realtime-v1',
      ],
    ]);
  });
  it.each([
    ['/v1/x', '/v1/x'],
    ['/v1/x?key=abc', '/v1/x?key=[redacted]'],
    ['/v1/x?a=1&api_key=abc&b=2', '/v1/x?a=1&api_key=[redacted]&b=2'],
    ['/v1/x?KEY=abc', '/v1/x?KEY=[redacted]'],
    ['/v1/x?k%65y=abc', '/v1/x?k%65y=[redacted]'],
    ['/v1/x?sv=2&sig=abc', '/v1/x?sv=2&sig=[redacted]'],
    ['/v1/x?monkey=1&pageToken', '/v1/x?monkey=1&pageToken'],
    ['/v1/x?%E0%A4%A=1', '/v1/x?%E0%A4%A=1'],
    ['/sk-helicone-aaaaaaaaaaaaaa/v1', '/[redacted]/v1'],
    ['/v1/models/gpt-4o-2024-08-06', '/v1/models/gpt-4o-2024-08-06'],
  ])('of %s is %s', (path, expected) => {
    expect(redactPath(path)).toBe(expected);
  });
  it.each([
    ['/nonsense/v1', '/nonsense/v1'],
    ['/v1x', '/[redacted]'],
    ['/hjk23h4kjh5g6/openai/v1?a=1', '/[redacted]/openai/v1?a=1'],
    ['/', '/'],
  ])('of %s, which names no provider, is %s', (path, expected) => {
    expect(redactStrangePath(path)).toBe(expected);
  });
});

describe('the fingerprint of a credential', () => {
  const id = (headers: IncomingHttpHeaders, url = '/') => keyIdOf(headers, url);
  it('is the same wherever the credential stands, and never the credential', () => {
    const expected = id({ authorization: 'Bearer sk-abc' });
    expect(expected).toMatch(/^[\da-f]{12}$/);
    expect(id({ 'x-api-key': 'sk-abc' })).toBe(expected);
    expect(id({ 'x-goog-api-key': 'sk-abc' })).toBe(expected);
    expect(id({}, '/v1?alt=sse&key=sk-abc')).toBe(expected);
    expect(id({ 'sec-websocket-protocol': 'realtime, openai-insecure-api-key.sk-abc, x' })).toBe(expected);
  });
  it('of signed AWS requests is that of their access key, since signatures are new each time', () => {
    const signed = (signature: string) =>
      `AWS4-HMAC-SHA256 Credential=AKIA1/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=${signature}`;
    expect(id({ authorization: signed('a') })).toBe(id({ authorization: signed('b') }));
  });
  it('is empty where there is none', () => {
    expect(id({})).toBe('');
  });
});

describe('the settings', () => {
  it.each([
    ['SPENDLENS_CAPTURE_LIMIT', '4MB?', /^SPENDLENS_CAPTURE_LIMIT: expected a size such as/],
    ['SPENDLENS_PROXY_PORT', '99999', /^SPENDLENS_PROXY_PORT: /],
    ['SPENDLENS_PROXY_KEY', 'short', /^SPENDLENS_PROXY_KEY: expected 16 to 256 characters/],
    ['SPENDLENS_PROXY_HOST', '192.168.1.1', /^SPENDLENS_PROXY_HOST is 192\.168\.1\.1/],
    ['SPENDLENS_PROXY_HOST', '127.evil.example', /^SPENDLENS_PROXY_HOST is 127\.evil\.example/],
  ])('%s=%s is refused by name', (name, value, expected) => {
    expect(() => readSettings({ SPENDLENS_DATA: '/d', [name]: value })).toThrow(expected);
  });
  it('have defaults, also where a variable is empty', () => {
    const settings = readSettings({
      SPENDLENS_DATA: '/d',
      SPENDLENS_PROXY_PORT: '',
      SPENDLENS_CAPTURE_LIMIT: '512KiB',
    });
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      captureLimit: 524_288,
      captureTotal: 268_435_456,
      proxyKey: null,
    });
  });
});
