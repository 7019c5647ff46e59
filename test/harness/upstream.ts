import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as a provider got it. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** True where the connection went away before the whole request or answer had passed. */
  aborted: boolean;
}

export type Script = (req: IncomingMessage, res: ServerResponse, received: Received) => void;

/** Stands for a provider: what it answers is scripted, what it gets is kept. */
export interface Upstream {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** How many sockets are open now. */
  connections(): number;
  /** Called once a request's body is there. */
  answer(script: Script): void;
  /** Called on arrival, before the body. */
  answerAtOnce(script: Script): void;
  onUpgrade(script: (req: IncomingMessage, socket: Socket, head: Buffer) => void): void;
  close(): Promise<void>;
}

export async function startUpstream(): Promise<Upstream> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let onArrival: Script | null = null;
  let onBody: Script = (_req, res) => res.end('{}');
  let upgrade: (req: IncomingMessage, socket: Socket, head: Buffer) => void = (_req, socket) => socket.destroy();

  const server = createServer({ maxHeaderSize: 1024 * 1024 }, (req, res) => {
    const chunks: Buffer[] = [];
    const entry = {
      method: req.method ?? '',
      url: req.url ?? '',
      headers: req.headers,
      rawHeaders: req.rawHeaders,
      get body() {
        return Buffer.concat(chunks);
      },
      aborted: false,
    };
    received.push(entry);
    res.on('close', () => {
      entry.aborted = !res.writableFinished;
    });
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    if (onArrival) onArrival(req, res, entry);
    else req.on('end', () => onBody(req, res, entry));
  });
  server.maxHeadersCount = 0;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (req, socket, head) => upgrade(req, socket as Socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    connections: () => sockets.size,
    answer(script) {
      onArrival = null;
      onBody = script;
    },
    answerAtOnce(script) {
      onArrival = script;
    },
    onUpgrade(script) {
      upgrade = script;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
