import type { IncomingMessage, Server } from 'node:http';
import { Socket } from 'node:net';

/** How soon after a request the end of its connection still belongs to it. */
const WITH_THE_REQUEST_MS = 20;

interface Latest {
  readonly req: IncomingMessage;
  /** `performance.now()` when its headers came, and then when its body was through. */
  atMs: number;
}
const LATEST: unique symbol = Symbol('latest');

declare module 'node:net' {
  interface Socket {
    [LATEST]?: Latest | undefined;
  }
}

export function noteRequest(req: IncomingMessage): void {
  const latest = { req, atMs: performance.now() };
  req.socket[LATEST] = latest;
  req.once('end', () => {
    latest.atMs = performance.now();
  });
}

/** Of a connection that is no HTTP any more. */
export function forgetRequest(req: IncomingMessage): void {
  req.socket[LATEST] = undefined;
}

/**
 * An app that closes its own side says the same on the wire as one that has gone: both send a FIN. The former sends it
 * along with its request and waits for the answer; the latter, later, has given up, and its call must not go on to cost
 * money.
 */
export function tellHalfClosing(server: Server): void {
  // Node's own switch, without which it closes the other side too. It has no type and no documentation.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('connection', (socket) => {
    if (!(socket instanceof Socket)) return;
    socket.on('end', () => {
      const latest = socket[LATEST];
      if (latest !== undefined && !comesWith(latest)) socket.destroy();
    });
  });
}

function comesWith({ req, atMs }: Latest): boolean {
  if (!req.complete) return false;
  const isOnItsWay = req.readableDidRead && !req.readableEnded;
  return isOnItsWay || performance.now() - atMs < WITH_THE_REQUEST_MS;
}
