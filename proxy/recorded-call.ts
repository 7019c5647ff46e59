import type { Attempt, ErrorKind } from '../domain/exchange.ts';
import type { BodyCapture } from './capture/body.ts';
import { redactHeaders } from './redact.ts';

/** What the routed lane calls in place of, or after, what the path names. */
export type CallTarget = Pick<Attempt, 'provider' | 'upstream' | 'model' | 'path'>;

/** One upstream call as it happens. */
export class RecordedCall {
  readonly response: BodyCapture;
  startedMs: number | null = null;
  firstByteMs: number | null = null;
  endMs: number | null = null;
  status: number | null = null;
  rawHeaders: readonly string[] = [];
  #startedAt = 0;

  constructor(response: BodyCapture) {
    this.response = response;
  }

  start(): void {
    if (this.startedMs !== null) return;
    this.startedMs = performance.now();
    this.#startedAt = Date.now();
  }

  /** As it stands now, or stood when the exchange ended. */
  attempt(
    number: number,
    target: CallTarget,
    errorKind: ErrorKind | null,
    endMs: number,
  ): Omit<Attempt, 'response' | 'facts'> {
    const { provider, upstream, model, path } = target;
    const started = this.startedMs ?? endMs;
    return {
      attempt: number,
      provider,
      upstream,
      model,
      path,
      startedAt: this.#startedAt,
      status: this.status,
      errorKind,
      latencyMs: (this.endMs ?? endMs) - started,
      ttftMs: this.firstByteMs === null ? null : this.firstByteMs - started,
      responseHeaders: redactHeaders(this.rawHeaders),
    };
  }
}
