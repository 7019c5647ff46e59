import {
  EXCHANGE_VERSION,
  type Exchange,
  type ExchangeKind,
  notSteered,
  type Steering,
  type Tags,
} from '../domain/exchange.ts';
import { emptyBody } from './capture/drop.ts';

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

/** The exchange as it stands in the log if this process dies before its end. */
export function skeletonOf(arrival: Arrival, steering: Steering | null): Exchange {
  const { requestId, kind, lane, arrivedAt, provider, method, path, userAgent, keyId, modelOverride, tags } = arrival;
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
    requestHeaders: arrival.requestHeaders,
    request: emptyBody,
    requestFacts: null,
    status: null,
    errorKind: 'aborted',
    latencyMs: 0,
    ttftMs: null,
    overheadMs: 0,
    attempts: [],
    ...(steering ?? notSteered),
    lost: { exchanges: 0, bodies: 0 },
  };
}
