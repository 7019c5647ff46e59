import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** Where callers' own addresses may lead: to what the list allows, and never behind the firewall. */

/** Stands where nobody may reach: a service on this machine. */
let inside: Upstream;
let proxy: TestProxy;
let open: TestProxy;

beforeAll(async () => {
  inside = await startUpstream();
  // Any public host: what is refused here is refused for the address that it leads to.
  proxy = await startTestProxy({ config: `targets: { allow: ['*:*', '[::1]:*'] }\n` });
  open = await startTestProxy({
    config: `targets: { allow: ['127.0.0.1:${inside.port}', 'localhost:*'], allowPrivate: true }\n`,
  });
});
afterAll(async () => {
  for (const each of [proxy, open]) {
    await each?.stop();
    each?.remove();
  }
  await inside?.close();
});
beforeEach(() => {
  inside.received.length = 0;
  inside.answer((_req, res) => res.end('{"secret":"of the inside"}'));
});

const post = (to: TestProxy, headers: Record<string, string>, path = '/v1/chat/completions') =>
  call(`${to.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{}' });

const hosts: [string, string][] = [
  ['loopback', '127.0.0.1'],
  ['another loopback', '127.8.9.1'],
  ['the short form', '127.1'],
  ['the decimal form', '2130706433'],
  ['the octal form', '0177.0.0.1'],
  ['the hexadecimal form', '0x7f000001'],
  ['a mixed form', '0x7f.0.1'],
  ['the full-width form', '１２７.0.0.1'],
  ['a percent-encoded form', '%31%32%37.0.0.1'],
  ['a trailing dot', '127.0.0.1.'],
  ['a name for loopback', 'localhost'],
  ['the same with a dot', 'localhost.'],
  ['the same in capitals', 'LOCALHOST'],
  ['the unspecified address', '0.0.0.0'],
  ['its short form', '0'],
  ['IPv6 loopback', '[::1]'],
  ['IPv6 loopback in full', '[0:0:0:0:0:0:0:1]'],
  ['IPv6 unspecified', '[::]'],
  ['loopback mapped into IPv6', '[::ffff:127.0.0.1]'],
  ['the same in hexadecimal', '[::ffff:7f00:1]'],
  ['loopback translated (SIIT)', '[::ffff:0:127.0.0.1]'],
  ['loopback in the oldest form', '[::127.0.0.1]'],
  ['loopback through NAT64', '[64:ff9b::7f00:1]'],
  ['loopback through local NAT64', '[64:ff9b:1::7f00:1]'],
  ['loopback through 6to4', '[2002:7f00:1::]'],
  ['loopback through Teredo', '[2001:0:7f00:1::]'],
  ['a private address', '10.0.0.1'],
  ['a private address', '172.16.0.1'],
  ['a private address', '172.31.255.254'],
  ['a private address', '192.168.1.1'],
  ['a private address in decimal', '167772161'],
  ['a private address mapped into IPv6', '[::ffff:10.0.0.1]'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['link-local', '169.254.1.1'],
  ['the metadata service', '169.254.169.254'],
  ['the metadata service in decimal', '2852039166'],
  ['the metadata service in hexadecimal', '0xa9fea9fe'],
  ['the metadata service in octal', '0251.0376.0251.0376'],
  ['the metadata service mapped into IPv6', '[::ffff:a9fe:a9fe]'],
  ['the metadata service through NAT64', '[64:ff9b::a9fe:a9fe]'],
  ['Alibaba’s metadata service', '100.100.100.200'],
  ['Amazon’s over IPv6', '[fd00:ec2::254]'],
  ['Oracle’s metadata service', '192.0.0.192'],
  ['Azure’s wire server', '168.63.129.16'],
  ['IPv6 link-local', '[fe80::1]'],
  ['IPv6 unique local', '[fc00::1]'],
  ['IPv6 site-local', '[fec0::1]'],
  ['multicast', '224.0.0.1'],
  ['IPv6 multicast', '[ff02::1]'],
  ['broadcast', '255.255.255.255'],
  ['a reserved address', '240.0.0.1'],
  ['a network for tests', '192.0.2.1'],
  ['a network for benchmarks', '198.18.0.1'],
];

describe('is refused, whoever asks: ', () => {
  it.each(hosts)('%s, http://%s', async (_name, host) => {
    // A header carries no more than Latin-1; who writes beyond it writes UTF-8.
    const target = Buffer.from(`http://${host}:${inside.port}`).toString('latin1');
    const answer = await post(proxy, { 'helicone-target-url': target });
    // What no resolver knows could not be reached at all.
    const refused = host === 'localhost.' ? /target_refused|upstream_unreachable/ : /target_refused/;
    expect(answer.headers['spendlens-error']).toMatch(refused);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.toString()).not.toContain('secret');
    expect(inside.received).toHaveLength(0);
  });

  it.each([
    ['user and password', (port: number) => `http://user:pass@example.com:${port}`],
    ['a host in the place of the user', (port: number) => `http://example.com@127.0.0.1:${port}`],
    ['another scheme', () => 'file:///etc/passwd'],
    ['another scheme', (port: number) => `ftp://127.0.0.1:${port}`],
    ['another scheme', (port: number) => `gopher://127.0.0.1:${port}/_GET`],
    ['a backslash', (port: number) => `http://127.0.0.1:${port}\\@example.com`],
    ['a tab in the host', (port: number) => `http://127.0.0.1\t:${port}`],
    ['no URL', () => 'nonsense'],
    ['a socket of the machine', () => 'unix:/var/run/docker.sock'],
  ])('%s', async (_name, target) => {
    const answer = await post(proxy, { 'helicone-target-url': target(inside.port) });
    expect(answer.status).toBe(400);
    expect(inside.received).toHaveLength(0);
  });

  it.each(['helicone-target-url', 'spendlens-target-url', 'helicone-openai-api-base'])('in %s', async (name) => {
    expect((await post(proxy, { [name]: inside.url })).status).toBe(400);
    expect(inside.received).toHaveLength(0);
  });

  it('as a fallback’s address, first or later', async () => {
    const fallbacks = JSON.stringify([{ 'target-url': inside.url }]);
    expect((await post(proxy, { 'helicone-fallbacks': fallbacks })).status).toBe(400);
    const down = startDown();
    const config = `providers: { openai: { baseUrl: '${(await down).url}' } }\ntargets: { allow: ['*:*'] }\n`;
    const other = await startTestProxy({ config });
    const answer = await post(other, { 'helicone-fallbacks': fallbacks }, '/openai/v1/chat/completions');
    expect(answer).toMatchObject({ status: 400, headers: { 'spendlens-error': 'target_refused' } });
    expect(inside.received).toHaveLength(0);
    await other.stop();
    other.remove();
    await (await down).close();
  });

  it('through a redirect of an allowed host', async () => {
    inside.answer((req, res) => {
      if (req.url?.startsWith('/v1')) res.writeHead(307, { location: `http://169.254.169.254/latest` }).end();
      else res.end('{}');
    });
    const answer = await post(open, { 'helicone-target-url': inside.url });
    expect(answer).toMatchObject({ status: 307, headers: { location: 'http://169.254.169.254/latest' } });
    expect(inside.received).toHaveLength(1);
  });

  it('by a WebSocket, which has a lane without that look', async () => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'x',
      'helicone-target-url': inside.url,
    };
    expect((await call(`${open.url}/v1/realtime`, { headers })).status).toBe(400);
  });
});

async function startDown(): Promise<Upstream> {
  const upstream = await startUpstream();
  upstream.answer((_req, res) => res.writeHead(503).end('{}'));
  return upstream;
}

describe('is called', () => {
  it('an address on the list, where private ones are allowed', async () => {
    const answer = await post(open, { 'helicone-target-url': `${inside.url}/base`, authorization: 'Bearer sk-1' });
    expect(answer.status).toBe(200);
    expect(inside.received[0]).toMatchObject({
      url: '/base/v1/chat/completions',
      headers: { host: `127.0.0.1:${inside.port}`, authorization: 'Bearer sk-1' },
    });
    expect(await open.exchange(String(answer.headers['helicone-id']))).toMatchObject({
      provider: `127.0.0.1:${inside.port}`,
      attempts: [{ upstream: inside.url, status: 200 }],
    });
  });

  it('a name on the list', async () => {
    expect((await post(open, { 'helicone-target-url': `http://localhost:${inside.port}` })).status).toBe(200);
  });

  it('and nothing beside it: not another port, and never a metadata service', async () => {
    expect((await post(open, { 'helicone-target-url': 'http://127.0.0.1:1' })).body.toString()).toMatch(
      /nor in targets\.allow/,
    );
    const wide = await startTestProxy({ config: `targets: { allow: ['*'], allowPrivate: true }\n` });
    const answer = await post(wide, { 'helicone-target-url': 'http://169.254.169.254' });
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain('is link-local');
    await wide.stop();
    wide.remove();
  });

  it('without a list no strange address at all', async () => {
    const closed = await startTestProxy();
    const answer = await post(closed, { 'helicone-target-url': 'https://llm.example.com' });
    expect(answer.body.toString()).toMatch(/neither the address of a configured provider nor in targets\.allow/);
    await closed.stop();
    closed.remove();
  });
});

it('what stands in such an address beside the host reaches neither the answer nor the disk', async () => {
  const answer = await post(proxy, { 'helicone-target-url': 'https://me:s3cr3t@llm.example/?key=s3cr3t' });
  expect(answer.status).toBe(400);
  expect(answer.body.toString()).not.toContain('s3cr3t');
  await proxy.exchange(String(answer.headers['helicone-id']));
  expect(proxy.bytesOnDisk().includes('s3cr3t')).toBe(false);
});
