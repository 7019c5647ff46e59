import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestProxy, type TestProxy } from '../../harness/proxy.ts';
import { until } from '../../harness/stack.ts';
import { startUpstream, type Upstream } from '../../harness/upstream.ts';
import { endToEnd, idIn, openWire, rawExchange, startWireUpstream } from '../../harness/wire.ts';

/** The corners of HTTP/1.x: each call is made directly and through the proxy, and both get the same bytes. */

let upstream: Upstream;
let wireUpstream: Awaited<ReturnType<typeof startWireUpstream>>;
let onWire: (head: string, socket: Socket) => void = () => {};
let proxy: TestProxy;

beforeAll(async () => {
  upstream = await startUpstream();
  wireUpstream = await startWireUpstream((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      onWire(text, socket);
      text = '';
    });
  });
  proxy = await startTestProxy({
    config: `providers:\n  openai: { baseUrl: '${upstream.url}' }\n  wire: { baseUrl: '${wireUpstream.url}' }\n`,
  });
});
afterAll(async () => {
  await proxy?.stop();
  proxy?.remove();
  await upstream?.close();
  await wireUpstream?.close();
});
beforeEach(() => {
  upstream.received.length = 0;
  upstream.answer((_req, res) => res.end('{}'));
});

/** The same request directly and through the proxy; `request` gets the beginning of the path. */
async function both(request: (prefix: string) => string, port = upstream.port, name = 'openai') {
  const direct = await rawExchange(port, request(''));
  const proxied = await rawExchange(proxy.port, request(`/${name}`));
  expect(endToEnd(proxied.text)).toBe(endToEnd(direct.text));
  expect(proxied.end).toBe(direct.end);
  return { ...proxied, exchange: await proxy.exchange(idIn(proxied.text)) };
}

const post = (prefix: string, headers: string, body = '') =>
  `POST ${prefix}/v1/files HTTP/1.1\r\nHost: x\r\n${headers}Connection: close\r\n\r\n${body}`;

describe('an app that expects a 100', () => {
  it('gets the provider’s own, and then sends its body', async () => {
    upstream.answer((_req, res, { body }) => res.end(`got ${body}`));
    for (const [port, prefix] of [
      [upstream.port, ''],
      [proxy.port, '/openai'],
    ] as const) {
      const wire = await openWire(port);
      wire.socket.write(post(prefix, 'Expect: 100-continue\r\nContent-Length: 4\r\n'));
      expect(await wire.waitFor(/100 Continue\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
      wire.socket.write('body');
      await wire.ended;
      expect(wire.text()).toMatch(/200 OK\r\n[\s\S]*got body/);
    }
    expect(upstream.received.map(({ headers }) => headers.expect)).toEqual(['100-continue', '100-continue']);
  });

  it.each([
    ['413 Payload Too Large', 'Content-Length: 100000000\r\n'],
    ['401 Unauthorized', 'Transfer-Encoding: chunked\r\n'],
    ['417 Expectation Failed', 'Content-Length: 5\r\n'],
  ])('and is refused with a %s before its body need not send it', async (status, framing) => {
    onWire = (_head, socket) =>
      socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{"no":1}`);
    const request = (prefix: string) => post(prefix, `Expect: 100-continue\r\n${framing}`);
    const { text, exchange } = await both(request, wireUpstream.port, 'wire');
    expect(text).not.toContain('100 Continue');
    expect(exchange).toMatchObject({ status: Number(status.slice(0, 3)), errorKind: 'status', request: { size: 0 } });
  });

  it('and is never told to go on may send it all the same', async () => {
    const bodies: string[] = [];
    onWire = (head, socket) => {
      bodies.push(head.split('\r\n\r\n')[1] ?? '');
      if (bodies.at(-1) === '')
        socket.once('data', (body) => {
          bodies.push(body.toString());
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        });
    };
    const wire = await openWire(proxy.port);
    wire.socket.write(post('/wire', 'Expect: 100-continue\r\nContent-Length: 4\r\n'));
    await until(() => bodies.length === 1);
    wire.socket.write('body');
    expect(await wire.waitFor(/ok$/)).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(bodies).toEqual(['', 'body']);
  });
});

describe('interim answers', () => {
  it('of the provider come first and as they are', async () => {
    upstream.answer((_req, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload', 'x-trace': 'id: 1' });
      res.writeProcessing();
      res.end('{}');
    });
    const { text, exchange } = await both((prefix) => post(prefix, 'Content-Length: 0\r\n'));
    expect(text).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: [\s\S]*HTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 200 OK/,
    );
    expect(exchange.status).toBe(200);
  });

  it('are not for HTTP/1.0', async () => {
    onWire = (_head, socket) =>
      socket.end('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    const { text } = await rawExchange(proxy.port, 'GET /wire/v1/x HTTP/1.0\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe('trailers', () => {
  it('of a request and of an answer go through', async () => {
    let trailers: NodeJS.Dict<string> = {};
    upstream.answer((req, res) => {
      trailers = req.trailers;
      res.write('a');
      res.addTrailers({ 'X-Sum': '7' });
      res.end();
    });
    const { text, exchange } = await both((prefix) =>
      post(prefix, 'Transfer-Encoding: chunked\r\nTrailer: X-Check\r\n', '3\r\nabc\r\n0\r\nX-Check: 9\r\n\r\n'),
    );
    expect(trailers).toEqual({ 'x-check': '9' });
    expect(text.endsWith('1\r\na\r\n0\r\nX-Sum: 7\r\n\r\n')).toBe(true);
    expect(exchange).toMatchObject({ request: { size: 3 }, attempts: [{ response: { size: 1 } }] });
  });
});

describe('headers', () => {
  it('that Connection nominates end at the proxy, in both directions', async () => {
    upstream.answer((_req, res) => {
      res.writeHead(200, { connection: 'close, X-Hop', 'x-hop': '1', 'x-end': '2', 'content-length': 2 });
      res.end('{}');
    });
    const { text } = await rawExchange(
      proxy.port,
      'GET /openai/v1/x HTTP/1.1\r\nHost: x\r\nConnection: X-Mine, close\r\nX-Mine: 1\r\nX-Other: 2\r\n\r\n',
    );
    expect(text).toMatch(/^x-end: 2\r$/m);
    expect(text).not.toMatch(/^x-hop/im);
    expect(upstream.received[0]?.headers).toMatchObject({ 'x-other': '2' });
    expect(upstream.received[0]?.headers).not.toHaveProperty('x-mine');
  });

  it('of an answer may be as long as those of a request', async () => {
    const long = 'y'.repeat(40_000);
    upstream.answer((_req, res) => res.writeHead(200, { 'x-long': long, 'content-length': 2 }).end('{}'));
    const { text } = await both((prefix) => post(prefix, 'Content-Length: 0\r\n'));
    expect(text).toContain(`x-long: ${long}\r\n`);
  });

  it('in a list too long are counted, not cut, also where the last ones decide', async () => {
    const many = Array.from({ length: 1_100 }, (_, i) => `x-${i}: ${i}\r\n`).join('');
    const { text } = await rawExchange(
      proxy.port,
      `GET /openai/v1/x HTTP/1.1\r\nHost: x\r\n${many}Connection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 431 [\s\S]*Spendlens: 1102 headers, of which at most 1000/);
    expect(await proxy.exchange(idIn(text))).toMatchObject({ status: 431, errorKind: 'refused', attempts: [] });
    expect(upstream.received).toHaveLength(0);
  });
});

describe('several requests on one connection', () => {
  const three = (prefix: string) =>
    ['a', 'b', 'c']
      .map((name) => `POST ${prefix}/v1/${name} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n${name}`)
      .join('');

  beforeEach(() => {
    // The first takes longest: answers must not overtake each other.
    upstream.answer((req, res, { body }) =>
      setTimeout(() => res.end(`answer to ${body}`), req.url === '/v1/a' ? 200 : 0),
    );
  });

  it('sent at once are answered in their order', async () => {
    const { text } = await both(
      (prefix) => `${three(prefix)}GET ${prefix}/v1/d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(text.match(/answer to .?/g)).toEqual(['answer to a', 'answer to b', 'answer to c', 'answer to ']);
    const ids = [...text.matchAll(/^helicone-id: (\S+)/gim)].map(([, id]) => id ?? '');
    expect(await Promise.all(ids.map(async (id) => (await proxy.exchange(id)).path))).toEqual([
      '/v1/a',
      '/v1/b',
      '/v1/c',
      '/v1/d',
    ]);
  });

  it('whose sender closes its side at once are answered all the same', async () => {
    const wire = await openWire(proxy.port);
    wire.socket.end(three('/openai'));
    expect(await wire.ended).toBe('fin');
    expect(wire.text().match(/answer to ./g)).toEqual(['answer to a', 'answer to b', 'answer to c']);
  });
});

describe('an app that closes its own side', () => {
  it.each([
    ['with a request', 'GET /openai/v1/x HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['with a body', `POST /openai/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n${'x'.repeat(300_000)}`],
    ['of HTTP/1.0', 'GET /openai/v1/x HTTP/1.0\r\n\r\n'],
  ])('%s gets its answer', async (_name, request) => {
    upstream.answer(async (_req, res) => {
      await sleep(150);
      res.write('one ');
      await sleep(150);
      res.end('two');
    });
    const wire = await openWire(proxy.port);
    wire.socket.end(request);
    expect(await wire.ended).toBe('fin');
    expect(wire.text()).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*one [\s\S]*two/);
    expect(await proxy.exchange(idIn(wire.text()))).toMatchObject({ status: 200, errorKind: null });
  });

  it('later on has gone, and the call with it', async () => {
    upstream.answerAtOnce(() => {});
    const before = (await proxy.exchanges(0)).length;
    const wire = await openWire(proxy.port);
    wire.socket.write('GET /openai/v1/x HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => upstream.received.length === 1);
    await sleep(100);
    wire.socket.end();
    expect(await until(() => upstream.received[0]?.aborted === true)).toBe(true);
    expect((await proxy.exchanges(before + 1)).at(-1)).toMatchObject({ status: null, errorKind: 'client_disconnect' });
  });

  it('in the middle of its request is told what was missing', async () => {
    const before = (await proxy.exchanges(0)).length;
    const wire = await openWire(proxy.port);
    upstream.answerAtOnce(() => {});
    wire.socket.end('POST /openai/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
    await wire.ended;
    expect((await proxy.exchanges(before + 1)).at(-1)).toMatchObject({ errorKind: 'client_disconnect' });
  });
});

describe('HTTP/1.0', () => {
  it('gets what comes in chunks as it is, and the end of the connection as its end', async () => {
    upstream.answer((_req, res) => {
      res.write('one ');
      res.write('two');
      res.end();
    });
    const { text, exchange } = await both((prefix) => `GET ${prefix}/v1/x HTTP/1.0\r\n\r\n`);
    expect(text.endsWith('\r\n\r\none two')).toBe(true);
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(exchange).toMatchObject({ status: 200, errorKind: null });
  });

  it('keeps its connection where it asks to and the length is known', async () => {
    upstream.answer((_req, res) => res.writeHead(200, { 'content-length': 2 }).end('ok'));
    for (const [port, prefix] of [
      [upstream.port, ''],
      [proxy.port, '/openai'],
    ] as const) {
      const wire = await openWire(port);
      const request = `POST ${prefix}/v1/x HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}`;
      wire.socket.write(request);
      expect(await wire.waitFor(/ok$/)).toMatch(/^Connection: keep-alive\r$/im);
      wire.socket.write(request);
      await wire.waitFor(/ok[\s\S]*ok$/);
      wire.socket.destroy();
    }
    expect(upstream.received.map(({ body }) => body.toString())).toEqual(['{}', '{}', '{}', '{}']);
  });

  it('has an answer that breaks off reset, since its end would look like a whole one', async () => {
    upstream.answer((req, res) => {
      res.write('half');
      setTimeout(() => req.socket.destroy(), 50);
    });
    const { text, end } = await rawExchange(proxy.port, 'GET /openai/v1/x HTTP/1.0\r\n\r\n');
    expect(text).toContain('half');
    expect(end).toBe('reset');
  });
});
