import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../harness/http-call.ts';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { until } from '../../harness/stack.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';
import { idIn, openWire, residentBytes, startWireUpstream } from '../../harness/wire.ts';

/** Who is fast waits for who is slow, nothing piles up between them, and what stands still is cut in its time. */

const MIB = 1024 ** 2;
const SIZE = 100 * MIB;
const LARGE = 3 * SIZE;
/** What the kernel's buffers on both connections and Node's own may hold together. */
const IN_FLIGHT = 32 * MIB;

let upstream: Upstream;
let proxy: TestProxy;
/** Another one, which is as patient as it is by default. */
let patient: TestProxy;
/** A provider that hashes what it gets, and one whose sockets the tests handle themselves. */
let hashing: Server;
let wire: Awaited<ReturnType<typeof startWireUpstream>>;
let onSocket: (socket: Socket) => void = () => {};

const piece = Buffer.from(Array.from({ length: MIB }, (_, i) => (i * 7919) % 251));
const digestOf = (pieces: number) => {
  const hash = createHash('sha256');
  for (let i = 0; i < pieces; i++) hash.update(piece);
  return hash.digest('hex');
};

beforeAll(async () => {
  upstream = await startUpstream();
  wire = await startWireUpstream((socket) => onSocket(socket));
  hashing = createServer((req, res) => {
    const hash = createHash('sha256');
    req.on('data', (chunk) => hash.update(chunk));
    req.on('end', () => res.end(hash.digest('hex')));
  }).listen(0, '127.0.0.1');
  await once(hashing, 'listening');
  const providers = [
    'providers:',
    `  openai: { baseUrl: '${upstream.url}' }`,
    `  hashing: { baseUrl: 'http://127.0.0.1:${(hashing.address() as AddressInfo).port}' }`,
    `  wire: { baseUrl: '${wire.url}' }`,
    `  hasty: { baseUrl: '${upstream.url}', timeouts: { firstByteMs: 1000, idleMs: 4000 } }`,
    `  hasty-wire: { baseUrl: '${wire.url}', timeouts: { firstByteMs: 1000, idleMs: 4000 } }`,
  ];
  const config = `${providers.join('\n')}\n`;
  // What the tests leave behind is not waited for.
  const env = { SPENDLENS_DRAIN_SECONDS: '0' };
  patient = await startTestProxy({ config, env });
  proxy = await startTestProxy({ config: `${config}apps: { headersMs: 1000, uploadIdleMs: 2000 }\n`, env });
});
afterAll(async () => {
  for (const one of [proxy, patient]) {
    await one?.stop();
    one?.remove();
  }
  await upstream?.close();
  await wire?.close();
  hashing?.closeAllConnections();
  hashing?.close();
});
beforeEach(() => {
  upstream.received.length = 0;
  upstream.answer((_req, res) => res.end('{}'));
});

/** Looks at the patient proxy's memory until `work` is done: by how much it grew at most. */
async function growthDuring(work: Promise<unknown>): Promise<number> {
  const before = residentBytes(patient.child.pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentBytes(patient.child.pid));
  }, 10);
  await work;
  clearInterval(watch);
  return most - before;
}

function upload(
  size: number,
  headers: Record<string, string | number>,
): Promise<{ status: number; id: string; body: string }> {
  return new Promise((resolve, reject) => {
    const req = request(`${patient.url}/hashing/v1/files`, { method: 'POST', headers }, async (res) => {
      let body = '';
      for await (const chunk of res) body += chunk;
      resolve({ status: res.statusCode ?? 0, id: String(res.headers['helicone-id']), body });
    });
    req.on('error', reject);
    void (async () => {
      for (let sent = 0; sent < size; sent += piece.length) if (!req.write(piece)) await once(req, 'drain');
      req.end();
    })();
  });
}

describe('an upload of 300 MiB', () => {
  // What V8 lets lie before it collects is no matter of the upload's size: a smaller one goes first.
  beforeAll(() => upload(SIZE, { 'content-length': SIZE }));

  it.each([
    ['of known length', { 'content-length': LARGE }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('%s arrives whole, and the proxy holds only what it keeps of it', async (_name, headers) => {
    const sending = upload(LARGE, headers);
    const growth = await growthDuring(sending);
    const answer = await sending;
    expect(answer).toMatchObject({ status: 200, body: digestOf(LARGE / MIB) });
    expect(growth).toBeLessThan(LARGE / 2);
    const { request: kept } = await patient.exchange(answer.id);
    expect(kept).toMatchObject({ size: LARGE, flags: ['truncated'] });
    expect(kept.head.length + (kept.tail?.length ?? 0)).toBeLessThanOrEqual(4 * MIB);
  });

  it('to a provider that does not read is held back at the app', async () => {
    onSocket = (socket) => socket.pause();
    const app = await openWire(patient.port);
    app.socket.write(`POST /wire/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: ${SIZE}\r\n\r\n`);
    for (let i = 0; i < SIZE / MIB; i++) app.socket.write(piece);
    const taken = () => app.socket.bytesWritten - app.socket.writableLength;
    await standsStill(taken);
    expect(taken()).toBeLessThan(IN_FLIGHT);
    app.socket.destroy();
  });
});

/** Until a figure has not changed for a second. */
async function standsStill(figure: () => number): Promise<void> {
  let seen = figure();
  for (let quiet = 0; quiet < 10; quiet++) {
    await sleep(100);
    if (figure() !== seen) quiet = 0;
    seen = figure();
  }
}

describe('a slow reader', () => {
  it('holds the provider back instead of filling the proxy, and gets every byte', async () => {
    let sent = 0;
    upstream.answer(async (_req, res) => {
      for (let i = 0; i < SIZE / MIB; i++) {
        if (!res.write(piece)) await once(res, 'drain');
        sent += piece.length;
      }
      res.end();
    });
    const app = await openWire(patient.port);
    app.socket.pause();
    app.socket.write('GET /openai/v1/x HTTP/1.0\r\n\r\n');
    await standsStill(() => sent);
    expect(sent).toBeLessThan(IN_FLIGHT);
    app.socket.removeAllListeners('data');
    const hash = createHash('sha256');
    let head = '';
    app.socket.on('data', (chunk) => {
      if (head.includes('\r\n\r\n')) hash.update(chunk);
      else {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end !== -1) hash.update(Buffer.from(head.slice(end + 4), 'latin1'));
      }
    });
    app.socket.resume();
    await app.ended;
    expect(hash.digest('hex')).toBe(digestOf(SIZE / MIB));
    expect(await patient.exchange(idIn(head))).toMatchObject({
      errorKind: null,
      attempts: [{ response: { size: SIZE, flags: ['truncated'] } }],
    });
  });

  it('who stops altogether is given up after the idle limit', async () => {
    onSocket = (socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        for (let i = 0; i < SIZE / MIB; i++) socket.write(piece);
      });
    };
    const before = (await proxy.exchanges(0)).length;
    const app = await openWire(proxy.port);
    app.socket.pause();
    app.socket.write('GET /hasty-wire/v1/x HTTP/1.1\r\nHost: x\r\n\r\n');
    expect((await proxy.exchanges(before + 1)).at(-1)).toMatchObject({ status: 200, errorKind: 'client_timeout' });
    app.socket.destroy();
  });
});

describe('a slow writer', () => {
  it('who sends something now and then is waited for', async () => {
    const app = await openWire(proxy.port);
    app.socket.write('POST /openai/v1/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 6\r\n\r\n');
    for (const letter of 'slowly') {
      await sleep(500);
      app.socket.write(letter);
    }
    await app.ended;
    expect(app.text()).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(upstream.received[0]?.body.toString()).toBe('slowly');
  });

  it('who stops in the middle is told so, and the provider let go', async () => {
    const app = await openWire(proxy.port);
    app.socket.write('POST /openai/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nslow');
    expect(await app.ended).toBe('fin');
    expect(app.text()).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*Connection: close[\s\S]*nothing came of the rest of this request/,
    );
    expect(await until(() => upstream.received[0]?.aborted === true)).toBe(true);
    expect(await proxy.exchange(idIn(app.text()))).toMatchObject({
      status: 408,
      errorKind: 'client_timeout',
      request: { size: 4 },
      attempts: [{ status: null, errorKind: 'client_timeout' }],
    });
  });

  it.each([
    ['of headers', 'GET /openai/v1/x HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['of nothing at all', ''],
  ])('%s is not waited for without end', async (_name, text) => {
    const app = await openWire(proxy.port);
    app.socket.write(text);
    const trickle = setInterval(() => app.socket.write(text === '' ? '' : 'x'), 100);
    await app.ended;
    clearInterval(trickle);
    expect(app.text()).toMatch(/^HTTP\/1\.1 408 [\s\S]*the headers of a request did not come in time/);
  });
});

describe('an app that leaves while the provider takes nothing of its upload', () => {
  it.each([
    ['by an end', (socket: Socket) => socket.destroy()],
    ['by a reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('%s is noticed', async (_name, leave) => {
    let provider: Socket | null = null;
    onSocket = (socket) => {
      provider = socket;
      socket.pause();
    };
    const before = (await patient.exchanges(0)).length;
    const app = await openWire(patient.port);
    app.socket.write(`POST /wire/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: ${SIZE}\r\n\r\n`);
    for (let i = 0; i < 6; i++) app.socket.write(piece);
    await standsStill(() => app.socket.bytesWritten - app.socket.writableLength);
    leave(app.socket);
    expect((await patient.exchanges(before + 1)).at(-1)).toMatchObject({
      status: null,
      errorKind: 'client_disconnect',
    });
    const socket = provider as Socket | null;
    socket?.resume();
    expect(await until(() => socket?.destroyed === true)).toBe(true);
  });

  it('with more under way than is looked through is noticed by the limit for uploads', async () => {
    onSocket = (socket) => socket.pause();
    const app = await openWire(proxy.port);
    app.socket.write(`POST /wire/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: ${SIZE}\r\n\r\n`);
    for (let i = 0; i < SIZE / MIB; i++) app.socket.write(piece);
    const before = (await proxy.exchanges(0)).length;
    app.socket.destroy();
    expect((await proxy.exchanges(before + 1)).at(-1)).toMatchObject({
      errorKind: expect.stringMatching(/^(?:upstream_timeout|client_disconnect)$/),
    });
  });
});

describe('a provider that hangs', () => {
  it('before its answer is given up after the limit for the first byte', async () => {
    upstream.answerAtOnce(() => {});
    const answer = await call(`${proxy.url}/hasty/v1/x`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(504);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      error: { code: 'upstream_timeout', message: expect.stringContaining('sent nothing for 1000 ms') },
    });
    expect(await until(() => upstream.received[0]?.aborted === true)).toBe(true);
    expect(await proxy.exchange(String(answer.headers['helicone-id']))).toMatchObject({
      status: 504,
      errorKind: 'upstream_timeout',
      attempts: [{ status: null, errorKind: 'upstream_timeout' }],
    });
  });

  it('in its answer is given up after the idle limit, and the app sees a torn one', async () => {
    upstream.answer(async (_req, res) => {
      for (const word of ['one', 'two', 'three']) {
        res.write(`data: ${word}\n\n`);
        // Slower than the limit for the first byte, faster than the one for the rest.
        await sleep(1_500);
      }
    });
    const app = await openWire(proxy.port);
    app.socket.write('GET /hasty/v1/x HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await app.ended).toBe('reset');
    expect(app.text()).toContain('data: three');
    expect(await until(() => upstream.received[0]?.aborted === true)).toBe(true);
    expect(await proxy.exchange(idIn(app.text()))).toMatchObject({ status: 200, errorKind: 'upstream_timeout' });
  });

  it('in the handshake of a WebSocket, or with both sides silent after it, is given up too', async () => {
    const handshake = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    upstream.onUpgrade(() => {});
    const refused = await openWire(proxy.port);
    refused.socket.write(handshake('/hasty/v1/realtime'));
    await refused.ended;
    expect(refused.text()).toMatch(/^HTTP\/1\.1 504 [\s\S]*sent nothing for 1000 ms/);
    upstream.onUpgrade((_req, socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    );
    const silent = await openWire(proxy.port);
    silent.socket.write(handshake('/hasty/v1/realtime'));
    expect(await silent.ended).toBe('reset');
    expect(await proxy.exchange(idIn(silent.text()))).toMatchObject({ status: 101, errorKind: 'upstream_timeout' });
  });
});

it('of 1,000 streams that are quiet for long each gets its bytes', async () => {
  const streams: ServerResponse[] = [];
  upstream.answer((_req, res) => {
    res.write(': open\n\n');
    streams.push(res);
  });
  const agent = new Agent({ maxSockets: 1_000 });
  const answers = Array.from({ length: 1_000 }, () => call(`${patient.url}/openai/v1/s`, { agent }));
  expect(await until(() => streams.length === 1_000)).toBe(true);
  await sleep(1_500);
  for (const [index, stream] of streams.entries()) stream.end(`data: ${index}\n\n`);
  const bodies = (await Promise.all(answers)).map(({ body, complete }) => (complete ? body.toString() : 'torn'));
  expect(new Set(bodies)).toEqual(new Set(streams.map((_, index) => `: open\n\ndata: ${index}\n\n`)));
});
