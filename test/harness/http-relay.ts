import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';

/** A statement on its way to the warehouse: its text, and the rows of an insert. */
export interface Asked {
  readonly sql: string;
  readonly rows: string;
  readonly headers: IncomingMessage['headers'];
}

/** What comes back in place of the engine's answer. */
export type Fault =
  /** A server's own refusal, in the form that ClickHouse documents; `landed` where it had done the work all the same. */
  | { readonly kind: 'exception'; readonly code: number; readonly symbol: string; readonly landed?: boolean }
  /** Of something that stands before the server. */
  | { readonly kind: 'status'; readonly status: number; readonly text: string }
  /** The connection breaks: before the engine hears of it, or after it did the work. */
  | { readonly kind: 'cut'; readonly landed: boolean };

export interface HttpRelay {
  readonly url: string;
  /** Asked of each statement; null lets it through. */
  inject(rule: (asked: Asked) => Fault | null): void;
  heal(): void;
  close(): Promise<void>;
}

/** Stands before the real engine and answers in its place where a rule says so; the rest passes through. */
export async function startHttpRelay(target: string, tls?: ServerOptions): Promise<HttpRelay> {
  let rule: (asked: Asked) => Fault | null = () => null;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const inUrl = new URL(request.url ?? '/', target).searchParams.get('query');
    const sent = body.toString();
    const fault = rule({ sql: inUrl ?? sent, rows: inUrl === null ? '' : sent, headers: request.headers });
    if (fault === null) return pass(request, body, response);
    if (fault.kind !== 'status' && fault.landed) await text(await carry(request, body));
    if (fault.kind === 'cut') return void request.socket.destroy();
    if (fault.kind === 'status') return void response.writeHead(fault.status).end(fault.text);
    const { code, symbol } = fault;
    response.writeHead(500, { 'X-ClickHouse-Exception-Code': String(code) });
    response.end(`Code: ${code}. DB::Exception: not now, says the test. (${symbol}) (version 26.7.2.1)\n`);
  }

  /** The engine's answer to it. */
  function carry({ url = '/', method = 'GET', headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { 'transfer-encoding': _, ...kept } = headers;
    const onward = forward(new URL(url, target), { method, headers: { ...kept, 'content-length': body.length } });
    onward.end(body);
    return new Promise((resolve, reject) => onward.once('response', resolve).once('error', reject));
  }

  async function pass(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const answered = await carry(request, body);
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(response);
  }

  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void answer(request, response).catch(() => request.socket.destroy());
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    inject: (next) => {
      rule = next;
    },
    heal: () => {
      rule = () => null;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
