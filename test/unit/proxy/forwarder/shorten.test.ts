import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeExchange } from '../../../../domain/encode-exchange.ts';
import { type CapturedBody, decodeExchange, type Exchange } from '../../../../domain/exchange.ts';
import { createFactsReader } from '../../../../proxy/capture/facts.ts';
import { createShorten } from '../../../../proxy/forwarder/shorten.ts';
import { chatAttempt, chatExchange, jsonBody, rawBody } from '../../../harness/exchanges.ts';
import { quietLog } from '../../../harness/ingest.ts';

const facts = createFactsReader(quietLog);
const shorten = createShorten(facts);
afterAll(() => facts.close());

const LIMIT = 20_000;
const noise = (bytes: number) => randomBytes(bytes / 2).toString('hex');
const answer = (pad: string) => ({
  model: 'gpt-4o-mini-2024-07-18',
  pad,
  usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  more: pad,
});

async function shortened(exchange: Exchange, limit = LIMIT): Promise<Exchange> {
  const bytes = await shorten(Buffer.from(encodeExchange(exchange)), limit);
  expect(bytes.length).toBeLessThanOrEqual(limit);
  return decodeExchange(bytes);
}
const kept = ({ head, tail }: CapturedBody) => head.length + (tail?.length ?? 0);

describe('an exchange that is too large', () => {
  it('is left alone where it fits', async () => {
    const encoded = Buffer.from(encodeExchange(chatExchange()));
    expect(await shorten(encoded, encoded.length)).toBe(encoded);
  });

  it('loses the middle of its large body, keeps the small one whole, and uses the room that there is', async () => {
    const request = jsonBody({ model: 'gpt-4o-mini', messages: [] });
    const response = jsonBody(answer(noise(40_000)));
    const cut = await shortened(chatExchange({ request, attempts: [chatAttempt({ response })] }));
    expect(cut.request.flags).toEqual([]);
    expect(kept(cut.request)).toBe(request.size);
    const [attempt] = cut.attempts;
    expect(attempt?.response).toMatchObject({ size: response.size, flags: ['truncated'] });
    expect(kept(attempt?.response ?? request)).toBeGreaterThan(LIMIT * 0.8);
    const head = Buffer.from(attempt?.response.head ?? []).toString();
    expect(head.startsWith('{"model":"gpt-4o-mini-2024-07-18"')).toBe(true);
  });

  it('has its usage read first, which the cut would take away', async () => {
    const response = jsonBody(answer(noise(40_000)));
    const cut = await shortened(chatExchange({ attempts: [chatAttempt({ response })] }));
    expect(cut.attempts[0]?.facts).toMatchObject({
      model: 'gpt-4o-mini-2024-07-18',
      usage: { input: 100, output: 10 },
    });
    expect(cut.requestFacts).toMatchObject({ model: 'gpt-4o-mini' });
  });

  it('is decoded before it is cut, since no end could be read otherwise', async () => {
    const packed = gzipSync(JSON.stringify(answer(noise(60_000))));
    const response = rawBody(packed, { contentEncoding: 'gzip' });
    const cut = await shortened(chatExchange({ attempts: [chatAttempt({ response })] }));
    expect(cut.attempts[0]?.response).toMatchObject({ size: packed.length, contentEncoding: null });
    expect(cut.attempts[0]?.facts?.usage).toMatchObject({ input: 100 });
  });

  it('says that it cannot be read where the encoding is none that we know', async () => {
    const response = rawBody(randomBytes(60_000), { contentEncoding: 'sdch' });
    const cut = await shortened(chatExchange({ attempts: [chatAttempt({ response })] }));
    expect(cut.attempts[0]?.response.flags).toEqual(['undecodable', 'truncated']);
  });

  it('has the answers of all its attempts cut, and the one that a cache hit was answered from', async () => {
    const large = () => chatAttempt({ response: jsonBody(answer(noise(30_000))) });
    const tried = await shortened(chatExchange({ attempts: [large(), { ...large(), attempt: 2 }] }));
    expect(tried.attempts.map(({ response }) => response.flags)).toEqual([['truncated'], ['truncated']]);
    const hit = await shortened(chatExchange({ attempts: [], cacheOutcome: 'hit', answeredFrom: large() }));
    expect(hit.answeredFrom).toMatchObject({ response: { flags: ['truncated'] }, facts: { usage: { output: 10 } } });
  });

  it('keeps facts alone where not even a little of the bodies fits, then gives up its headers too', async () => {
    const response = jsonBody(answer(noise(40_000)));
    const requestHeaders: [string, string][] = [['x-long', 'h'.repeat(30_000)]];
    const cut = await shortened(chatExchange({ requestHeaders, attempts: [chatAttempt({ response })] }), 3_000);
    expect(kept(cut.attempts[0]?.response ?? response)).toBe(0);
    expect(cut.requestHeaders).toEqual([]);
    expect(cut.attempts[0]?.facts?.usage).toMatchObject({ input: 100, output: 10 });
  });

  it('keeps its beginning where it cannot be read or made to fit', async () => {
    const garbage = randomBytes(50_000);
    expect(await shorten(garbage, LIMIT)).toEqual(garbage.subarray(0, LIMIT));
    const endless = Buffer.from(encodeExchange(chatExchange({ path: `/v1/${'p'.repeat(40_000)}` })));
    expect(await shorten(endless, LIMIT)).toEqual(endless.subarray(0, LIMIT));
  });
});
