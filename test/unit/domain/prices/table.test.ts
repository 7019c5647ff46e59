import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../../domain/prices/glob.ts';
import { priceExchange } from '../../../../domain/prices/price-exchange.ts';
import { regionOf } from '../../../../domain/prices/rate.ts';
import { compareWith, secondList, settlements } from '../../../../domain/prices/second-list.ts';
import { fees } from '../../../../domain/prices/table/fees.ts';
import { ownPrices } from '../../../../domain/prices/table/model-prices.ts';
import { rates } from '../../../../domain/prices/table/rates.ts';
import type { Usage } from '../../../../domain/usage/facts.ts';
import { call, noTokens, price } from './calls.ts';

describe('our own table', () => {
  it('says of every line where it stands and when somebody looked', () => {
    for (const { source, checked } of [...ownPrices, ...rates, ...fees]) {
      expect(source).toMatch(/^https:\/\//);
      expect(checked).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
  });

  it.each([
    [
      'a fine-tune, at its own price',
      'openai',
      'ft:gpt-4.1-2025-04-14:org::x',
      { input: 1000, output: 100 },
      4_200_000n,
    ],
    /* 1,000 × 3,000 + 100 × 12,000 n$ */
    ['audio in and out', 'openai', 'gpt-4o-audio-preview', { audioInput: 100, audioOutput: 10 }, 4_800_000n],
    /* 100 × 40,000 + 10 × 80,000 n$ */
    ['a dated snapshot that cost more', 'openai', 'gpt-4o-audio-preview-2024-10-01', { audioInput: 100 }, 10_000_000n],
    [
      'newer than the catalogue',
      'anthropic',
      'claude-haiku-5-5',
      { input: 1000, cacheRead: 1000, output: 100 },
      160_000n,
    ],
    /* 1,000 × 100 + 1,000 × 10 + 100 × 500 n$ */
    ['Claude at a global endpoint of Vertex', 'vertex', 'claude-opus-4-5@20251101', { input: 1000 }, 5_000_000n],
    ['a name of Bedrock’s', 'bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', { input: 1000 }, 3_300_000n],
    [
      'the same by its ARN',
      'bedrock',
      'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1%3A0',
      { input: 1000 },
      3_300_000n,
    ],
    ['a routing wish of OpenRouter’s', 'openrouter', 'anthropic/claude-sonnet-4.5:nitro', { input: 1000 }, 3_000_000n],
    ['one that is free', 'openrouter', 'meta-llama/llama-3.3-70b-instruct:free', { input: 1000, output: 10 }, 0n],
  ] as const)('%s', (_name, provider, model, usage, cost) => {
    expect(price(provider, model, usage)).toMatchObject({ cost, status: 'exact' });
  });

  it('a fine-tune of an unknown model is not taken for the model', () => {
    expect(price('openai', 'ft:gpt-5:org::x', { input: 1 }).status).toBe('unpriced');
  });

  it('a date that nobody lists is a guess, and says so', () => {
    const priced = price('openai', 'gpt-4.1-2026-01-01', { input: 1000 });
    expect(priced).toMatchObject({ cost: 2_000_000n, status: 'estimated' });
    expect(priced.receipt.reason).toContain('"gpt-4.1-2026-01-01"');
  });

  it.each([
    ['off-peak', '2026-11-18T05:00:00Z', 660_000n],
    ['peak', '2026-11-18T06:00:00Z', 1_320_000n],
    ['the same hour on a Sunday', '2026-11-22T06:00:00Z', 660_000n],
  ])('hours of the week: %s', (_name, time, cost) => {
    expect(price('deepseek', 'deepseek-v4-pro', { input: 1000 }, { at: new Date(time) }).cost).toBe(cost);
  });
});

describe('tiers of size begin at one token', () => {
  it.each([
    ['anthropic', 'claude-haiku-5-5', 100_000, 100n, 500n],
    ['google', 'gemini-2.5-pro', 200_000, 1_250n, 2_500n],
    ['openai', 'gpt-6-sol', 272_000, 2_000n, 4_000n],
    ['openai', 'gpt-6.1-terra', 272_000, 1_000n, 2_000n],
    ['openai', 'gpt-5.5', 271_999, 5_000n, 10_000n] /* "<272K" is the standard price */,
    ['xai', 'grok-4.7', 199_999, 2_000n, 4_000n] /* "≥ 200k" is the long one */,
  ] as const)('%s %s: above %d', (provider, model, last, below, above) => {
    const input = (tokens: number) => price(provider, model, { input: tokens }).cost;
    expect(input(last - 1)).toBe(BigInt(last - 1) * below);
    expect(input(last)).toBe(BigInt(last) * below);
    expect(input(last + 1)).toBe(BigInt(last + 1) * above);
    // What was read from or written to the cache counts like what was sent anew.
    const cached = price(provider, model, { input: 1, cacheRead: last });
    expect(cached.receipt.tier).toContain('input tokens');
    expect(cached.receipt.lines[0]?.amountNano).toBe(above.toString());
  });
});

describe('tiers of service and regions', () => {
  it.each([
    ['openai', 'gpt-5.5', 'priority', '', 12_500_000n /* 2.5 × 5,000 */],
    ['openai', 'gpt-4o', 'fast', '', 4_250_000n /* 1.7 × 2,500 */],
    ['openai', 'o4-mini', 'priority', '', 2_000_000n /* 20/11 × 1,100 */],
    ['openai', 'gpt-5.4', 'flex', 'eu', 1_375_000n /* 0.5 × 1.1 × 2,500 */],
    ['openai', 'gpt-4o', '', 'eu', 2_500_000n /* older than the uplift */],
    ['anthropic', 'claude-opus-4-6', 'fast', '', 30_000_000n /* 6 × 5,000 */],
    ['anthropic', 'claude-opus-5-5', 'fast+us', '', 8_800_000n /* 2 × 1.1 × 4,000 */],
    ['vertex', 'claude-sonnet-4-5@20250929', '', 'us-east5', 3_300_000n /* 1.1 × 3,000 */],
    ['vertex', 'gemini-2.5-flash', '', 'europe-west4', 300_000n],
    ['xai', 'grok-4.6', '', 'us', 2_200_000n],
  ] as const)('%s %s %s %s', (provider, model, serviceTier, region, cost) => {
    expect(price(provider, model, { input: 1000 }, { serviceTier, region })).toMatchObject({ cost, status: 'exact' });
  });

  it.each([
    ['priority of a long prompt, which is not sold', 'openai', 'gpt-5.5', 'priority', '', 300_000],
    ['a premium that nobody states', 'google', 'gemini-2.5-pro', 'priority', '', 1000],
    ['a region whose price is not stated', 'vertex', 'gemini-3.5-flash', '', 'us-central1', 1000],
  ] as const)('%s is partial', (_name, provider, model, serviceTier, region, input) => {
    expect(price(provider, model, { input }, { serviceTier, region }).status).toBe('partial');
  });

  it.each([
    ['https://us-east5-aiplatform.googleapis.com', '/v1/projects/p/locations/us-east5/publishers/x', 'us-east5'],
    ['https://aiplatform.googleapis.com', '/v1/projects/p/locations/global/publishers/x', ''],
    ['https://eu.api.openai.com', '/v1/responses', 'eu'],
    ['https://api.openai.com', '/v1/responses', ''],
    ['not a url', '', ''],
  ])('%s %s', (upstream, path, region) => {
    expect(regionOf(upstream, path)).toBe(region);
  });
});

describe('fees', () => {
  it.each([
    ['openai', 'gpt-6.1-sol', { web_search: 2, file_search: 4 }, 30_000_000n, 'exact' /* 2 × 10 m$ + 4 × 2.5 m$ */],
    ['openai', 'gpt-4o', { code_interpreter: 1 }, 30_000_000n, 'estimated'],
    ['anthropic', 'claude-haiku-5-5', { web_search: 1 }, 10_000_000n, 'exact'],
    ['google', 'gemini-2.5-flash', { grounded_prompt: 1 }, 35_000_000n, 'estimated' /* a free allowance exists */],
    ['google', 'gemini-3.5-flash', { google_search: 2 }, 28_000_000n, 'estimated'],
    ['perplexity', 'sonar-pro', { request_medium: 1 }, 10_000_000n, 'exact'],
    ['perplexity', 'sonar', {}, 5_000_000n, 'estimated' /* the smallest context is the default */],
    ['cohere', 'rerank-v4.0-pro', { search_unit: 2 }, 5_000_000n, 'exact'],
    ['groq', 'whisper-large-v3-turbo', { audio_second: 3600 }, 40_000_000n, 'exact' /* an hour at $0.04 */],
    ['anthropic', 'claude-opus-4-6', { code_execution: 1 }, 0n, 'partial' /* by the hour, beyond a free allowance */],
  ] as const)('%s %s %j', (provider, model, serverTools, cost, status) => {
    const priced = price(provider, model, { input: 0 }, { serverTools });
    expect(priced.cost ?? 0n).toBe(cost);
    if (priced.cost !== null) expect(priced.status).toBe(status);
  });
});

describe('a receipt', () => {
  it('has lines for each model that did a part', () => {
    const others = [{ model: 'claude-haiku-4-5', usage: { ...noTokens, input: 1000, output: 10 } }];
    const priced = price('anthropic', 'claude-opus-4-6', { input: 1000 }, { others });
    expect(priced).toMatchObject({ cost: 6_050_000n, status: 'exact' }); /* 5,000,000 + 1,000 × 1,000 + 10 × 5,000 n$ */
    expect(priced.receipt.lines.map(({ model }) => model)).toEqual(['', 'claude-haiku-4-5', 'claude-haiku-4-5']);
  });

  it('tells what the cache saved', () => {
    const priced = price('anthropic', 'claude-haiku-4-5', { input: 10, cacheRead: 1000 });
    expect(priced.receipt.cacheSavedNano).toBe('900000'); /* 1,000 × (1,000 − 100) n$ */
  });

  it('takes a share out of its bucket where it has a price of its own', () => {
    const usage: Partial<Usage> = {
      input: 1000,
      cacheRead: 1000,
      within: { inputImage: 400, cacheReadAudio: 0, cacheReadImage: 100 },
    };
    const priced = price('openai', 'gpt-image-1', usage);
    expect(priced.receipt.lines.map(({ item, units }) => [item, units])).toEqual([
      ['input', 600],
      ['inputImage', 400],
      ['cacheRead', 900],
      ['cacheReadImage', 100],
    ]);
    expect(priced.cost).toBe(8_375_000n); /* 600 × 5,000 + 400 × 10,000 + 900 × 1,250 + 100 × 2,500 n$ */
  });
});

describe('the second price list', () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(`test/fixtures/prices/${name}.json`, 'utf8'));

  it('differs nowhere without a verdict', () => {
    const settled = settlements.parse(read('settled'));
    const { figures, disagreements } = compareWith(secondList.parse(read('portkey')), new Date('2026-11-21T12:00:00Z'));
    expect(figures).toBeGreaterThan(600);
    const unsettled = disagreements
      .map(({ provider, model, item }) => `${provider}/${model} ${item}`)
      .filter((about) => !settled.some((each) => matchesGlob(each.about, about)));
    expect(unsettled).toEqual([]);
  });
});

describe('for every usage', () => {
  const tokens = fc.nat(60_000);
  const usage = fc.record({
    input: tokens,
    cacheRead: tokens,
    cacheWrite5m: tokens,
    cacheWrite1h: tokens,
    output: tokens,
    reasoning: tokens,
    audioInput: fc.constant(0),
    audioOutput: fc.constant(0),
    image: fc.constant(0),
  });
  const model = fc.constantFrom(
    ['openai', 'gpt-6-sol'],
    ['openai', 'o4-mini'],
    ['anthropic', 'claude-opus-5-5'],
    ['google', 'gemini-2.5-flash'],
    ['deepseek', 'deepseek-v4-pro'],
  );
  const double = (one: Usage): Usage => ({
    ...one,
    input: (one.input ?? 0) * 2,
    cacheRead: (one.cacheRead ?? 0) * 2,
    cacheWrite5m: (one.cacheWrite5m ?? 0) * 2,
    cacheWrite1h: (one.cacheWrite1h ?? 0) * 2,
    output: (one.output ?? 0) * 2,
    reasoning: (one.reasoning ?? 0) * 2,
  });

  it('twice the usage costs twice as much within a tier, up to the rounding of each line; never less than nothing', () => {
    fc.assert(
      fc.property(
        model,
        usage,
        fc.constantFrom('', 'flex', 'batch', 'priority'),
        ([provider = '', name = ''], one, serviceTier) => {
          const small = priceExchange(call(provider, name, one, { serviceTier }));
          const large = priceExchange(call(provider, name, double(one), { serviceTier }));
          fc.pre(small.receipt.tier === large.receipt.tier);
          const twice = (small.cost ?? 0n) * 2n - (large.cost ?? 0n);
          const slack = BigInt(small.receipt.lines.length) * 2n;
          expect(small.cost ?? 0n).toBeGreaterThanOrEqual(0n);
          expect(twice <= slack && twice >= -slack).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
