import { encodeExchange } from '../../domain/encode-exchange.ts';
import { type Attempt, decodeExchange, type Exchange } from '../../domain/exchange.ts';
import { emptyBody } from '../capture/drop.ts';
import type { FactsAnswer, FactsJob, FactsReader } from '../capture/facts.ts';
import { answersOf, cutBodies, mapAnswers } from './cut-bodies.ts';

/** What the lengths of the bodies themselves take, once they are not empty. */
const LENGTHS = 256;

/**
 * Returns `shorten(encoded, limit)`: the exchange in at most `limit` bytes. Its usage is read before its bodies are cut,
 * since a cut body may not tell it any more. What cannot be made to fit, or cannot be read, keeps its beginning: it
 * ends as a dead letter, which is better than an outbox that stands still behind it.
 */
export function createShorten(facts: FactsReader) {
  return async function shorten(encoded: Buffer, limit: number): Promise<Buffer> {
    if (encoded.length <= limit) return encoded;
    const exchange = tryDecode(encoded);
    if (exchange === null) return encoded.subarray(0, limit);
    const whole = await withFacts(exchange, facts);
    const bare = cutBodies(whole, 0);
    const candidates = [
      () => cutBodies(whole, limit - encodeExchange(bare).length - LENGTHS),
      () => bare,
      () => withoutHeaders(bare),
    ];
    for (const candidate of candidates) {
      const bytes = Buffer.from(encodeExchange(candidate()));
      if (bytes.length <= limit) return bytes;
    }
    return encoded.subarray(0, limit);
  };
}

function tryDecode(encoded: Buffer): Exchange | null {
  try {
    return decodeExchange(encoded);
  } catch {
    return null;
  }
}

async function withFacts(exchange: Exchange, facts: FactsReader): Promise<Exchange> {
  const { path, request } = exchange;
  const answers = answersOf(exchange);
  const responses = await Promise.all(
    answers.map((answer) => read(facts, { ...jobOf(answer, answer.path || path, request), dropsResponse: true })),
  );
  // Tokens of the request are counted where the answer that the app got does not tell them.
  const last = jobOf(answers.at(-1) ?? null, path, request);
  const own = await read(facts, { ...last, provider: exchange.provider, dropsRequest: true });
  const known = mapAnswers(exchange, (answer, index) => ({
    ...answer,
    facts: answer.facts ?? responses[index]?.response ?? null,
  }));
  return { ...known, requestFacts: exchange.requestFacts ?? own.request };
}

function jobOf(answer: Attempt | null, path: string, request: Exchange['request']): FactsJob {
  const { provider = '', status = null, responseHeaders = [], response = emptyBody } = answer ?? {};
  return { provider, path, status, responseHeaders, request, response, dropsRequest: false, dropsResponse: false };
}

function read(facts: FactsReader, job: FactsJob): Promise<Pick<FactsAnswer, 'request' | 'response'>> {
  return new Promise((resolve) => facts.read(job, (request, response) => resolve({ request, response })));
}

const withoutHeaders = (exchange: Exchange): Exchange =>
  mapAnswers({ ...exchange, requestHeaders: [] }, (answer) => ({ ...answer, responseHeaders: [] }));
