import type { Attempt, Exchange } from '../../domain/exchange.ts';
import type { Call } from '../model/call.ts';

/** As `Cache-Control: max-age=3600` would have it. */
const KEPT_MS = 3_600_000;
/** What a hit takes beside the proxy's own share. */
const LOOKUP_MS = 0.6;

/** What the cache would have made of calls that ask it, in the order in which they are given. */
export function createAnswers(): (call: Call, exchange: Exchange) => Exchange {
  const kept = new Map<string, { readonly at: number; readonly attempt: Attempt }>();

  return function answers(call, exchange) {
    if (!call.asksCache) return exchange;
    const key = [exchange.keyId, exchange.path, Buffer.from(exchange.request.head).toString()].join('\n');
    const known = kept.get(key);
    if (known !== undefined && call.at >= known.at && call.at < known.at + KEPT_MS) return hit(exchange, known.attempt);
    const [attempt] = exchange.attempts;
    if (attempt !== undefined && call.outcome.kind === 'answered') kept.set(key, { at: call.at, attempt });
    return { ...exchange, lane: 'routed', cacheOutcome: 'miss' };
  };
}

function hit(exchange: Exchange, attempt: Attempt): Exchange {
  const latencyMs = exchange.overheadMs + LOOKUP_MS;
  return {
    ...exchange,
    lane: 'routed',
    cacheOutcome: 'hit',
    status: 200,
    errorKind: null,
    latencyMs,
    ttftMs: latencyMs,
    attempts: [],
    answeredFrom: { ...attempt, attempt: 0, ttftMs: null, responseHeaders: [] },
  };
}
