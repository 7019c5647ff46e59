import { Unpackr } from 'msgpackr';
import { z } from 'zod';
import { SpendlensError } from './error.ts';
import { requestFacts, responseFacts } from './usage/facts.ts';

/** Raised when an older ingester could no longer read what a newer proxy writes. */
export const EXCHANGE_VERSION = 2 as const;
/** What stands in logs and dead letters of older proxies is read all the same; what they did not know is empty. */
const READABLE_VERSIONS: readonly unknown[] = [1, EXCHANGE_VERSION];

const bytes = z.instanceof(Uint8Array);
const count = z.number().int().nonnegative();
const durationMs = z.number().nonnegative();
const headerList = z.array(z.tuple([z.string(), z.string()]));

/** truncated: beyond the capture limit; shed: memory or outbox was short; omitted: a header asked for it. */
export const bodyFlag = z.enum(['truncated', 'shed', 'omitted', 'undecodable']);
export type BodyFlag = z.infer<typeof bodyFlag>;

/** A body as it went over the wire, or as much of it as was kept. */
export const capturedBody = z.object({
  /** Length on the wire, whatever was kept of it. */
  size: count,
  /** The whole body, or its beginning when `tail` is set. Empty when shed or omitted. */
  head: bytes,
  /** Its end, when the middle was cut out. */
  tail: bytes.nullable(),
  contentType: z.string().nullable(),
  /** Of `head` and `tail` as they stand here: null once the proxy had to decode them to cut them. */
  contentEncoding: z.string().nullable(),
  flags: z.array(bodyFlag),
});
export type CapturedBody = z.infer<typeof capturedBody>;

/** Why an exchange or attempt did not end as a plain success. */
export const errorKind = z.enum([
  'status', // the provider answered with 4xx or 5xx
  'client_disconnect',
  'client_timeout', // the app stopped sending its request, or reading the answer
  'upstream_dns', // the provider's name led nowhere
  'upstream_tls', // no trust could be established; the reason stands where the answer's headers would
  'upstream_unreachable',
  'upstream_reset',
  'upstream_timeout',
  'drained', // cut by our own shutdown
  'aborted', // the proxy died with it in flight
  'refused', // by us, before any upstream call
  'broken', // a stream that broke off after its first content, which the app was told in the stream itself
  'rejected', // an answer of the routed lane's that was passed over for another try, whatever its status said
]);
export type ErrorKind = z.infer<typeof errorKind>;

export const tags = z.object({
  userId: z.string(),
  feature: z.string(),
  promptId: z.string(),
  promptVersion: z.string(),
  sessionId: z.string(),
  sessionName: z.string(),
  sessionPath: z.string(),
  traceId: z.string(),
  properties: z.record(z.string(), z.string()),
  /** True where a property was cut to its limit or left out. */
  cut: z.boolean(),
});
/** What the app said of a request. Empty string = not said. Feature stands here and in `properties`. */
export type Tags = z.infer<typeof tags>;

export const attempt = z.object({
  /** 1 for the first upstream call. */
  attempt: count,
  provider: z.string(),
  /** Scheme, host and port that was called. */
  upstream: z.string(),
  /** What this target was asked for, where that is not what the app asked for; '' elsewhere. */
  model: z.string().default(''),
  /** Path and query that this target got, where they are not the exchange's; '' elsewhere. */
  path: z.string().default(''),
  startedAt: z.number(),
  /** Null where no response line came. */
  status: z.number().int().nullable(),
  errorKind: errorKind.nullable(),
  latencyMs: durationMs,
  /** To the first byte of the body; null when none came. */
  ttftMs: durationMs.nullable(),
  responseHeaders: headerList,
  response: capturedBody,
  /** What the proxy read before it dropped body bytes; null where ingest can read it from the body. */
  facts: responseFacts.nullable(),
});
export type Attempt = z.infer<typeof attempt>;

export const exchangeKind = z.enum(['app', 'demo', 'shadow', 'judge', 'import']);
export type ExchangeKind = z.infer<typeof exchangeKind>;

/** What the routed lane and the experiments add to an exchange; all empty in the pass-through lane. */
const steering = z.object({
  /** none: the cache was not asked. */
  cacheOutcome: z.enum(['none', 'hit', 'miss']).default('none'),
  /** Of a hit: the call that was paid for when the answer was kept. Its number is 0, since nobody was called now. */
  answeredFrom: attempt.nullable().default(null),
  /** JSON text of how the target was chosen: candidates, their estimates, the reason. */
  routing: z.string().default(''),
  experiment: z.string().default(''),
  /** That the unit was assigned, whatever answered. */
  variant: z.string().default(''),
  answeredVariant: z.string().default(''),
  unitId: z.string().default(''),
});

export type Steering = z.infer<typeof steering>;

/** Of an exchange that nothing steered. */
export const notSteered: Steering = {
  cacheOutcome: 'none',
  answeredFrom: null,
  routing: '',
  experiment: '',
  variant: '',
  answeredVariant: '',
  unitId: '',
};

/** One request and its response as the proxy saw them: the event of the log. Secrets are already gone. */
export const exchange = z.object({
  v: z.unknown().transform(() => EXCHANGE_VERSION),
  // Any that looks like one: callers bring their own, of whatever version.
  requestId: z.guid(),
  kind: exchangeKind,
  lane: z.enum(['pass', 'routed']),
  arrivedAt: z.number(),
  provider: z.string(),
  method: z.string(),
  /** Path and query as the provider got it, keys in the query redacted. */
  path: z.string(),
  userAgent: z.string(),
  /** Fingerprint of the caller's credential, '' where there was none. Never the credential. */
  keyId: z.string(),
  modelOverride: z.string(),
  tags,
  requestHeaders: headerList,
  request: capturedBody,
  requestFacts: requestFacts.nullable(),
  /** Of the whole exchange as the app saw it; null where the app got no status line. */
  status: z.number().int().nullable(),
  errorKind: errorKind.nullable(),
  latencyMs: durationMs,
  ttftMs: durationMs.nullable(),
  /** Our own share of `latencyMs`: arrival to upstream call, and upstream's end to ours. */
  overheadMs: durationMs,
  attempts: z.array(attempt),
  ...steering.shape,
  /** What this outbox lost since the entry before: exchanges refused for want of room, bodies shed. */
  lost: z.object({ exchanges: count, bodies: count }),
});
export type Exchange = z.infer<typeof exchange>;

const unpackr = new Unpackr({ useRecords: false, int64AsType: 'bigint' });

/** @throws SpendlensError event_undecodable or event_version_unknown; both are permanent. */
export function decodeExchange(raw: Uint8Array): Exchange {
  const value = unpack(raw);
  const version = versionOf(value);
  if (!READABLE_VERSIONS.includes(version)) {
    throw new SpendlensError(
      'event_version_unknown',
      `event has version ${String(version)}, this ingester reads ${READABLE_VERSIONS.join(' and ')}`,
    );
  }
  const parsed = exchange.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SpendlensError('event_undecodable', z.prettifyError(parsed.error), { cause: parsed.error });
}

function unpack(raw: Uint8Array): unknown {
  try {
    return unpackr.unpack(raw);
  } catch (cause) {
    throw new SpendlensError('event_undecodable', `not MessagePack: ${String(cause)}`, { cause });
  }
}

function versionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'v' in value ? value.v : undefined;
}
