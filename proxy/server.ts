import { randomUUID } from 'node:crypto';
import http, { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import express, { type Application } from 'express';
import type { Logger } from '../process/log.ts';
import type { Admission } from './admission.ts';
import { forgetRequest, noteRequest, tellHalfClosing } from './half-close.ts';
import type { OperationsPaths } from './operations.ts';
import type { PassLane } from './pass-lane.ts';
import { statusSeen } from './recording.ts';
import { answerRefusal, type Refusal, refuseOnSocket } from './refusal.ts';

export interface ServerParts {
  readonly admit: (req: IncomingMessage, isUpgrade: boolean) => Admission;
  readonly lane: PassLane;
  readonly operations: OperationsPaths;
  readonly isDraining: () => boolean;
  /** How long the headers of a request may take, from the connection or the answer before. */
  readonly headersMs: number;
  readonly log: Logger;
}

/** 64 properties of 2 KiB each must come through, and a list that is too long must be counted, not cut by Node. */
const MAX_HEADER_BYTES = 512 * 1024;
/** Longer than clients keep idle connections, so that it is they who close them. */
const KEEP_ALIVE_MS = 75_000;

export function createProxyServer(parts: ServerParts): http.Server {
  const { admit, lane, operations, isDraining, headersMs, log } = parts;

  function serve(req: IncomingMessage, res: ServerResponse): void {
    if (isDraining()) res.shouldKeepAlive = false;
    if (operations.answers(req, res)) return;
    const expects = req.headers.expect;
    const admission = admitSafely(req, res);
    if (admission === null) return;
    if (admission.kind === 'admitted') {
      lane.pass(req, res, admission.passage, expects);
      return;
    }
    const { recording, refusal, requestId } = admission;
    // Whoever waits for a 100 may or may not send its body after this, so the connection is of no further use.
    if (expects !== undefined) res.shouldKeepAlive = false;
    recording?.failed('refused');
    res.on('close', () => recording?.end(statusSeen(res)));
    answerRefusal(res, refusal, requestId);
  }

  /** A mistake of ours costs one request an answer of its own, and never the process. */
  function admitSafely(req: IncomingMessage, res: ServerResponse): Admission | null {
    try {
      return admit(req, false);
    } catch (error) {
      log.error(error, 'a request could not be admitted');
      const refusal: Refusal = {
        status: 500,
        code: 'internal',
        style: 'openai',
        message: 'a fault of the proxy itself',
      };
      answerRefusal(res, refusal, randomUUID());
      return null;
    }
  }

  function upgrade(req: IncomingMessage, socket: Socket, head: Buffer): void {
    const admission = admit(req, true);
    if (admission.kind === 'admitted') {
      lane.upgrade(req, socket, head, admission.passage);
      return;
    }
    const { recording, refusal, requestId } = admission;
    recording?.failed('refused');
    socket.on('error', () => socket.destroy());
    refuseOnSocket(socket, refusal, requestId);
    recording?.end(refusal.status);
  }

  const app = express();
  app.disable('x-powered-by');
  const messages = bornExpress(app);
  app.use((req, res) => {
    serve(req, res);
    noteRequest(req);
  });

  const server = http.createServer(
    {
      ...messages,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Uploads and long prompts take what they take; only the headers have a deadline.
      requestTimeout: 0,
      headersTimeout: headersMs,
      connectionsCheckingInterval: Math.min(10_000, headersMs),
      // An app whose machine is gone sends no farewell.
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      // Java's HTTP client asks every server to upgrade to h2c; that is an ordinary request.
      shouldUpgradeCallback: isWebSocket,
    },
    app,
  );
  server.maxHeadersCount = 0;
  tellHalfClosing(server);
  server.on('checkContinue', app);
  server.on('checkExpectation', app);
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    forgetRequest(req);
    // Node before 22.21 does not ask whether to upgrade.
    if (isSocket(socket) && isWebSocket(req)) upgrade(req, socket, head);
    else socket.destroy();
  });
  server.on('clientError', (error: Error, socket: Duplex) => {
    log.debug(error, 'a connection that speaks no HTTP');
    if (isSocket(socket)) refuseUnreadable(error, socket);
    else socket.destroy();
  });
  return server;
}

/**
 * Express gives each request and response a prototype of its own after the fact, which costs the engine all that it
 * knows about their shape. Those that are made with that prototype are left as they are.
 */
function bornExpress(app: Application) {
  class Incoming extends IncomingMessage {}
  class Outgoing extends ServerResponse<Incoming> {}
  Object.setPrototypeOf(Incoming.prototype, Reflect.get(app, 'request'));
  Object.setPrototypeOf(Outgoing.prototype, Reflect.get(app, 'response'));
  Object.assign(app, { request: Incoming.prototype, response: Outgoing.prototype });
  return { IncomingMessage: Incoming, ServerResponse: Outgoing };
}

function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && /^websocket$/i.test(headers.upgrade ?? '');
}

function isSocket(stream: Duplex): stream is Socket {
  return 'remoteAddress' in stream && 'destroySoon' in stream;
}

function refuseUnreadable(error: Error, socket: Socket): void {
  const code = 'code' in error ? error.code : '';
  // An answer that has begun can only be broken off; another one in its middle would be read as a part of it.
  if (code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  refuseOnSocket(socket, { style: 'openai', ...faultOf(code, error) }, randomUUID());
}

function faultOf(code: unknown, error: Error): Omit<Refusal, 'style'> {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, code: 'request_invalid', message: `headers of more than ${MAX_HEADER_BYTES} bytes` };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, code: 'request_timeout', message: 'the headers of a request did not come in time' };
    default:
      return { status: 400, code: 'request_invalid', message: `no HTTP request: ${error.message}` };
  }
}
