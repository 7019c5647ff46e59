import { type Attempt, type CapturedBody, EXCHANGE_VERSION, type Exchange, notSteered } from '../../domain/exchange.ts';
import { builtInProviders } from '../../domain/providers.ts';
import type { Call } from '../model/call.ts';
import { appHeaders, keyHeader, tagHeaders } from '../wire/headers.ts';
import { idOf } from '../wire/wire.ts';
import { wireOf } from '../wire/wires.ts';

const origins = new Map(
  builtInProviders.flatMap(({ name, baseUrl }) => {
    const url = URL.parse(baseUrl);
    return url === null ? [] : [[name, url.origin] as const];
  }),
);

const nothing: CapturedBody = {
  size: 0,
  head: new Uint8Array(0),
  tail: null,
  contentType: null,
  contentEncoding: null,
  flags: [],
};

/** The event that the proxy would have recorded, had it stood before this call. */
export function exchangeOf(call: Call): Exchange {
  const { model, outcome, session } = call;
  const wire = wireOf(call);
  const response = responseOf(call);
  const seen = statusSeen(call);
  const errorKind = errorOf(call);
  const ttftMs = response.size === 0 ? null : call.ttftMs;
  const attempt: Attempt = {
    attempt: 1,
    provider: model.provider,
    upstream: origins.get(model.provider) ?? '',
    model: '',
    path: '',
    startedAt: call.at,
    status: outcome.kind === 'silent' ? null : seen,
    errorKind,
    latencyMs: call.latencyMs,
    ttftMs,
    responseHeaders: outcome.kind === 'silent' ? [] : responseHeaders(call, response),
    response,
    facts: null,
  };
  return {
    v: EXCHANGE_VERSION,
    requestId: call.requestId,
    kind: 'demo',
    lane: 'pass',
    arrivedAt: call.at,
    provider: model.provider,
    method: 'POST',
    path: wire.path(call),
    userAgent: call.userAgent,
    keyId: call.keyId,
    modelOverride: '',
    tags: {
      userId: call.userId,
      feature: call.feature,
      promptId: call.promptId,
      promptVersion: call.promptVersion,
      sessionId: session?.id ?? '',
      sessionName: session?.name ?? '',
      sessionPath: session?.path ?? '',
      traceId: call.traceId,
      properties: call.feature === '' ? { ...call.properties } : { feature: call.feature, ...call.properties },
      cut: false,
    },
    requestHeaders: [...appHeaders(call), [keyHeader(call)[0], '[redacted]'], ...tagHeaders(call)],
    request: body(JSON.stringify(wire.request(call)), 'application/json'),
    requestFacts: null,
    status: seen,
    errorKind,
    latencyMs: call.latencyMs + call.overheadMs,
    ttftMs: ttftMs === null ? null : ttftMs + call.overheadMs,
    overheadMs: call.overheadMs,
    attempts: [attempt],
    ...notSteered,
    lost: { exchanges: 0, bodies: 0 },
  };
}

/** The same as it stands in the log when its writer dies before the end. */
export const skeletonOf = (exchange: Exchange): Exchange => ({
  ...exchange,
  request: nothing,
  status: null,
  errorKind: 'aborted',
  latencyMs: 0,
  ttftMs: null,
  overheadMs: 0,
  attempts: [],
  ...notSteered,
});

/** A provider that says nothing is a 502 of the proxy's to the app. */
function statusSeen({ outcome }: Call): number {
  if (outcome.kind === 'silent') return 502;
  return outcome.kind === 'status' ? outcome.status : 200;
}

function errorOf({ outcome }: Call): Exchange['errorKind'] {
  if (outcome.kind === 'answered') return null;
  return outcome.kind === 'status' ? 'status' : outcome.errorKind;
}

function responseOf(call: Call): CapturedBody {
  const wire = wireOf(call);
  const { outcome, streamed } = call;
  switch (outcome.kind) {
    case 'silent':
      return nothing;
    case 'status':
      return body(JSON.stringify(wire.failure(outcome.status, call)), 'application/json');
    case 'cut':
      return cutAt(body(wire.reply(call), streamType), outcome.share);
    case 'answered':
      return body(wire.reply(call), streamed ? streamType : 'application/json');
  }
}

const streamType = 'text/event-stream; charset=utf-8';

function body(text: string, contentType: string): CapturedBody {
  const head = Buffer.from(text);
  return { ...nothing, size: head.length, head, contentType, flags: [] };
}

function cutAt(whole: CapturedBody, share: number): CapturedBody {
  const head = whole.head.subarray(0, Math.ceil(whole.size * share));
  return { ...whole, head, size: head.length };
}

function responseHeaders(call: Call, { contentType }: CapturedBody): [string, string][] {
  const headers: [string, string][] = [
    ['content-type', contentType ?? 'application/json'],
    [call.model.provider === 'anthropic' ? 'request-id' : 'x-request-id', idOf('req_', call)],
  ];
  return call.outcome.kind === 'status' && call.outcome.status === 429 ? [...headers, ['retry-after', '2']] : headers;
}
