import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Interim } from '../interim.ts';
import type { TimeLimits } from './limits.ts';

/** A call that a limit of ours ended. */
export class CallTimeout extends Error {
  override readonly name = 'CallTimeout';
  readonly code = 'ETIMEDOUT';
}

export interface UpstreamRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer | Readable | null;
}

export interface AnswerHead {
  readonly status: number;
  readonly statusText: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingHttpHeaders;
}

/** What happens to a call, in this order; after `ended` or `failed` nothing more. */
export interface CallEvents {
  /** Any number of times. */
  announced(interim: Interim): void;
  answered(head: AnswerHead): void;
  data(chunk: NonSharedBuffer): void;
  ended(rawTrailers: readonly string[]): void;
  /** `wasSent` is true where the provider may have got the request. */
  failed(error: Error, wasSent: boolean): void;
}

export interface UpstreamCall {
  /** Ends it without another event. */
  abort(): void;
  pause(): void;
  resume(): void;
}

const aborted = new Error('no longer wanted');

/** One request to one address: no redirect is followed, nothing is sent twice. */
export function callUpstream(
  dispatcher: Dispatcher,
  request: UpstreamRequest,
  limits: TimeLimits,
  events: CallEvents,
): UpstreamCall {
  let controller: Dispatcher.DispatchController | null = null;
  let isOver = false;
  let isPaused = false;
  let wasSent = false;
  let timer: NodeJS.Timeout | null = null;
  const deadline = setTimeout(
    () => expire('took longer than the whole exchange may'),
    Math.max(0, limits.deadlineMs - performance.now()),
  );

  function limit(ms: number, what: string): void {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      // Nobody but us keeps it from speaking.
      if (isPaused) limit(ms, what);
      else expire(what);
    }, ms);
  }

  function expire(what: string): void {
    fail(new CallTimeout(what));
    controller?.abort(aborted);
  }

  /** True once: whoever comes first ends the call. */
  function over(): boolean {
    if (isOver) return false;
    isOver = true;
    clearTimeout(deadline);
    if (timer !== null) clearTimeout(timer);
    return true;
  }

  function fail(error: Error): void {
    if (over()) events.failed(error, wasSent);
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (isOver) return started.abort(aborted);
      wasSent = true;
      limit(limits.firstByteMs, `did not answer within ${limits.firstByteMs} ms`);
    },
    onResponseStart(started, status, headers, statusText = '') {
      if (isOver) return;
      const rawHeaders = textsOf(started.rawHeaders);
      if (status < 200) return events.announced({ status, statusText, rawHeaders });
      limit(limits.idleMs, `was silent for ${limits.idleMs} ms`);
      events.answered({ status, statusText, rawHeaders, headers });
    },
    onResponseData(_started, chunk) {
      if (isOver) return;
      timer?.refresh();
      events.data(unshared(chunk));
    },
    onResponseEnd(started) {
      if (over()) events.ended(textsOf(started.rawTrailers));
    },
    onResponseError(_started, error) {
      fail(error);
    },
  };

  try {
    dispatcher.dispatch(
      {
        origin: request.origin,
        path: request.path,
        method: request.method,
        headers: [...request.headers],
        body: request.body,
      },
      handler,
    );
  } catch (error) {
    fail(error instanceof Error ? error : new Error(String(error)));
  }
  return {
    abort() {
      if (!over()) return;
      controller?.abort(aborted);
    },
    pause() {
      isPaused = true;
      controller?.pause();
    },
    resume() {
      isPaused = false;
      controller?.resume();
    },
  };
}

/** What comes off a socket is shared with no thread, which the library's types do not know. */
function unshared(chunk: Buffer): NonSharedBuffer {
  const { buffer, byteOffset, byteLength } = chunk;
  return buffer instanceof ArrayBuffer ? Buffer.from(buffer, byteOffset, byteLength) : Buffer.from(chunk);
}

/** The wire's own bytes, as Node writes them again. */
function textsOf(raw: Buffer[] | string[] | IncomingHttpHeaders | null | undefined): readonly string[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((part: Buffer | string) => (typeof part === 'string' ? part : part.toString('latin1')));
}
