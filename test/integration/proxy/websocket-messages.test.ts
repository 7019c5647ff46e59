import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PerMessageDeflateOptions, WebSocket, WebSocketServer } from 'ws';
import type { CapturedBody, Exchange } from '../../../domain/exchange.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';

/** What goes over a WebSocket passes untouched, and stands in the outbox message by message. */

let upstream: Upstream;
let proxy: TestProxy;
const LIMIT = 64 * 1024;

beforeAll(async () => {
  upstream = await startUpstream();
  const config = `providers:\n  openai: { baseUrl: '${upstream.url}' }\n`;
  proxy = await startTestProxy({ config, env: { SPENDLENS_CAPTURE_LIMIT: String(LIMIT) } });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await upstream?.close();
});
beforeEach(() => {
  upstream.received.length = 0;
});

interface Options {
  readonly deflate?: boolean | PerMessageDeflateOptions;
  readonly path?: string;
  onMessage(socket: WebSocket, data: Buffer, isBinary: boolean): void;
}

/** A client that is through the proxy, and what the provider heard of it. */
async function open({ deflate = false, path = '/openai/v1/realtime?model=gpt-realtime', onMessage }: Options) {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: deflate });
  upstream.onUpgrade((req, socket, head) =>
    server.handleUpgrade(req, socket, head, (accepted) =>
      accepted.on('message', (data: Buffer, isBinary) => onMessage(accepted, data, isBinary)),
    ),
  );
  const client = new WebSocket(`ws://127.0.0.1:${proxy.port}${path}`, { perMessageDeflate: deflate });
  let id = '';
  client.on('upgrade', (res) => {
    id = String(res.headers['helicone-id']);
  });
  const got: string[] = [];
  client.on('message', (data: Buffer, isBinary) => got.push(isBinary ? data.toString('hex') : data.toString()));
  await once(client, 'open');
  return { client, got, id: () => id };
}

/** The lines of a body, without their times. */
function linesOf(body: CapturedBody | undefined): Record<string, unknown>[] {
  return Buffer.concat([body?.head ?? Buffer.alloc(0), body?.tail ?? Buffer.alloc(0)])
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { ms: _ms, opened: _opened, ...rest } = JSON.parse(line);
      return rest;
    });
}

function bodiesOf({ request, attempts }: Exchange) {
  return { request, response: attempts[0]?.response };
}

const noise = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 251));

describe('messages', () => {
  it.each<[string, boolean | PerMessageDeflateOptions]>([
    ['as they are', false],
    ['compressed, with a memory from one to the next', { threshold: 0 }],
    [
      'compressed each by itself',
      { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 10 },
    ],
  ])('pass both ways, text and binary, %s', async (_name, deflate) => {
    const heard: Buffer[] = [];
    const { client, got, id } = await open({
      deflate,
      onMessage(socket, data, isBinary) {
        heard.push(data);
        socket.send(data, { binary: isBinary });
        if (data.toString() === 'bye') socket.close(1000, 'enough');
      },
    });
    expect(client.extensions).toBe(deflate === false ? '' : 'permessage-deflate');
    const long = 'prices, prices, prices. '.repeat(200);
    client.send('one ✓');
    client.send(noise);
    client.send(long);
    client.send(long);
    client.ping('are you there');
    client.send('bye');
    const [code, reason] = await once(client, 'close');
    expect([code, String(reason)]).toEqual([1000, 'enough']);
    expect(heard.map(String)).toEqual(['one ✓', noise.toString(), long, long, 'bye']);
    expect(got).toEqual(['one ✓', noise.toString('hex'), long, long, 'bye']);
    const exchange = await proxy.exchange(id());
    const { request, response } = bodiesOf(exchange);
    const texts = (from: string) => [
      { websocket: from },
      { from, text: 'one ✓' },
      { from, binary: noise.toString('base64') },
      { from, text: long },
      { from, text: long },
      { from, text: 'bye' },
    ];
    expect(linesOf(request)).toEqual([...texts('app'), { from: 'app', close: 1000, reason: 'enough' }]);
    expect(linesOf(response)).toEqual([...texts('provider'), { from: 'provider', close: 1000, reason: 'enough' }]);
    expect(exchange).toMatchObject({ status: 101, errorKind: null, request: { flags: [] } });
    expect(exchange.ttftMs).toBeGreaterThan(0);
  });

  it('in fragments, with a ping between them, are one', async () => {
    const { client, got, id } = await open({ onMessage: (socket, data) => socket.send(`got ${data}`) });
    client.send('one ', { fin: false });
    client.ping();
    client.send('and ', { fin: false });
    client.send('two');
    await once(client, 'message');
    client.close(3001, 'done ✓');
    expect(got).toEqual(['got one and two']);
    const { request } = bodiesOf(await proxy.exchange(id()));
    expect(linesOf(request)).toEqual([
      { websocket: 'app' },
      { from: 'app', text: 'one and two' },
      { from: 'app', close: 3001, reason: 'done ✓' },
    ]);
  });

  it('beyond the capture limit pass, and sound is left out before what tells the cost', async () => {
    const delta = JSON.stringify({ type: 'response.output_audio.delta', delta: 'A'.repeat(8_000) });
    const done = (n: number) => JSON.stringify({ type: 'response.done', response: { id: `r${n}`, usage: {} } });
    const { client, got, id } = await open({
      onMessage(socket) {
        for (let n = 0; n < 30; n++) {
          socket.send(delta);
          socket.send(done(n));
        }
        socket.close(1000);
      },
    });
    client.send('go');
    await once(client, 'close');
    expect(got).toHaveLength(60);
    const { response } = bodiesOf(await proxy.exchange(id()));
    expect(response?.flags).toEqual(['truncated']);
    expect(response?.tail).toBeNull();
    expect(response?.head.length).toBeLessThanOrEqual(LIMIT);
    const lines = linesOf(response);
    const texts = lines.flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
    expect(texts.filter((text) => text.includes('response.done'))).toEqual(
      Array.from({ length: 30 }, (_, n) => done(n)),
    );
    // Half of the 64 KiB: three of 8 KiB each fit into 32 KiB with what stands between, a fourth does not.
    expect(texts.filter((text) => text === delta)).toHaveLength(3);
    expect(lines.at(-1)).toEqual({ left_out: { messages: 27, bytes: 27 * delta.length, telling: 0 } });
  });

  it('that cannot be read any further pass nevertheless, and the record says so', async () => {
    upstream.onUpgrade((_req, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      // An opcode that does not exist.
      socket.write(Buffer.from([0x8b, 0x02, 0x41, 0x42]));
      socket.on('data', () => socket.end());
    });
    const socket = connect(proxy.port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.write(
      'GET /openai/v1/realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(socket, 'data');
    socket.write('x');
    await once(socket, 'close');
    const all = Buffer.concat(chunks);
    expect(all.subarray(-4)).toEqual(Buffer.from([0x8b, 0x02, 0x41, 0x42]));
    const { response } = bodiesOf(await proxy.exchange(/helicone-id: (\S+)/i.exec(all.toString('latin1'))?.[1] ?? ''));
    expect(response).toMatchObject({ size: 4, flags: ['undecodable'] });
    expect(linesOf(response)).toEqual([{ websocket: 'provider' }, { left_out: { messages: 0, bytes: 0, telling: 1 } }]);
  });
});
