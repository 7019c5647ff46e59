import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Failure } from '../../domain/routing/failure.ts';
import type { WireFormat } from '../../domain/usage/facts.ts';
import type { KeptAnswer } from '../cache/kept-answer.ts';
import { type Interim, writeInterim } from '../interim.ts';
import type { Recording } from '../recording.ts';
import type { Destination } from '../upstream.ts';
import { type Answer, createAnswer } from './answer.ts';
import { failureOfAnswer, failureOfError } from './failure-of.ts';
import { createDocumentGate, createErrorGate, createStreamGate, type Gate, type GateVerdict, textOf } from './gate.ts';
import type { TimeLimits } from './limits.ts';
import type { TargetCall } from './target-states.ts';
import { type AnswerHead, callUpstream, type UpstreamCall, type UpstreamRequest } from './upstream-call.ts';
import { isWorthKeeping } from './worth-keeping.ts';

export type AttemptResult =
  /** The app gets this answer, or got as much of it as there was. */
  | { readonly kind: 'answered' }
  /** Nobody waits for it any more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly answer: HeldAnswer | null };

/** An answer that could still be the app's. */
export interface HeldAnswer {
  release(): void;
  discard(): void;
}

export interface AttemptOptions {
  readonly dispatcher: Dispatcher;
  readonly destination: Destination;
  readonly request: UpstreamRequest;
  readonly limits: TimeLimits;
  readonly res: ServerResponse;
  readonly recording: Recording;
  readonly format: WireFormat;
  readonly hidesUsage: boolean;
  /** What is worth looking at before it goes on. */
  readonly holds: { readonly error: boolean; readonly answer: boolean };
  readonly ownHeaders: (status: number) => readonly string[];
  /** Told of an answer that is good enough for others; null where nobody asks. */
  readonly keep: ((kept: KeptAnswer) => void) | null;
  /** What that answer was asked for. */
  readonly asked: Pick<KeptAnswer, 'provider' | 'upstream' | 'model' | 'path'>;
  /** Told how the call goes. */
  readonly watch: TargetCall;
}

export interface Attempt {
  readonly result: Promise<AttemptResult>;
  /** Nothing more comes of it. */
  readonly done: Promise<void>;
  abort(): void;
}

/** A provider that announces without end must not fill the memory. */
const MAX_INTERIMS = 16;

/** One upstream call, up to the point where it is settled whether its answer is the app's. */
export function startAttempt(options: AttemptOptions): Attempt {
  const { dispatcher, destination, request, limits, res, recording, format, holds, watch } = options;
  let answer: Answer | null = null;
  let gate: Gate | null = null;
  const interims: Interim[] = [];
  let isJudged = false;
  /** Set once the provider has said all, while somebody still decides. */
  let ending: (() => void) | null = null;
  let settle: (result: AttemptResult) => void = () => {};
  const result = new Promise<AttemptResult>((resolve) => {
    settle = resolve;
  });
  const { promise: done, resolve: finish } = Promise.withResolvers<void>();
  const startedAt = Date.now();

  function release(): void {
    isJudged = true;
    for (const interim of interims) writeInterim(res, interim);
    answer?.go();
    settle({ kind: 'answered' });
    if (ending) ending();
    else call.resume();
  }

  function judge(verdict: GateVerdict): void {
    if (isJudged || answer === null || verdict === 'hold') return;
    if (verdict === 'release') {
      release();
      return;
    }
    isJudged = true;
    watch.failed(verdict);
    if (ending === null) call.pause();
    const failure = failureOfAnswer(verdict, answer, textOf(answer.held, answer.encoding), options.hidesUsage);
    settle({ kind: 'failed', failure, answer: { release, discard: abort } });
  }

  /** What announces an answer comes with it: another call's may take its place. */
  function announced(interim: Interim): void {
    if (!holds.error && !holds.answer) writeInterim(res, interim);
    else if (interims.length < MAX_INTERIMS) interims.push(interim);
  }

  function answered(head: AnswerHead): void {
    recording.answered(head.status, head.rawHeaders);
    watch.answered(head.status);
    const { 'content-type': type, 'content-encoding': encoding } = head.headers;
    recording.response.describe(type, encoding === undefined ? undefined : String(encoding));
    const ownHeaders = () => options.ownHeaders(head.status);
    const onFull = () => {
      call.pause();
      res.once('drain', call.resume);
    };
    const { hidesUsage } = options;
    const onWhole = options.keep === null ? null : (bytes: NonSharedBuffer) => keepWhole(head, bytes);
    answer = createAnswer(head, { res, recording, format, hidesUsage, ownHeaders, onFull, onWhole });
    gate = gateFor(answer, format, holds);
    if (gate === null) judge('release');
  }

  function data(chunk: NonSharedBuffer): void {
    if (answer === null) return;
    watch.firstByte();
    const pieces = answer.push(chunk);
    if (isJudged || gate === null) return;
    for (const piece of pieces) judge(gate.take(piece));
    const heldBytes = answer.held.reduce((sum, piece) => sum + piece.length, 0);
    if (!isJudged && heldBytes > gate.limitBytes) judge(gate.end(answer.held, false));
  }

  function ended(trailers: readonly string[]): void {
    ending = () => {
      answer?.end(trailers);
      finish();
    };
    if (answer?.hasGone) ending();
    else if (!isJudged && answer !== null && gate !== null) judge(gate.end(answer.held, true));
  }

  function failed(error: Error, wasSent: boolean): void {
    const failure = failureOfError(error, wasSent, answer?.head.status ?? null, destination);
    watch.failed(failure.cause);
    if (answer?.hasGone) {
      breakOff(failure);
      return;
    }
    // It broke while somebody still decided: should they take it, they take it broken.
    if (isJudged) {
      ending = () => breakOff(failure);
      return;
    }
    isJudged = true;
    finish();
    settle({ kind: 'failed', failure, answer: null });
  }

  function breakOff(failure: Failure): void {
    const how = answer?.breakOff(failure.message);
    recording.failed(how === 'told' ? 'broken' : failure.errorKind);
    finish();
  }

  function keepWhole(head: AnswerHead, bytes: NonSharedBuffer): void {
    if (!isWorthKeeping(format, head, bytes)) return;
    const { status, statusText, rawHeaders } = head;
    const latencyMs = Math.max(0, Date.now() - startedAt);
    const { hidesUsage, asked } = options;
    const answered = { status, statusText, rawHeaders: [...rawHeaders], body: bytes };
    options.keep?.({ v: 1, ...answered, ...asked, hidesUsage, startedAt, latencyMs });
  }

  function abort(): void {
    call.abort();
    settle({ kind: 'gone' });
    finish();
  }

  void done.then(watch.over);
  recording.called();
  const call: UpstreamCall = callUpstream(dispatcher, request, limits, { announced, answered, data, ended, failed });
  return { result, done, abort };
}

/** Null where the answer goes on at once: nothing could come in its place, or nothing in it could tell. */
function gateFor(answer: Answer, format: WireFormat, holds: AttemptOptions['holds']): Gate | null {
  if (answer.head.status >= 400) return holds.error ? createErrorGate(answer.encoding) : null;
  if (!holds.answer || answer.head.status >= 300 || answer.head.status === 204) return null;
  if (answer.isStream) return answer.encoding === null ? createStreamGate(format) : null;
  const type = String(answer.head.headers['content-type'] ?? '');
  return /^\s*application\/(?:json|[\w.-]+\+json)/i.test(type) ? createDocumentGate(format, answer.encoding) : null;
}
