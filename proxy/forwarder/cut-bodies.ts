import { decodeContent } from '../../domain/encoding.ts';
import type { Attempt, CapturedBody, Exchange } from '../../domain/exchange.ts';
import { keptSize } from '../capture/drop.ts';

const MAX_DECODED = 64 * 1024 ** 2;

/**
 * The exchange with bodies of `room` bytes together: what is longer than its fair share keeps its beginning and its
 * end, and is flagged as truncated.
 */
export function cutBodies(exchange: Exchange, room: number): Exchange {
  const bodies = [exchange.request, ...answersOf(exchange).map(({ response }) => response)];
  const shares = fairShares(bodies.map(keptSize), room);
  const [request = exchange.request, ...responses] = bodies.map((body, index) => cutBody(body, shares[index] ?? 0));
  return mapAnswers({ ...exchange, request }, (answer, index) => ({
    ...answer,
    response: responses[index] ?? answer.response,
  }));
}

/** All that hold a response: the attempts, and the call that a cache hit was answered from. */
export function answersOf({ attempts, answeredFrom }: Exchange): Attempt[] {
  return answeredFrom === null ? attempts : [...attempts, answeredFrom];
}

/** `change` gets each answer with its place among `answersOf`. */
export function mapAnswers(exchange: Exchange, change: (answer: Attempt, index: number) => Attempt): Exchange {
  const { attempts, answeredFrom } = exchange;
  return {
    ...exchange,
    attempts: attempts.map(change),
    answeredFrom: answeredFrom === null ? null : change(answeredFrom, attempts.length),
  };
}

/** Who needs less than an equal share leaves the rest to the others. */
function fairShares(sizes: readonly number[], room: number): number[] {
  const shares = sizes.map(() => 0);
  const smallestFirst = sizes.map((size, index) => ({ size, index })).sort((a, b) => a.size - b.size);
  let left = Math.max(0, room);
  smallestFirst.forEach(({ size, index }, position) => {
    const share = Math.min(size, Math.floor(left / (sizes.length - position)));
    shares[index] = share;
    left -= share;
  });
  return shares;
}

function cutBody(body: CapturedBody, share: number): CapturedBody {
  if (keptSize(body) <= share) return body;
  const readable = decoded(body);
  if (keptSize(readable) <= share) return readable;
  const flags = flagged(readable, 'truncated');
  if (share === 0) return { ...readable, head: new Uint8Array(0), tail: null, contentEncoding: null, flags };
  const { head, tail } = readable;
  const back = tail ?? head;
  const tailLength = Math.min(back.length, Math.floor(share / 2));
  const headLength = Math.min(head.length, share - tailLength);
  return { ...readable, head: head.subarray(0, headLength), tail: back.subarray(back.length - tailLength), flags };
}

/** Of encoded bytes no end could be read, so they are decoded before they are cut. */
function decoded(body: CapturedBody): CapturedBody {
  if (body.tail !== null || body.contentEncoding === null) return body;
  const result = decodeContent(body.head, body.contentEncoding, MAX_DECODED);
  if (result.kind === 'unknown') return { ...body, flags: flagged(body, 'undecodable') };
  return { ...body, head: Buffer.from(result.bytes), contentEncoding: null };
}

function flagged({ flags }: CapturedBody, flag: CapturedBody['flags'][number]): CapturedBody['flags'] {
  return flags.includes(flag) ? flags : [...flags, flag];
}
