import { decodeExchange, type Exchange, encodeExchange } from '../../domain/exchange.ts';
import type { RequestFacts, ResponseFacts } from '../../domain/usage/facts.ts';
import { emptyBody } from '../capture/drop.ts';
import type { FactsReader } from '../capture/facts.ts';
import { cutBodies } from './cut-bodies.ts';

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
  const { attempts } = exchange;
  const answers = await Promise.all(
    (attempts.length > 0 ? attempts : [null]).map((attempt) => readFacts(exchange, attempt, facts)),
  );
  // Tokens of the request are counted beside the attempt that may have been billed for them.
  const counted = answers.find(({ request }) => request?.countedInput != null) ?? answers.at(-1);
  return {
    ...exchange,
    requestFacts: exchange.requestFacts ?? counted?.request ?? null,
    attempts: attempts.map((attempt, index) => ({
      ...attempt,
      facts: attempt.facts ?? answers[index]?.response ?? null,
    })),
  };
}

type Facts = { readonly request: RequestFacts | null; readonly response: ResponseFacts | null };

function readFacts(exchange: Exchange, attempt: Exchange['attempts'][number] | null, facts: FactsReader) {
  const { provider, path, request } = exchange;
  const { status = null, responseHeaders = [], response = emptyBody } = attempt ?? {};
  const job = { provider, path, status, responseHeaders, request, response, dropsRequest: true, dropsResponse: true };
  return new Promise<Facts>((resolve) =>
    facts.read(job, (requestFacts, responseFacts) => resolve({ request: requestFacts, response: responseFacts })),
  );
}

function withoutHeaders(exchange: Exchange): Exchange {
  const attempts = exchange.attempts.map((attempt) => ({ ...attempt, responseHeaders: [] }));
  return { ...exchange, requestHeaders: [], attempts };
}
