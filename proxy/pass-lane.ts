import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyMiddleware, type Plugin } from 'http-proxy-middleware';
import type { Logger } from '../process/log.ts';
import type { Agents } from './agents.ts';
import { endToEndHeaders, ownAnswerHeaders } from './headers.ts';
import { EXPECT, pairs, type WatchParts, watchRequest } from './pass-request.ts';
import { PASSAGE, type Passage } from './passage.ts';
import { resetClient } from './passing.ts';
import { type Recording, statusSeen } from './recording.ts';
import { answerRefusal } from './refusal.ts';
import type { Destination } from './upstream.ts';
import { failureOf } from './upstream-failure.ts';
import { watchUpgrade } from './websocket.ts';

export interface LaneParts extends WatchParts {
  readonly agents: Agents;
  readonly log: Logger;
}

/** As much as apps may send: Node's own 16 KiB would turn a provider's answer into an error of ours. */
const MAX_ANSWER_HEADERS = 512 * 1024;

/** Bytes go through untouched and at once; what the hooks add is only looking. */
export function createPassLane(parts: LaneParts) {
  const { agents, log } = parts;
  // The library's default plugins build a URL and a log line for every response; these are the hooks that we need.
  const hooks: Plugin = (proxyServer) => {
    proxyServer.on('proxyReq', (proxyReq, req, res) => {
      const passage = req[PASSAGE];
      if (passage) watchRequest(proxyReq, req, res, passage, parts);
    });
    proxyServer.on('proxyRes', (proxyRes, req, res) => {
      const passage = req[PASSAGE];
      if (passage) watchResponse(proxyRes, req, res, passage);
    });
    proxyServer.on('proxyReqWs', (proxyReq, req, socket) => {
      const passage = req[PASSAGE];
      if (passage) watchUpgrade(proxyReq, socket, passage, parts);
    });
    proxyServer.on('error', (error, req, res) => {
      const passage = req?.[PASSAGE];
      if (!passage || !res) log.warn(error, 'an upstream error that belongs to no request');
      // Those of upgraded connections are answered where they are watched.
      else if ('writeHead' in res) answerFailure(error, res, passage);
    });
  };

  const proxy = createProxyMiddleware({
    ejectPlugins: true,
    plugins: [hooks],
    changeOrigin: true,
    // Together with the empty path that `enter` leaves, this keeps the library from parsing each URL for a filter
    // that is not used: some paths that providers accept would fail there.
    pathFilter: '',
    router: (req, _res, options) => {
      const { target, path } = destinationOf(req);
      options.agent = agents.forTarget(target);
      // The library hands these on to Node's `request`, into the same object.
      options.ssl = { ...requestOptions };
      return { ...target, pathname: path };
    },
  });

  function destinationOf(req: IncomingMessage): Destination {
    const passage = req[PASSAGE];
    if (!passage) throw new Error('a request reached the lane without a destination');
    return passage.destination;
  }

  function enter(req: IncomingMessage, passage: Passage): void {
    req[PASSAGE] = passage;
    req.url = '';
  }

  return {
    /** `expect` as the app sent it. */
    pass(req: IncomingMessage, res: ServerResponse, passage: Passage, expect: string | undefined): void {
      const { recording } = passage;
      enter(req, passage);
      if (expect !== undefined) req[EXPECT] = expect;
      recording.request.describe(req.headers['content-type'], req.headers['content-encoding']);
      res.on('close', () => {
        if (!res.writableFinished && recording.errorKind === null) recording.failed('client_disconnect');
        recording.end(statusSeen(res));
      });
      void proxy(req, res, (error) => {
        log.error(error, 'the proxy library refused a request');
        answerFailure(error instanceof Error ? error : new Error(String(error)), res, passage);
      });
    },
    upgrade(req: IncomingMessage, socket: Socket, head: Buffer, passage: Passage): void {
      enter(req, passage);
      proxy.upgrade(req, socket, head);
    },
  };
}
export type PassLane = ReturnType<typeof createPassLane>;

const requestOptions = { maxHeaderSize: MAX_ANSWER_HEADERS };

function watchResponse(proxyRes: IncomingMessage, req: IncomingMessage, res: ServerResponse, passage: Passage): void {
  const { recording, requestId, destination, ignored } = passage;
  const status = proxyRes.statusCode ?? 502;
  recording.answered(status, proxyRes.rawHeaders);
  recording.response.describe(proxyRes.headers['content-type'], proxyRes.headers['content-encoding']);
  proxyRes.on('data', (chunk: NonSharedBuffer) => recording.responseChunk(chunk));
  proxyRes.on('end', () => {
    recording.upstreamEnded();
    if (proxyRes.rawTrailers.length > 0) res.addTrailers(pairs(proxyRes.rawTrailers));
  });
  // Before the library's own listeners, which would end the connection in an orderly way: to a client that reads until
  // the end, a torn answer would look like a whole one.
  const broken = () => {
    if (proxyRes.complete || res.destroyed) return;
    recording.failed('upstream_reset');
    resetClient(res);
  };
  proxyRes.on('error', broken);
  proxyRes.on('close', broken);
  res.sendDate = false;
  // Whoever expected a 100 and got an answer may keep its body to itself: what comes next could be taken for it.
  if (req[EXPECT] !== undefined && !req.complete) res.shouldKeepAlive = false;
  const headers = endToEndHeaders(proxyRes.rawHeaders, proxyRes.headers);
  headers.push(...ownAnswerHeaders(requestId, status, destination, ignored));
  // What has its headers written is left alone by the library, which would join or drop headers that stand twice.
  res.writeHead(status, proxyRes.statusMessage ?? '', headers);
  // Small answers leave in one packet with their headers; a stream that is quiet at first must not hold them back. By
  // the next tick, queued after the one that lets the body flow, whatever came in the same packet has passed.
  process.nextTick(flushIfQuiet, res, recording);
}

function flushIfQuiet(res: ServerResponse, recording: Recording): void {
  if (!recording.hasFirstByte && !res.writableEnded && !res.destroyed) res.flushHeaders();
}

function answerFailure(error: Error, res: ServerResponse, { recording, destination, requestId }: Passage): void {
  // The library can report one failure twice, and reports our own hanging up on the provider when the app is gone.
  if (res.writableEnded || res.destroyed) return;
  const { kind, refusal } = failureOf(error, destination);
  recording.failed(kind);
  recording.explained(refusal.message);
  if (res.headersSent) resetClient(res);
  else answerRefusal(res, refusal, requestId);
}
