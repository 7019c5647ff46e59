import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { startWireUpstream } from '../../harness/wire.ts';

/** Providers that cannot be reached, or not be trusted: the app is told why, and the row says it too. */

const pem = (name: string) => readFileSync(join(import.meta.dirname, '..', '..', 'fixtures', 'tls', `${name}.pem`));
const certificates = ['good', 'expired', 'other-host', 'self-signed'] as const;

let proxy: TestProxy;
let noTls: Awaited<ReturnType<typeof startWireUpstream>>;
let mute: Awaited<ReturnType<typeof startWireUpstream>>;
const servers: ReturnType<typeof createServer>[] = [];

async function startSecure(name: string): Promise<number> {
  const server = createServer({ key: pem('key'), cert: pem(name) }, (_req, res) => res.end(`from ${name}`));
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  noTls = await startWireUpstream((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  mute = await startWireUpstream(() => {});
  const lines = ['providers:', "  nowhere: { baseUrl: 'http://no-such-host.invalid', title: Nowhere }"];
  for (const name of certificates) lines.push(`  ${name}: { baseUrl: 'https://localhost:${await startSecure(name)}' }`);
  lines.push(`  no-tls: { baseUrl: 'https://localhost:${noTls.port}' }`);
  // What takes the connection and never shakes hands.
  lines.push(`  mute: { baseUrl: 'https://localhost:${mute.port}', timeouts: { connectMs: 300 } }`);
  const env = { NODE_EXTRA_CA_CERTS: join(import.meta.dirname, '..', '..', 'fixtures', 'tls', 'authority.pem') };
  proxy = await startTestProxy({ config: `${lines.join('\n')}\n`, env });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  for (const server of servers) server.close();
  await noTls?.close();
  await mute?.close();
});

describe('a provider', () => {
  it('with a certificate of a trusted authority is reached', async () => {
    expect((await call(`${proxy.url}/good/v1/x`)).body.toString()).toBe('from good');
  });

  it.each([
    [
      'whose name does not resolve',
      'nowhere',
      /Nowhere at http:\/\/no-such-host\.invalid could not be found: its name does not resolve \((?:ENOTFOUND|EAI_\w+)\)/,
      'upstream_dns',
    ],
    [
      'that signed its certificate itself',
      'self-signed',
      /presented a certificate that it signed itself \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
      'upstream_tls',
    ],
    [
      'with another host’s certificate',
      'other-host',
      /presented a certificate for another host \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
      'upstream_tls',
    ],
    [
      'whose certificate has expired',
      'expired',
      /presented a certificate that has expired \(CERT_HAS_EXPIRED\)/,
      'upstream_tls',
    ],
    ['that speaks no TLS', 'no-tls', /could not agree with us on TLS \((?:ERR_SSL_\w+|EPROTO)\)/, 'upstream_tls'],
    ['that does not shake hands', 'mute', /did not accept a connection in time \(ETIMEDOUT\)/, 'upstream_timeout'],
  ])('%s is named', async (_name, provider, message, errorKind) => {
    const answer = await call(`${proxy.url}/${provider}/v1/chat/completions`, {
      method: 'POST',
      body: '{"model":"m"}',
    });
    expect(answer.status).toBe(502);
    const { error } = JSON.parse(answer.body.toString());
    expect(error).toMatchObject({ code: 'upstream_unreachable', message: expect.stringMatching(message) });
    const exchange = await proxy.exchange(String(answer.headers['helicone-id']));
    expect(exchange).toMatchObject({ status: 502, errorKind, attempts: [{ status: null, errorKind }] });
    const [[name = '', reason = ''] = []] = exchange.attempts[0]?.responseHeaders ?? [];
    expect([name, `Spendlens: ${reason}`]).toEqual(['Spendlens-Error', error.message]);
  });
});
