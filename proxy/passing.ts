import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { AppTimeouts } from '../domain/time-limits.ts';
import type { CaptureMemory } from './capture/memory.ts';
import type { Passage } from './passage.ts';
import { answerRefusal, type Refusal } from './refusal.ts';
import { bytesMoved, type Wait, type Watched } from './stall-watch.ts';
import { silenceOf, unfinishedUpload, untakenUpload } from './upstream-failure.ts';

/**
 * What is read of an upload that the provider does not take, so that the app's leaving behind it is seen. An app with
 * more than that under way when it leaves is noticed by the limit for uploads.
 */
const READ_AHEAD = 8 * 1024 ** 2;

export interface PassingParts {
  readonly appTimeouts: AppTimeouts;
  readonly memory: CaptureMemory;
}

/** One exchange on its way through the lane, as far as its pace is concerned. */
export class Passing implements Watched {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #proxyReq: ClientRequest;
  readonly #passage: Passage;
  readonly #parts: PassingParts;
  #readAheadTo: number | null = null;

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    proxyReq: ClientRequest,
    passage: Passage,
    parts: PassingParts,
  ) {
    this.#req = req;
    this.#res = res;
    this.#proxyReq = proxyReq;
    this.#passage = passage;
    this.#parts = parts;
  }

  progress(): number {
    return bytesMoved(this.#req.socket) + bytesMoved(this.#proxyReq.socket);
  }

  waitsFor(): Wait {
    const { firstByteMs, idleMs } = this.#passage.destination.provider.timeouts;
    if (this.#res.headersSent) return { party: this.#res.writableNeedDrain ? 'app' : 'provider', limitMs: idleMs };
    if (this.#req.complete) return { party: 'provider', limitMs: firstByteMs };
    const party = this.#proxyReq.writableNeedDrain ? 'provider' : 'app';
    return { party, limitMs: this.#parts.appTimeouts.uploadIdleMs };
  }

  quiet(): void {
    const isHeldUp = !this.#req.complete && !this.#res.headersSent && this.#proxyReq.writableNeedDrain;
    if (!isHeldUp || this.#readAheadTo !== null || !this.#parts.memory.take(READ_AHEAD)) return;
    this.#proxyReq.once('close', () => this.#parts.memory.give(READ_AHEAD));
    this.#readAheadTo = this.#req.socket.bytesRead + READ_AHEAD;
    this.#readAhead();
  }

  /** A connection that is not read never ends: what is in flight goes before the end, and must be taken first. */
  #readAhead(): void {
    if (this.#req.complete || this.#proxyReq.destroyed || this.#req.socket.bytesRead >= (this.#readAheadTo ?? 0))
      return;
    if (!this.#proxyReq.writableNeedDrain) {
      this.#readAheadTo = this.#req.socket.bytesRead;
      return;
    }
    // Under a pipe this lets one more chunk pass.
    this.#req.resume();
    setTimeout(() => this.#readAhead(), 1);
  }

  stalled(wait: Wait): void {
    const { recording, requestId } = this.#passage;
    recording.failed(wait.party === 'app' ? 'client_timeout' : 'upstream_timeout');
    if (this.#res.headersSent) {
      resetClient(this.#res);
      return;
    }
    const refusal = this.#refusalFor(wait);
    recording.explained(refusal.message);
    if (!this.#req.complete) this.#res.shouldKeepAlive = false;
    answerRefusal(this.#res, refusal, requestId);
    this.#proxyReq.destroy();
  }

  #refusalFor({ party, limitMs }: Wait): Refusal {
    const { destination } = this.#passage;
    if (party === 'app') return unfinishedUpload(destination, limitMs);
    return this.#req.complete ? silenceOf(destination, limitMs) : untakenUpload(destination, limitMs);
  }
}

/** So that a torn answer does not look like a whole one to an app that reads until the end. */
export function resetClient(res: ServerResponse): void {
  const { socket } = res;
  if (socket && 'resetAndDestroy' in socket) socket.resetAndDestroy();
  res.destroy();
}
