import type { ServerResponse } from 'node:http';
import {
  type CapturedBody,
  type ErrorKind,
  EXCHANGE_VERSION,
  type Exchange,
  type ExchangeKind,
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

/** One exchange from its arrival to its place in the outbox. Nothing here throws into the request path. */
export class Recording {
  readonly arrival: Arrival;
  readonly request: BodyCapture;
  readonly response: BodyCapture;
  /** First reason why it did not end well; what follows from that is not another one. */
  errorKind: ErrorKind | null = null;
  readonly #parts: RecordingParts;
  readonly #ticket: Ticket;
  #calledAt = 0;
  #calledMs: number | null = null;
  #firstByteMs: number | null = null;
  #upstreamEndMs: number | null = null;
  #upstreamStatus: number | null = null;
  #responseHeaders: readonly string[] = [];
  #ended = false;

  constructor(arrival: Arrival, parts: RecordingParts) {
    this.arrival = arrival;
    this.#parts = parts;
    this.request = new BodyCapture(parts.memory, parts.captureLimit);
    this.response = new BodyCapture(parts.memory, parts.captureLimit);
    this.#ticket = parts.outbox.begin(this.#skeleton());
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

  answered(status: number, rawHeaders: readonly string[]): void {
    this.#upstreamStatus = status;
    this.#responseHeaders = rawHeaders;
  }

  responseChunk(chunk: NonSharedBuffer): void {
    this.#firstByteMs ??= performance.now();
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
    const { provider, path, omitRequest, omitResponse } = this.arrival;
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
    void this.#parts.outbox.end(this.#ticket, exchange).then(() => {
      this.request.release();
      this.response.release();
      this.#parts.onSettled(this);
    });
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
    const called = this.#calledMs;
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
    exchange.attempts = [];
    if (called === null) return exchange;
    exchange.attempts.push({
      attempt: 1,
      provider: this.arrival.provider,
      upstream: this.arrival.upstream,
      startedAt: this.#calledAt,
      status: this.#upstreamStatus,
      errorKind,
      latencyMs: (this.#upstreamEndMs ?? endMs) - called,
      ttftMs: this.#firstByteMs === null ? null : this.#firstByteMs - called,
      responseHeaders: redactHeaders(this.#responseHeaders),
      response,
      facts: responseFacts,
    });
    return exchange;
  }

  #overhead(endMs: number): number {
    const before = (this.#calledMs ?? endMs) - this.arrival.startMs;
    const after = this.#upstreamEndMs === null ? 0 : endMs - this.#upstreamEndMs;
    return before + after;
  }

  /** The exchange as it stands in the log if this process dies before its end. */
  #skeleton(): Exchange {
    const { requestId, kind, arrivedAt, provider, method, path, userAgent, keyId, modelOverride, tags } = this.arrival;
    return {
      v: EXCHANGE_VERSION,
      requestId,
      kind,
      lane: 'pass',
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
      lost: { exchanges: 0, bodies: 0 },
    };
  }
}

/** The status that the app saw, null where not even the headers went out. */
export function statusSeen(res: ServerResponse): number | null {
  return res.headersSent ? res.statusCode : null;
}
