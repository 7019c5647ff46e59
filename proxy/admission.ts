import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Exchange } from '../domain/exchange.ts';
import type { ApiStyle } from '../domain/providers.ts';
import { type Asks, readAsks } from './asks.ts';
import { keyIdOf, type ProxyKey, withoutScheme } from './credential.ts';
import { type OwnHeaders, splitHeaders } from './own-headers.ts';
import type { Passage } from './passage.ts';
import { Recording, type RecordingParts } from './recording.ts';
import { redactHeaders, redactPath, redactStrangePath } from './redact.ts';
import type { Refusal } from './refusal.ts';
import type { Planned, Planner } from './routed/plan.ts';
import { readTags } from './tags.ts';
import type { Destination, Resolver } from './upstream.ts';

/** What becomes of a request, decided from its path and headers alone. */
export type Admission =
  | { readonly kind: 'admitted'; readonly passage: Passage }
  | {
      readonly kind: 'refused';
      readonly requestId: string;
      readonly refusal: Refusal;
      /** Null where nothing is recorded. */
      readonly recording: Recording | null;
    };

export interface AdmissionParts {
  readonly resolver: Resolver;
  readonly planner: Planner;
  readonly proxyKey: ProxyKey | null;
  readonly recordingParts: RecordingParts;
  readonly onAdmitted: (recording: Recording, req: IncomingMessage) => void;
}

const MAX_HEADERS = 1_000;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Leaves in `req.headers` what is for the provider, as a side effect. */
export function createAdmission({ resolver, planner, proxyKey, recordingParts, onAdmitted }: AdmissionParts) {
  return function admit(req: IncomingMessage, isUpgrade: boolean): Admission {
    const startMs = performance.now();
    const arrivedAt = Date.now();
    const { own, passed: headers } = splitHeaders(req.headers, req.method, isUpgrade);
    // Before the proxy library sees the request: for some it skips the hook in which headers could still be changed.
    req.headers = headers;
    const requestId = readRequestId(own);
    const access = checkAccess(proxyKey, own, headers, req.url ?? '/');
    const asks = readAsks(own, headers['cache-control']);
    const resolution =
      asks.target === ''
        ? resolver.resolve(headers.host, access.url, headers['anthropic-version'] !== undefined)
        : resolver.resolveTarget(asks.target, access.url);
    const provider = resolution.kind === 'found' ? resolution.destination.provider : resolution.provider;
    const style = provider?.style ?? guessStyle(headers);
    if (!access.granted) {
      recordingParts.metrics.unauthorized();
      const message = 'this proxy asks for its key, in Helicone-Auth: Bearer KEY; it was missing or wrong';
      return {
        kind: 'refused',
        requestId,
        refusal: { status: 401, code: 'unauthorized', style, message },
        recording: null,
      };
    }
    const tags = readTags(own, single(headers['traceparent']));
    const begin = (path: string, upstream: string, lane: Exchange['lane']) =>
      new Recording(
        {
          requestId,
          kind: asks.kind,
          lane,
          arrivedAt,
          startMs,
          provider: provider?.name ?? '',
          upstream,
          method: req.method ?? '',
          path: provider === null ? redactStrangePath(path) : redactPath(path),
          userAgent: headers['user-agent'] ?? '',
          keyId: keyIdOf(headers, access.url),
          modelOverride: asks.modelOverride,
          tags,
          requestHeaders: redactHeaders(req.rawHeaders),
          omitRequest: asks.omitRequest,
          omitResponse: asks.omitResponse,
        },
        recordingParts,
      );
    const refuse = (refusal: Refusal): Admission => ({
      kind: 'refused',
      requestId,
      refusal,
      recording: begin(access.url, '', 'pass'),
    });
    const fault = faultIn(req, asks);
    if (fault) return refuse({ ...fault, style });
    if (resolution.kind === 'unknown') {
      const isTarget = asks.target !== '';
      return refuse({
        status: isTarget ? 400 : 404,
        code: isTarget ? 'target_refused' : 'provider_unknown',
        style,
        message: resolution.message,
      });
    }
    const { destination } = resolution;
    const { url } = access;
    const planned = isUpgrade
      ? planUpgrade(destination)
      : planner({ asks: asks.routed, resolution, method: req.method ?? '', headers, url, tags });
    if (planned.kind === 'refused') return refuse({ status: 400, code: planned.code, style, message: planned.message });
    const plan = planned.kind === 'routed' ? planned.plan : null;
    const recording = begin(destination.path, destination.upstream, plan === null ? 'pass' : 'routed');
    onAdmitted(recording, req);
    return { kind: 'admitted', passage: { requestId, destination, recording, ignored: asks.ignored, plan } };
  };
}

/** A WebSocket goes through the lane that does not look at what a caller's own address leads to. */
function planUpgrade({ isCallersOwn }: Destination): Exclude<Planned, { kind: 'routed' }> {
  if (!isCallersOwn) return { kind: 'pass' };
  return { kind: 'refused', code: 'target_refused', message: 'a WebSocket goes to configured providers only' };
}

function faultIn(req: IncomingMessage, asks: Asks): Omit<Refusal, 'style'> | null {
  const count = req.rawHeaders.length / 2;
  if (count > MAX_HEADERS) {
    return {
      status: 431,
      code: 'request_invalid',
      message: `${count} headers, of which at most ${MAX_HEADERS} are passed on`,
    };
  }
  return asks.fault === '' ? null : { status: 400, code: 'request_invalid', message: asks.fault };
}

function readRequestId(own: OwnHeaders): string {
  const asked = own.get('request-id')?.value;
  return asked !== undefined && UUID.test(asked) ? asked.toLowerCase() : randomUUID();
}

interface Access {
  readonly granted: boolean;
  /** Without the key, where it stood in the path. */
  readonly url: string;
}

/**
 * Looks for the proxy's key in all places where Helicone's could stand, and takes it out, so that no provider sees it.
 * The whole of them is searched: an app that sends it twice must not leak the second one.
 */
function checkAccess(key: ProxyKey | null, own: OwnHeaders, headers: IncomingHttpHeaders, url: string): Access {
  const pair = splitPair(headers.authorization);
  if (key === null) {
    if (pair && /^sk-(?:helicone|spendlens)-/.test(pair.second)) headers.authorization = pair.first;
    return { granted: true, url };
  }
  let granted = key.matches(withoutScheme(own.get('auth')?.value ?? ''));
  if (pair && key.matches(pair.second)) {
    headers.authorization = pair.first;
    granted = true;
  }
  const end = url.slice(1).search(/[/?]/);
  const segment = end === -1 ? url.slice(1) : url.slice(1, end + 1);
  if (!key.matches(segment)) return { granted, url };
  const rest = url.slice(segment.length + 1);
  return { granted: true, url: rest.startsWith('/') ? rest : `/${rest}` };
}

/** `Bearer PROVIDER_KEY, PROXY_KEY` */
function splitPair(authorization: string | undefined): { readonly first: string; readonly second: string } | null {
  const comma = authorization?.lastIndexOf(',') ?? -1;
  if (authorization === undefined || comma === -1) return null;
  return {
    first: authorization.slice(0, comma).trimEnd(),
    second: withoutScheme(authorization.slice(comma + 1).trim()),
  };
}

function guessStyle(headers: IncomingHttpHeaders): ApiStyle {
  if (headers['anthropic-version'] !== undefined) return 'anthropic';
  return headers['x-goog-api-key'] === undefined ? 'openai' : 'google';
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
