import type { CacheAsks } from '../cache/asks.ts';
import type { AnswerCache, Found } from '../cache/cache.ts';
import { createFlights } from '../cache/flights.ts';
import type { KeptAnswer } from '../cache/kept-answer.ts';
import { cacheKey } from '../cache/key.ts';
import { emptyBody } from '../capture/drop.ts';
import { credentialsOf } from '../credential.ts';
import { ownAnswerHeaders } from '../headers.ts';
import type { Claim } from '../shared/store.ts';
import { createAnswer } from './answer.ts';
import type { Run } from './engine.ts';
import { createEventFrames } from './event-frames.ts';
import type { RoutedMetrics } from './metrics.ts';
import { formatOf } from './target.ts';
import { pathFor } from './target-request.ts';

export interface CacheRun {
  readonly asks: CacheAsks;
  readonly cache: AnswerCache;
}

/** Headers of a request that change its answer. */
const telling = ['anthropic-version', 'anthropic-beta', 'openai-beta', 'accept'];

/** Nobody waits for those who only read or only save, and they for nobody. */
const alone = { waited: false, claim: null };

/** Answers from the cache where it can; else calls, and keeps what came for those who ask the same. */
export function createCachedRun(call: (run: Run) => Promise<void>, metrics: RoutedMetrics) {
  const flights = createFlights<Found>();

  return async function runCached(run: Run, { asks, cache }: CacheRun): Promise<void> {
    const key = keyOf(run, asks);
    const shares = asks.reads && asks.saves;
    const others = shares ? flights.join(key) : null;
    if (others !== null) {
      const found = await others;
      if (run.res.destroyed) return;
      if (found !== null) {
        metrics.cache(providerOf(run), 'joined');
        return serve(run, found);
      }
      return missed(run, asks, (kept) => cache.save(key, asks, kept));
    }
    // Whatever happens, those who wait must not wait for ever.
    let landed: Found | null = null;
    let claim: Claim | null = null;
    try {
      const awaited = shares
        ? await cache.findOrWait(key, asks, () => !run.res.destroyed)
        : { ...alone, found: asks.reads ? await cache.find(key, asks) : null };
      claim = awaited.claim;
      const { found, waited } = awaited;
      if (found !== null) {
        landed = found;
        metrics.cache(providerOf(run), waited ? 'joined' : 'hit');
        if (!run.res.destroyed) serve(run, found);
        return;
      }
      if (waited && run.res.destroyed) return;
      await missed(run, asks, async (kept) => {
        landed = { answer: kept, index: 0 };
        // Before they are told: who comes a moment later has to find it.
        await cache.save(key, asks, kept);
      });
    } finally {
      if (shares) flights.land(key, landed);
      claim?.release();
    }
  };

  async function missed(run: Run, asks: CacheAsks, save: (kept: KeptAnswer) => Promise<void>): Promise<void> {
    if (asks.reads) {
      metrics.cache(providerOf(run), 'miss');
      run.passage.recording.steer({ cacheOutcome: 'miss' });
    }
    const headers = asks.reads ? [...run.moreHeaders, 'Helicone-Cache', 'MISS'] : run.moreHeaders;
    if (!asks.saves) return call({ ...run, moreHeaders: headers });
    let saved: Promise<void> | null = null;
    const keep = (kept: KeptAnswer) => {
      saved = save(kept);
    };
    await call({ ...run, moreHeaders: headers, keep });
    await saved;
  }
}

function providerOf({ targets: [{ destination }] }: Run): string {
  return destination.provider.name;
}

function keyOf({ req, plan, targets: [target], body }: Run, asks: CacheAsks): string {
  const { headers } = plan;
  return cacheKey({
    credential: credentialsOf(headers),
    seed: asks.seed,
    method: req.method ?? '',
    upstream: target.destination.upstream,
    path: pathFor(target),
    model: JSON.stringify([target.model, target.bodyKeys]),
    headers: telling.map((name) => String(headers[name] ?? '')),
    body: body.value ?? (Buffer.isBuffer(body.bytes) ? body.bytes : new Uint8Array(0)),
    ignoredKeys: asks.ignoredKeys,
  });
}

/** Of another day's answer: what it said of its connection's own state. */
const outdated = /^(?:set-cookie|x-ratelimit-.*|anthropic-ratelimit-.*|retry-after)$/i;

function serve({ res, passage, targets: [target] }: Run, { answer, index }: Found): void {
  const { recording, requestId, ignored } = passage;
  const { provider, upstream, model, path, startedAt, latencyMs, status } = answer;
  recording.steer({
    cacheOutcome: 'hit',
    answeredFrom: {
      ...{ attempt: 0, provider, upstream, model, path, startedAt, status, errorKind: null },
      ...{ latencyMs, ttftMs: null, responseHeaders: [], response: emptyBody, facts: null },
    },
  });
  const rawHeaders = answer.rawHeaders.filter((_, at) => !outdated.test(answer.rawHeaders[at - (at % 2)] ?? ''));
  const contentType = rawHeaders.find((_, at) => rawHeaders[at - 1]?.toLowerCase() === 'content-type' && at % 2 === 1);
  const length = rawHeaders.find((_, at) => rawHeaders[at - 1]?.toLowerCase() === 'content-length' && at % 2 === 1);
  recording.answered(status, rawHeaders);
  recording.response.describe(contentType, undefined);
  const headers = { 'content-type': contentType, 'content-length': length };
  const reply = createAnswer(
    { status, statusText: answer.statusText, rawHeaders, headers },
    {
      res,
      recording,
      format: formatOf(target),
      hidesUsage: answer.hidesUsage,
      ownHeaders: () => [
        ...ownAnswerHeaders(requestId, status, target.destination, ignored),
        ...['Helicone-Cache', 'HIT', 'Helicone-Cache-Bucket-Idx', String(index)],
        ...['Helicone-Cache-Latency', String(Math.round(latencyMs))],
        ...['Age', String(Math.max(0, Math.round((Date.now() - startedAt) / 1_000)))],
      ],
      onFull: () => {},
      onWhole: null,
    },
  );
  reply.go();
  const body = Buffer.from(answer.body);
  for (const piece of reply.isStream ? events(body) : [body]) reply.push(piece);
  reply.end([]);
}

/** A stream goes out as one, event by event. */
function events(body: NonSharedBuffer): NonSharedBuffer[] {
  const frames = createEventFrames();
  return [...frames.push(body), frames.rest()];
}
