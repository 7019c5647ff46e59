import type { ServerResponse } from 'node:http';
import {
  type Attempt,
  type CapturedBody,
  type ErrorKind,
  EXCHANGE_VERSION,
  type Exchange,
  type ExchangeKind,
  notSteered,
  type Steering,
  type Tags,
} from '../domain/exchange.ts';
import type { RequestFacts, ResponseFacts } from '../domain/usage/facts.ts';
import { BodyCapture } from './capture/body.ts';
import { dropReason, emptyBody, keptSize, withDropped } from './capture/drop.ts';
import type { FactsReader } from './capture/facts.ts';
import type { CaptureMemory } from './capture/memory.ts';
import type { ProxyMetrics } from './metrics.ts';
import type { Outbox, Ticket } from './outbox/outbox.ts';
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

/** What is known of an exchange when it arrives. Paths and headers are redacted already. */
export interface Arrival {
  readonly requestId: string;
  readonly kind: ExchangeKind;
  readonly lane: Exchange['lane'];
  readonly arrivedAt: number;
  /** `performance.now()` of the same moment. */
  readonly startMs: number;
  readonly provider: string;
  readonly upstream: string;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly keyId: string;
  readonly modelOverride: string;
  readonly tags: Tags;
  readonly requestHeaders: [string, string][];
  readonly omitRequest: boolean;
  readonly omitResponse: boolean;
}

/** What the routed lane calls in place of, or after, what the path names. */
export type CallTarget = Pick<Attempt, 'provider' | 'upstream' | 'model' | 'path'>;

interface EarlierCall {
  readonly attempt: Omit<Attempt, 'response' | 'facts'>;
  readonly response: BodyCapture;
}

/** One exchange from its arrival to its place in the outbox. Nothing here throws into the request path. */
export class Recording {
  readonly arrival: Arrival;
  readonly request: BodyCapture;
  response: BodyCapture;
  /** First reason why it did not end well; what follows from that is not another one. */
  errorKind: ErrorKind | null = null;
  /** Among what is under way. */
  seat: Seat<unknown> | null = null;
  /** Told of the exchange as it goes to the outbox. */
  watch: ((exchange: Exchange) => void) | null = null;
  readonly #parts: RecordingParts;
  readonly #ticket: Ticket;
  #calledAt = 0;
  #calledMs: number | null = null;
  #firstByteMs: number | null = null;
  #upstreamEndMs: number | null = null;
  #upstreamStatus: number | null = null;
  #responseHeaders: readonly string[] = [];
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
    this.response = new BodyCapture(parts.memory, parts.captureLimit);
    this.#ticket = parts.outbox.begin(() => this.#skeleton());
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  get hasFirstByte(): boolean {
    return this.#firstByteMs !== null;
  }

  /** The request goes to the provider now. */
  called(): void {
    if (this.#calledMs !== null) return;
    this.#calledMs = performance.now();
    this.#calledAt = Date.now();
  }

  /** Where the next call goes, and what it asks for there. */
  aimAt(target: CallTarget): void {
    this.#target = target;
  }

  /** The call under way is not what the app gets; what follows is another one. */
  passOver(kind: ErrorKind): void {
    if (this.#calledMs === null) return;
    this.#earlier ??= [];
    this.#earlier.push({
      attempt: this.#call(performance.now(), this.#earlier.length + 1, kind),
      response: this.response,
    });
    this.#firstCalledMs ??= this.#calledMs;
    this.response = new BodyCapture(this.#parts.memory, this.#parts.captureLimit);
    this.#calledMs = null;
    this.#firstByteMs = null;
    this.#upstreamEndMs = null;
    this.#upstreamStatus = null;
    this.#responseHeaders = [];
  }

  steer(steering: Partial<Steering>): void {
    this.#steering = { ...(this.#steering ?? notSteered), ...steering };
  }

  answered(status: number, rawHeaders: readonly string[]): void {
    this.#upstreamStatus = status;
    this.#responseHeaders = rawHeaders;
  }

  /** Why the provider gave no answer, in words: kept where the headers of an answer would stand. */
  explained(reason: string): void {
    if (this.#upstreamStatus === null) this.#responseHeaders = ['Spendlens-Error', reason];
  }

  /** For what comes as messages instead of chunks. */
  answerBegan(): void {
    this.#firstByteMs ??= performance.now();
  }

  responseChunk(chunk: NonSharedBuffer): void {
    this.answerBegan();
    this.response.push(chunk);
  }

  /** An upgraded connection: how much went each way. */
  passed(sent: number, received: number): void {
    this.request.size = sent;
    this.response.size = received;
  }

  upstreamEnded(): void {
    this.#upstreamEndMs ??= performance.now();
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
    else void this.#takeEarlier(this.#earlier).then(() => this.#endLast(status, endMs));
  }

  async #takeEarlier(earlier: readonly EarlierCall[]): Promise<void> {
    for (const { attempt, response } of earlier) {
      const body = await new Promise<CapturedBody>((resolve) => response.takeCut(resolve));
      this.#earlierAttempts.push({ ...attempt, ...(await this.#kept(attempt, body)) });
    }
  }

  /** As it goes on, with what was read from it where that is nothing. */
  #kept(
    { provider, path, status, responseHeaders }: EarlierCall['attempt'],
    response: CapturedBody,
  ): Promise<Pick<Attempt, 'response' | 'facts'>> {
    const { outbox, facts } = this.#parts;
    const isShort = outbox.room(keptSize(response)) === 'facts';
    const reason = dropReason(response, this.arrival.omitResponse, isShort);
    if (reason === null) return Promise.resolve({ response, facts: null });
    const bodies = { request: emptyBody, response, dropsRequest: false, dropsResponse: true };
    return new Promise((resolve) => {
      facts.read(
        { provider, path: path || this.arrival.path, status, responseHeaders, ...bodies },
        (_request, responseFacts) => {
          const kept = withDropped(response, reason);
          if (kept.flags.includes('shed')) outbox.countShedBody();
          resolve({ response: kept, facts: responseFacts });
        },
      );
    });
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
    const { provider, path } = this.#place();
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
    const responseHeaders = redactHeaders(this.#responseHeaders);
    facts.read(
      { provider, path, status: this.#upstreamStatus, responseHeaders, ...bodies },
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
    const ttftMs = this.#firstByteMs === null ? null : this.#firstByteMs - startMs;
    const exchange = this.#skeleton();
    exchange.request = request;
    exchange.requestFacts = requestFacts;
    exchange.status = status;
    exchange.errorKind = errorKind;
    exchange.latencyMs = endMs - startMs;
    exchange.ttftMs = ttftMs;
    exchange.overheadMs = this.#overhead(endMs);
    exchange.attempts = this.#earlierAttempts;
    if (exchange.answeredFrom !== null) {
      const kept = { response, responseHeaders: redactHeaders(this.#responseHeaders), facts: responseFacts };
      exchange.answeredFrom = { ...exchange.answeredFrom, ...kept };
    }
    if (this.#calledMs === null) return exchange;
    const call = this.#call(endMs, this.#earlierAttempts.length + 1, errorKind);
    exchange.attempts.push({ ...call, response, facts: responseFacts });
    return exchange;
  }

  /** The call under way as it stands now. */
  #call(endMs: number, number: number, errorKind: ErrorKind | null): EarlierCall['attempt'] {
    const called = this.#calledMs ?? endMs;
    const { provider, upstream } = this.#target ?? this.arrival;
    return {
      attempt: number,
      provider,
      upstream,
      model: this.#target?.model ?? '',
      path: this.#target?.path ?? '',
      startedAt: this.#calledAt,
      status: this.#upstreamStatus,
      errorKind,
      latencyMs: (this.#upstreamEndMs ?? endMs) - called,
      ttftMs: this.#firstByteMs === null ? null : this.#firstByteMs - called,
      responseHeaders: redactHeaders(this.#responseHeaders),
    };
  }

  /** By which the last response is read. */
  #place(): Pick<Attempt, 'provider' | 'path'> {
    const place = this.#steering?.answeredFrom ?? this.#target ?? this.arrival;
    return { provider: place.provider, path: place.path || this.arrival.path };
  }

  #overhead(endMs: number): number {
    const before = (this.#firstCalledMs ?? this.#calledMs ?? endMs) - this.arrival.startMs;
    const after = this.#upstreamEndMs === null ? 0 : endMs - this.#upstreamEndMs;
    return before + after;
  }

  /** The exchange as it stands in the log if this process dies before its end. */
  #skeleton(): Exchange {
    const { requestId, kind, lane, arrivedAt, provider, method, path, userAgent, keyId, modelOverride, tags } =
      this.arrival;
    return {
      v: EXCHANGE_VERSION,
      requestId,
      kind,
      lane,
      arrivedAt,
      provider,
      method,
      path,
      userAgent,
      keyId,
      modelOverride,
      tags,
      requestHeaders: this.arrival.requestHeaders,
      request: emptyBody,
      requestFacts: null,
      status: null,
      errorKind: 'aborted',
      latencyMs: 0,
      ttftMs: null,
      overheadMs: 0,
      attempts: [],
      ...(this.#steering ?? notSteered),
      lost: { exchanges: 0, bodies: 0 },
    };
  }
}

/** The status that the app saw, null where not even the headers went out. */
export function statusSeen(res: ServerResponse): number | null {
  return res.headersSent ? res.statusCode : null;
}
