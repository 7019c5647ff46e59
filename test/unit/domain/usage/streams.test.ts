import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ResponseFacts, responseFacts } from '../../../../domain/usage/facts.ts';
import { readResponse } from '../../../../domain/usage/read-response.ts';
import { wireFormatOf } from '../../../../domain/usage/wire-format.ts';
import { HeadAndTail } from '../../../../proxy/capture/head-and-tail.ts';
import { corpus } from '../../../fixtures/wire/corpus.ts';
import { parseWire, readWire } from '../../../fixtures/wire/read.ts';
import { brokenOff, type WireExchange } from '../../../fixtures/wire/wire.ts';

const streamed = corpus.filter(({ response }) => !response.contentType.startsWith('application/json'));
const anyStream = fc.constantFrom(...streamed);
const anyExchange = fc.constantFrom(...corpus);

const factsOf = ({ provider, path, headers = [] }: WireExchange, body: ReturnType<typeof parseWire>): ResponseFacts =>
  readResponse(wireFormatOf(provider, path), body, headers);

/** What the proxy keeps of a body that came in these pieces: all of it, or both ends. */
function captured(bytes: Uint8Array, cuts: readonly number[], head: number, tail: number) {
  const kept = new HeadAndTail(head, tail);
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let start = 0;
  for (const end of places) {
    kept.push(Buffer.from(bytes.slice(start, end)));
    start = end;
  }
  return kept.take();
}

describe('a stream of the corpus', () => {
  it('says the same, whichever way the network cut it into chunks', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 40 });
    fc.assert(
      fc.property(anyStream, cuts, (exchange, places) => {
        const { bytes, contentType } = exchange.response;
        const { head, tail } = captured(bytes, places, bytes.length, bytes.length);
        const whole = { contentType, bytes: Buffer.concat([head, tail ?? Buffer.alloc(0)]) };
        expect(factsOf(exchange, parseWire(whole))).toEqual(readWire(exchange).facts);
      }),
      { numRuns: 1500 },
    );
  });

  it('says nothing false of its usage when its middle was cut out, whichever way it came', () => {
    const size = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(
        anyStream,
        fc.array(fc.nat(), { maxLength: 10 }),
        size,
        size,
        (exchange, places, headSize, tailSize) => {
          const { contentType, bytes } = exchange.response;
          const once = captured(bytes, [], headSize, tailSize);
          const pieces = captured(bytes, places, headSize, tailSize);
          const facts = factsOf(exchange, parseWire({ contentType, bytes: once.head }, once.tail));
          expect(factsOf(exchange, parseWire({ contentType, bytes: pieces.head }, pieces.tail))).toEqual(facts);
          expect(responseFacts.safeParse(facts).success).toBe(true);
          const whole = readWire(exchange).facts.usage;
          for (const bucket of ['input', 'output', 'cacheRead'] as const) {
            // Less may be known, and a count on the way to the last one; never more than was told in the end.
            expect((facts.usage?.[bucket] ?? 0) <= most(exchange, whole?.[bucket] ?? 0)).toBe(true);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('breaks off at any byte without harm: it is read as far as it came', () => {
    fc.assert(
      fc.property(anyExchange, fc.nat(), (exchange, place) => {
        const end = place % (exchange.response.bytes.length + 1);
        const facts = factsOf(exchange, parseWire(brokenOff(exchange.response, end)));
        expect(responseFacts.safeParse(facts).success).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });
});

/**
 * What a cache gave stands in another bucket, which a cut may hide; then it counts as input. Of several models that were
 * billed the cut may leave another one.
 */
function most(exchange: WireExchange, told: number): number {
  const { usage, others } = readWire(exchange).facts;
  if (usage === null) return Number.MAX_SAFE_INTEGER;
  const all = [usage, ...others.map((other) => other.usage)].flatMap((each) => [
    each.input,
    each.cacheRead,
    each.cacheWrite5m,
    each.cacheWrite1h,
    each.output,
    each.reasoning,
  ]);
  return Math.max(
    told,
    all.reduce<number>((sum, count) => sum + (count ?? 0), 0),
  );
}

/** The sums that the providers give beside their parts. */
const totals: readonly ((raw: Record<string, unknown>) => unknown)[] = [
  (raw) => raw['total_tokens'],
  (raw) => raw['totalTokens'],
  (raw) => raw['totalTokenCount'],
];

describe('buckets', () => {
  it.each(corpus.map((exchange) => ({ exchange, title: `${exchange.provider}: ${exchange.name}` })))(
    '$title: add up to the total that the provider gives',
    ({ exchange }) => {
      const { facts } = readWire(exchange);
      if (facts.usage === null || facts.usageRaw === '' || facts.others.length > 0) return;
      const raw: Record<string, unknown> = JSON.parse(facts.usageRaw);
      const told = totals.map((total) => total(raw)).find((total) => typeof total === 'number');
      if (told === undefined) return;
      const { within, ...buckets } = facts.usage;
      const sum = Object.values(buckets).reduce<number>((all, count) => all + (count ?? 0), 0);
      // Perplexity's total leaves out what its research reasoned.
      const beside = 'citation_tokens' in raw ? raw['reasoning_tokens'] : 0;
      expect(sum).toBe(told + Number(beside));
      expect((within?.inputImage ?? 0) <= (buckets.input ?? 0)).toBe(true);
      expect((within?.cacheReadAudio ?? 0) + (within?.cacheReadImage ?? 0) <= (buckets.cacheRead ?? 0)).toBe(true);
    },
  );
});
