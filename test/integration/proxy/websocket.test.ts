import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { until } from '../../harness/stack.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

let upstream: Upstream;
let config: string;

beforeAll(async () => {
  upstream = await startUpstream();
  config = `providers:\n  openai: { baseUrl: '${upstream.url}' }\n`;
});
afterAll(() => upstream?.close());
beforeEach(() => {
  upstream.received.length = 0;
});

describe('WebSockets', () => {
  let proxy: TestProxy;
  beforeAll(async () => {
    proxy = await startTestProxy({ config: `${config}  down: { baseUrl: 'http://127.0.0.1:1' }\n` });
  });
  afterAll(async () => {
    await proxy?.stop();
    proxy?.remove();
  });

  async function open(path: string): Promise<{ socket: Socket; text: () => string }> {
    const socket = connect(proxy.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nHelicone-User-Id: u\r\n` +
        'Authorization: Bearer sk-1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    return { socket, text: () => text };
  }

  const accept = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Up: 1\r\n\r\n';

  it('pass both ways and are recorded by their sizes', async () => {
    let seen: NodeJS.Dict<string | string[]> = {};
    upstream.onUpgrade((req, socket) => {
      seen = req.headers;
      socket.write(`${accept}hello`);
      socket.on('data', (chunk) => socket.write(chunk));
      socket.on('end', () => socket.end());
    });
    const { socket, text } = await open('/openai/v1/realtime?model=m');
    await until(() => text().includes('hello'));
    socket.write('ping');
    await until(() => text().endsWith('helloping'));
    expect(text()).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(text()).toMatch(/x-up: 1/i);
    socket.end();
    expect(seen).toMatchObject({
      upgrade: 'websocket',
      authorization: 'Bearer sk-1',
      host: `127.0.0.1:${upstream.port}`,
    });
    expect(seen).not.toHaveProperty('helicone-user-id');
    const exchange = await proxy.exchange(/helicone-id: (\S+)/i.exec(text())?.[1] ?? '');
    expect(exchange).toMatchObject({
      status: 101,
      errorKind: null,
      path: '/v1/realtime?model=m',
      tags: { userId: 'u' },
      request: { size: 4 },
      attempts: [{ status: 101, response: { size: 9 } }],
    });
  });

  it('that the provider resets are reset', async () => {
    upstream.onUpgrade((_req, socket) => {
      socket.write(accept);
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    const { socket, text } = await open('/openai/v1/realtime');
    const reset = new Promise<string | undefined>((resolve) =>
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code)),
    );
    expect(await reset).toBe('ECONNRESET');
    const exchange = await proxy.exchange(/helicone-id: (\S+)/i.exec(text())?.[1] ?? '');
    expect(exchange).toMatchObject({ status: 101, errorKind: 'upstream_reset' });
  });

  it('that the app leaves are closed at the provider', async () => {
    let closed = false;
    upstream.onUpgrade((_req, socket) => {
      socket.write(accept);
      socket.resume();
      socket.on('end', () => {
        closed = true;
      });
    });
    const { socket, text } = await open('/openai/v1/realtime');
    await until(() => text().includes('101'));
    socket.resetAndDestroy();
    expect(await until(() => closed)).toBe(true);
  });

  it('that the provider refuses get its own answer', async () => {
    upstream.onUpgrade((_req, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"no":1}\n');
    });
    const { text } = await open('/openai/v1/realtime');
    await until(() => text().includes('{"no":1}'));
    expect(text()).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    const exchange = await proxy.exchange(/helicone-id: (\S+)/i.exec(text())?.[1] ?? '');
    expect(exchange).toMatchObject({ status: 403, errorKind: 'status', attempts: [{ response: { size: 9 } }] });
  });

  it.each([
    ['whose provider is unknown are a 404', '/nonsense/v1', /^HTTP\/1\.1 404 .*helicone-id: /is],
    ['whose provider is down are a 502', '/down/v1', /^HTTP\/1\.1 502 .*helicone-id: .*could not be reached/is],
  ])('%s', async (_name, path, expected) => {
    const { text } = await open(path);
    await until(() => expected.test(text()));
    expect(text()).toMatch(expected);
  });
});
