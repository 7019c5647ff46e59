import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import { limitConnect } from './connect-timeout.ts';
import { writeInterim } from './interim.ts';
import type { Passage } from './passage.ts';
import { Passing, type PassingParts } from './passing.ts';
import type { StallWatch } from './stall-watch.ts';

export const EXPECT: unique symbol = Symbol('expect');

declare module 'node:http' {
  interface IncomingMessage {
    /** What the app expects before it sends its body. */
    [EXPECT]?: string;
  }
}

export interface WatchParts extends PassingParts {
  readonly stallWatch: StallWatch;
}

/** Of a request on its way to the provider, before its first byte. */
export function watchRequest(
  proxyReq: ClientRequest,
  req: IncomingMessage,
  res: ServerResponse,
  passage: Passage,
  parts: WatchParts,
): void {
  const { recording, destination } = passage;
  recording.called();
  // Attached here and no earlier: a listener before the library's own pipe starts the stream and loses chunks.
  req.on('data', (chunk: NonSharedBuffer) => recording.request.push(chunk));
  if (proxyReq.socket) limitConnect(proxyReq, proxyReq.socket, destination.provider.timeouts.connectMs);
  const seat = parts.stallWatch.begin(new Passing(req, res, proxyReq, passage, parts));
  res.once('close', () => parts.stallWatch.end(seat));
  proxyReq.on('information', (interim) => passInterim(interim, req, res));
  passTrailers(req, proxyReq);
  passExpectation(req, proxyReq);
}

/** Only a body in chunks can have any. */
function passTrailers(req: IncomingMessage, proxyReq: ClientRequest): void {
  if (req.headers['content-length'] !== undefined) return;
  // The library's pipe ends the request on the same event, after this.
  req.once('end', () => {
    if (req.rawTrailers.length > 0) proxyReq.addTrailers(pairs(req.rawTrailers));
  });
}

/** Not before: of a request that expects something the library tells nobody. And at once: the body waits for the answer. */
function passExpectation(req: IncomingMessage, proxyReq: ClientRequest): void {
  const expect = req[EXPECT];
  if (expect === undefined) return;
  proxyReq.setHeader('Expect', expect);
  proxyReq.flushHeaders();
}

/** Answers before the answer: a 100 to who waits for it, and the likes of 103 as they came. */
function passInterim(interim: InformationEvent, req: IncomingMessage, res: ServerResponse): void {
  const { statusCode: status, statusMessage: statusText, rawHeaders } = interim;
  if (status !== 100) {
    writeInterim(res, { status, statusText, rawHeaders });
    return;
  }
  if (req[EXPECT] === undefined || req.httpVersionMinor === 0 || res.headersSent || !res.socket) return;
  res.writeContinue();
}

export function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return list;
}
