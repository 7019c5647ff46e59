import type { ServerResponse } from 'node:http';
import type { WireFormat } from '../../domain/usage/facts.ts';
import { endToEndHeaders } from '../headers.ts';
import type { Recording } from '../recording.ts';
import { createEventFrames, type EventFrames } from './event-frames.ts';
import { inBandError } from './inband-error.ts';
import type { AnswerHead } from './upstream-call.ts';
import { withoutUsage } from './usage-chunk.ts';

/** One provider's answer on its way to the app: pieces of it as they come, held back until somebody says go. */
export interface Answer {
  readonly head: AnswerHead;
  readonly isStream: boolean;
  /** '' or null where its bytes can be read as they are. */
  readonly encoding: string | null;
  readonly hasGone: boolean;
  /** What has not gone yet. */
  readonly held: readonly NonSharedBuffer[];
  /** Takes the next bytes and gives them back in the pieces that they go on in. */
  push(chunk: NonSharedBuffer): readonly NonSharedBuffer[];
  /** Status, headers and what was held; from now on every piece at once. */
  go(): void;
  end(trailers: readonly string[]): void;
  /** The provider broke off after bytes had gone. */
  breakOff(message: string): 'told' | 'reset';
}

export interface AnswerOptions {
  readonly res: ServerResponse;
  readonly recording: Recording;
  readonly format: WireFormat;
  readonly hidesUsage: boolean;
  readonly ownHeaders: () => readonly string[];
  /** The app reads more slowly than the provider speaks. */
  readonly onFull: () => void;
  /** Told of all bytes of an answer that came to its end; null where nobody asks for them. */
  readonly onWhole: ((bytes: NonSharedBuffer) => void) | null;
}

/** A longer answer is not kept for others. */
const MAX_KEPT = 4 * 1024 ** 2;

export function createAnswer(head: AnswerHead, options: AnswerOptions): Answer {
  const { res, recording, format, ownHeaders, onFull, onWhole } = options;
  const encoding = plainEncoding(head.headers['content-encoding']);
  const isStream = /^\s*text\/event-stream/i.test(String(head.headers['content-type'] ?? ''));
  // An app that is told of a break must not have half an event before it, so whole ones go on.
  const frames: EventFrames | null = isStream && encoding === null ? createEventFrames() : null;
  const hidesUsage = options.hidesUsage && frames !== null;
  let held: NonSharedBuffer[] = [];
  let kept: NonSharedBuffer[] | null = onWhole === null ? null : [];
  let keptBytes = 0;
  let hasGone = false;

  function keep(chunk: NonSharedBuffer): void {
    keptBytes += chunk.length;
    if (keptBytes > MAX_KEPT) kept = null;
    kept?.push(chunk);
  }

  function write(pieces: readonly NonSharedBuffer[]): void {
    const seen = hidesUsage ? pieces.map(withoutUsage).filter((piece) => piece !== null) : pieces;
    const [only] = seen;
    if (only === undefined || res.destroyed) return;
    if (!res.write(seen.length === 1 ? only : Buffer.concat(seen))) onFull();
  }

  return {
    head,
    isStream,
    encoding,
    get hasGone() {
      return hasGone;
    },
    get held() {
      return held;
    },
    push(chunk) {
      recording.responseChunk(chunk);
      keep(chunk);
      const pieces = frames === null ? [chunk] : frames.push(chunk);
      if (hasGone) write(pieces);
      else held.push(...pieces);
      return pieces;
    },
    go() {
      if (hasGone || res.destroyed) return;
      hasGone = true;
      res.sendDate = false;
      const headers = endToEndHeaders(head.rawHeaders, head.headers);
      res.writeHead(head.status, head.statusText, [
        ...(hidesUsage ? without(headers, 'content-length') : headers),
        ...ownHeaders(),
      ]);
      write(held);
      held = [];
      // Small answers leave in one packet with their headers; a stream that is quiet at first must not hold them back.
      process.nextTick(() => {
        if (!recording.hasFirstByte && !res.writableEnded && !res.destroyed) res.flushHeaders();
      });
    },
    end(trailers) {
      recording.upstreamEnded();
      const rest = frames?.rest();
      if (rest !== undefined && rest.length > 0) write([rest]);
      if (trailers.length > 0) res.addTrailers(pairs(trailers));
      res.end();
      if (kept !== null) onWhole?.(Buffer.concat(kept));
    },
    breakOff(message) {
      const told =
        frames === null || head.headers['content-length'] !== undefined ? null : inBandError(format, message);
      if (told === null) {
        const { socket } = res;
        if (socket && 'resetAndDestroy' in socket) socket.resetAndDestroy();
        res.destroy();
        return 'reset';
      }
      res.end(told);
      return 'told';
    },
  };
}

function plainEncoding(value: string | string[] | undefined): string | null {
  const text = String(value ?? '')
    .trim()
    .toLowerCase();
  return text === '' || text === 'identity' ? null : text;
}

function without(headers: readonly string[], name: string): string[] {
  return headers.filter((_, index) => (headers[index - (index % 2)] ?? '').toLowerCase() !== name);
}

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return list;
}
