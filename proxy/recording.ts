import type { ServerResponse } from 'node:http';
import {
  type Attempt,
  type CapturedBody,
  type ErrorKind,
  type Exchange,
  notSteered,
  type Steering,
} from '../domain/exchange.ts';
import type { RequestFacts, ResponseFacts } from '../domain/usage/facts.ts';
import { type Arrival, skeletonOf } from './arrival.ts';
import { BodyCapture } from './capture/body.ts';
import { dropReason, keptSize, withDropped } from './capture/drop.ts';
import type { FactsReader } from './capture/facts.ts';
import type { CaptureMemory } from './capture/memory.ts';
import { type EarlierCall, finishEarlier } from './earlier-calls.ts';
import type { ProxyMetrics } from './metrics.ts';
import type { Outbox, Ticket } from './outbox/outbox.ts';
import { type CallTarget, RecordedCall } from './recorded-call.ts';
import { redactHeaders } from './redact.ts';
import type { Seat } from './roster.ts';

export interface RecordingParts {
  readonly outbox: Outbox;
  readonly memory: CaptureMemory;
  readonly captureLimit: number;
  readonly facts: FactsReader;
  readonly metrics: ProxyMetrics;
  /** Called with each recording that reaches its end, accepted or not. */
  readonly onSettled: (recording: Recording) => void;
}

/** One exchange from its arrival to its place in the outbox. Nothing here throws into the request path. */
export class Recording {
  readonly arrival: Arrival;
  readonly request: BodyCapture;
  /** First reason why it did not end well; what follows from that is not another one. */
  errorKind: ErrorKind | null = null;
  /** Among what is under way. */
  seat: Seat<unknown> | null = null;
  /** Told of the exchange as it goes to the outbox. */
  watch: ((exchange: Exchange) => void) | null = null;
  readonly #parts: RecordingParts;
  readonly #ticket: Ticket;
  #call: RecordedCall;
  #ended = false;
  /** The routed lane alone has these. */
  #target: CallTarget | null = null;
  #earlier: EarlierCall[] | null = null;
  #earlierAttempts: Attempt[] = [];
  #firstCalledMs: number | null = null;
  #steering: Steering | null = null;

  constructor(arrival: Arrival, parts: RecordingParts) {
    this.arrival = arrival;
    this.#parts = parts;
    this.request = new BodyCapture(parts.memory, parts.captureLimit);
    this.#call = new RecordedCall(new BodyCapture(parts.memory, parts.captureLimit));
    this.#ticket = parts.outbox.begin(() => skeletonOf(this.arrival, this.#steering));
  }

  /** Of the call under way. */
  get response(): BodyCapture {
    return this.#call.response;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  get hasFirstByte(): boolean {
    return this.#call.firstByteMs !== null;
  }

  /** The request goes to the provider now. */
  called(): void {
    this.#call.start();
  }

  /** Where the next call goes, and what it asks for there. */
  aimAt(target: CallTarget): void {
    this.#target = target;
  }

  /** The call under way is not what the app gets; what follows is another one. */
  passOver(kind: ErrorKind): void {
    const { startedMs, response } = this.#call;
    if (startedMs === null) return;
    this.#earlier ??= [];
    const number = this.#earlier.length + 1;
    this.#earlier.push({ attempt: this.#call.attempt(number, this.#place(), kind, performance.now()), response });
    this.#firstCalledMs ??= startedMs;
    this.#call = new RecordedCall(new BodyCapture(this.#parts.memory, this.#parts.captureLimit));
  }

  steer(steering: Partial<Steering>): void {
    this.#steering = { ...(this.#steering ?? notSteered), ...steering };
  }

  answered(status: number, rawHeaders: readonly string[]): void {
    this.#call.status = status;
    this.#call.rawHeaders = rawHeaders;
  }

  /** Why the provider gave no answer, in words: kept where the headers of an answer would stand. */
  explained(reason: string): void {
    if (this.#call.status === null) this.#call.rawHeaders = ['Spendlens-Error', reason];
  }

  /** For what comes as messages instead of chunks. */
  answerBegan(): void {
    this.#call.firstByteMs ??= performance.now();
  }

  responseChunk(chunk: NonSharedBuffer): void {
    this.answerBegan();
    this.#call.response.push(chunk);
  }

  /** An upgraded connection: how much went each way. */
  passed(sent: number, received: number): void {
    this.request.size = sent;
    this.response.size = received;
  }

  upstreamEnded(): void {
    this.#call.endMs ??= performance.now();
  }

  failed(kind: ErrorKind): void {
    this.errorKind ??= kind;
  }

  /** The exchange is over for the app, which got `status`, or null where it got no status line. */
  end(status: number | null): void {
    if (this.#ended) return;
    this.#ended = true;
    const endMs = performance.now();
    if (this.#earlier === null) this.#endLast(status, endMs);
    else void this.#endAll(this.#earlier, status, endMs);
  }

  async #endAll(earlier: readonly EarlierCall[], status: number | null, endMs: number): Promise<void> {
    const { outbox, facts } = this.#parts;
    const { path, omitResponse } = this.arrival;
    this.#earlierAttempts = await finishEarlier(earlier, { outbox, facts, path, omitResponse });
    this.#endLast(status, endMs);
  }

  #endLast(status: number | null, endMs: number): void {
    if (this.request.isWhole && this.response.isWhole && !this.arrival.omitRequest && !this.arrival.omitResponse) {
      this.#settle(status, endMs, this.request.take(), this.response.take());
      return;
    }
    this.request.takeCut((request) =>
      this.response.takeCut((response) => this.#settle(status, endMs, request, response)),
    );
  }

  #settle(status: number | null, endMs: number, request: CapturedBody, response: CapturedBody): void {
    const { outbox, facts } = this.#parts;
    const { omitRequest, omitResponse } = this.arrival;
    const { provider, path } = this.#answeredBy();
    // Where there is room for nothing the exchange is dropped anyway, bodies and all.
    const isShort = outbox.room(keptSize(request) + keptSize(response)) === 'facts';
    const dropRequest = dropReason(request, omitRequest, isShort);
    const dropResponse = dropReason(response, omitResponse, isShort);
    if (dropRequest === null && dropResponse === null) {
      this.#commit(status, endMs, request, response, null, null);
      return;
    }
    const [dropsRequest, dropsResponse] = [dropRequest !== null, dropResponse !== null];
    const bodies = { request, response, dropsRequest, dropsResponse };
    const responseHeaders = redactHeaders(this.#call.rawHeaders);
    facts.read(
      { provider, path, status: this.#call.status, responseHeaders, ...bodies },
      (requestFacts, responseFacts) => {
        const keptRequest = withDropped(request, dropRequest);
        const keptResponse = withDropped(response, dropResponse);
        for (const { flags } of [keptRequest, keptResponse]) if (flags.includes('shed')) outbox.countShedBody();
        this.#commit(status, endMs, keptRequest, keptResponse, requestFacts, responseFacts);
      },
    );
  }

  #commit(
    status: number | null,
    endMs: number,
    request: CapturedBody,
    response: CapturedBody,
    requestFacts: RequestFacts | null,
    responseFacts: ResponseFacts | null,
  ): void {
    const exchange = this.#exchange(status, endMs, request, response, requestFacts, responseFacts);
    this.#parts.metrics.observe(exchange);
    this.watch?.(exchange);
    const settled = this.#parts.outbox.end(this.#ticket, exchange);
    // Encoded by now: what waits for the disk is the outbox's to count.
    this.request.release();
    this.response.release();
    for (const { response: earlier } of this.#earlier ?? []) earlier.release();
    void settled.then(() => this.#parts.onSettled(this));
  }

  #exchange(
    status: number | null,
    endMs: number,
    request: CapturedBody,
    response: CapturedBody,
    requestFacts: RequestFacts | null,
    responseFacts: ResponseFacts | null,
  ): Exchange {
    const { startMs } = this.arrival;
    const errorKind = this.errorKind ?? (status !== null && status >= 400 ? 'status' : null);
    const { firstByteMs, startedMs, rawHeaders } = this.#call;
    const ttftMs = firstByteMs === null ? null : firstByteMs - startMs;
    const exchange = skeletonOf(this.arrival, this.#steering);
    exchange.request = request;
    exchange.requestFacts = requestFacts;
    exchange.status = status;
    exchange.errorKind = errorKind;
    exchange.latencyMs = endMs - startMs;
    exchange.ttftMs = ttftMs;
    exchange.overheadMs = this.#overhead(endMs);
    exchange.attempts = this.#earlierAttempts;
    if (exchange.answeredFrom !== null) {
      const kept = { response, responseHeaders: redactHeaders(rawHeaders), facts: responseFacts };
      exchange.answeredFrom = { ...exchange.answeredFrom, ...kept };
    }
    if (startedMs === null) return exchange;
    const call = this.#call.attempt(this.#earlierAttempts.length + 1, this.#place(), errorKind, endMs);
    exchange.attempts.push({ ...call, response, facts: responseFacts });
    return exchange;
  }

  /** Where the call under way goes. */
  #place(): CallTarget {
    return this.#target ?? { provider: this.arrival.provider, upstream: this.arrival.upstream, model: '', path: '' };
  }

  /** By which the last response is read. */
  #answeredBy(): Pick<Attempt, 'provider' | 'path'> {
    const place = this.#steering?.answeredFrom ?? this.#target ?? this.arrival;
    return { provider: place.provider, path: place.path || this.arrival.path };
  }

  #overhead(endMs: number): number {
    const before = (this.#firstCalledMs ?? this.#call.startedMs ?? endMs) - this.arrival.startMs;
    const after = this.#call.endMs === null ? 0 : endMs - this.#call.endMs;
    return before + after;
  }
}

/** The status that the app saw, null where not even the headers went out. */
export function statusSeen(res: ServerResponse): number | null {
  return res.headersSent ? res.statusCode : null;
}
