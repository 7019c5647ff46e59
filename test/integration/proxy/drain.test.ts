import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { call } from '../../harness/http-call.ts';
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

/** Whether nobody listens there any more. */
const takesNothing = ({ url }: TestProxy): Promise<boolean> =>
  call(`${url}/healthz`).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
  );

describe('an orderly stop', () => {
  it('lets streams end, and takes nothing new', async () => {
    const proxy = await startTestProxy({ config });
    const refused = Promise.withResolvers<void>();
    upstream.answer(async (_req, res) => {
      res.write('data: one\n\n');
      await refused.promise;
      res.end('data: two\n\n');
    });
    const streaming = call(`${proxy.url}/openai/v1/x`, { agent: new Agent({ keepAlive: true }) });
    await until(() => upstream.received.length === 1);
    const stopped = proxy.stop();
    expect(await until(() => takesNothing(proxy))).toBe(true);
    refused.resolve();
    expect((await streaming).body.toString()).toBe('data: one\n\ndata: two\n\n');
    expect(await stopped).toBe(0);
    expect((await proxy.exchanges(1))[0]).toMatchObject({ status: 200, errorKind: null });
    proxy.remove();
  });

  it('waits as long as it is told to', async () => {
    const proxy = await startTestProxy({ config, env: { SPENDLENS_DRAIN_SECONDS: '60' } });
    upstream.answer(async (_req, res) => {
      for (let n = 0; n < 9; n++) {
        res.write(`data: ${n}\n\n`);
        await sleep(1_000);
      }
      res.end();
    });
    const streaming = call(`${proxy.url}/openai/v1/x`);
    await until(() => upstream.received.length === 1);
    expect(await proxy.stop()).toBe(0);
    expect(await streaming).toMatchObject({ complete: true });
    expect((await proxy.exchanges(1))[0]).toMatchObject({ status: 200, errorKind: null });
    proxy.remove();
  });

  it('is told to who asks on an open connection, and cuts what lasts longer', async () => {
    const proxy = await startTestProxy({ config });
    upstream.answerAtOnce((_req, res) => res.write('data: endless\n\n'));
    const streaming = call(`${proxy.url}/openai/v1/x`);
    await until(() => upstream.received.length === 1);
    const socket = connect(proxy.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', () => {});
    await once(socket, 'connect');
    // A request under way keeps its connection out of the idle ones.
    socket.write('GET /readyz HTTP/1.1\r\nHost: x\r\n');
    await sleep(100);
    const stopped = proxy.stop();
    await until(() => takesNothing(proxy));
    socket.write('\r\n');
    await until(() => text.includes('draining'));
    expect(text).toMatch(/^HTTP\/1\.1 503 .*Connection: close.*draining/s);
    expect((await streaming).complete).toBe(false);
    expect(await stopped).toBe(0);
    expect((await proxy.exchanges(1))[0]).toMatchObject({
      status: 200,
      errorKind: 'drained',
      attempts: [{ errorKind: 'drained' }],
    });
    proxy.remove();
  });

  it('cuts a WebSocket that lasts longer, and keeps what was said on it', async () => {
    const proxy = await startTestProxy({ config, env: { SPENDLENS_DRAIN_SECONDS: '0' } });
    const server = new WebSocketServer({ noServer: true });
    upstream.onUpgrade((req, socket, head) =>
      server.handleUpgrade(req, socket, head, (session) => session.on('message', () => session.send('heard'))),
    );
    const client = new WebSocket(`ws://127.0.0.1:${proxy.port}/openai/v1/realtime`);
    client.on('error', () => {});
    client.on('open', () => client.send('hello'));
    await once(client, 'message');
    const [stopped] = await Promise.all([proxy.stop(), once(client, 'close')]);
    expect(stopped).toBe(0);
    const [exchange] = await proxy.exchanges(1);
    expect(exchange).toMatchObject({ status: 101, errorKind: 'drained' });
    expect(Buffer.from(exchange?.request.head ?? []).toString()).toContain('"text":"hello"');
    expect(Buffer.from(exchange?.attempts[0]?.response.head ?? []).toString()).toContain('"text":"heard"');
    proxy.remove();
  });
});
