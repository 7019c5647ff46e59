import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceExchange } from '../../../../domain/prices/price-exchange.ts';
import { costStatus, receipt } from '../../../../domain/prices/receipt.ts';
import type { Usage } from '../../../../domain/usage/facts.ts';
import { call, price } from './calls.ts';

interface Row {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly usage: Partial<Usage>;
  readonly cost: bigint;
}

/** Prices per million, from the providers' pages by way of the catalogue. n$ = nano-dollar. */
const exact: readonly Row[] = [
  {
    name: 'gpt-4o: $2.50 in, $1.25 cached, $10 out',
    provider: 'openai',
    model: 'gpt-4o-2024-08-06',
    usage: { input: 86, cacheRead: 1920, output: 300 },
    cost: 5_615_000n /* 86 × 2,500 + 1,920 × 1,250 + 300 × 10,000 n$ */,
  },
  {
    name: 'gpt-4o-mini: $0.15 in, $0.60 out; one token each',
    provider: 'openai',
    model: 'gpt-4o-mini',
    usage: { input: 1, output: 1 },
    cost: 750n /* 150 + 600 n$ */,
  },
  {
    name: 'text-embedding-3-small: $0.02',
    provider: 'openai',
    model: 'text-embedding-3-small',
    usage: { input: 8 },
    cost: 160n /* 8 × 20 n$ */,
  },
  {
    name: 'reasoning bills as output: o3, $2 in, $8 out',
    provider: 'openai',
    model: 'o3',
    usage: { input: 100, output: 50, reasoning: 448 },
    cost: 4_184_000n /* 100 × 2,000 + 498 × 8,000 n$ */,
  },
  {
    name: 'audio has prices of its own: gpt-audio, $32 in, $64 out beside $2.50 and $10',
    provider: 'openai',
    model: 'gpt-audio',
    usage: { input: 30, audioInput: 70, output: 30, audioOutput: 60 },
    cost: 6_455_000n /* 30 × 2,500 + 70 × 32,000 + 30 × 10,000 + 60 × 64,000 n$ */,
  },
  {
    name: 'claude-haiku-4-5: cache read at a tenth, writes at 1.25 and 2 times the input ($1, $5 out)',
    provider: 'anthropic',
    model: 'claude-haiku-4-5-20251001',
    usage: { input: 1000, cacheRead: 1000, cacheWrite5m: 1000, cacheWrite1h: 1000, output: 1000 },
    cost: 9_350_000n /* 1,000 × (1,000 + 100 + 1,250 + 2,000 + 5,000) n$ */,
  },
  {
    name: 'gemini-2.5-flash: $0.30 in, $0.03 cached, $1 audio, $2.50 out and thoughts',
    provider: 'google',
    model: 'gemini-2.5-flash',
    usage: { input: 11, cacheRead: 100, audioInput: 10, output: 73, reasoning: 939 },
    cost: 2_546_300n /* 11 × 300 + 100 × 30 + 10 × 1,000 + 1,012 × 2,500 n$ */,
  },
  {
    name: 'gemini-2.5-flash-image: an image of 1,290 tokens at $30',
    provider: 'google',
    model: 'gemini-2.5-flash-image',
    usage: { input: 10, output: 0, image: 1290 },
    cost: 38_703_000n /* 10 × 300 + 1,290 × 30,000 n$: $0.0387 an image */,
  },
  {
    name: 'the same on Vertex',
    provider: 'vertex',
    model: 'google/gemini-2.5-flash',
    usage: { input: 1000, output: 100 },
    cost: 550_000n /* 1,000 × 300 + 100 × 2,500 n$ */,
  },
  {
    name: 'Azure sells what OpenAI makes',
    provider: 'azure',
    model: 'gpt-4o-2024-08-06',
    usage: { input: 1000, output: 100 },
    cost: 3_500_000n /* 1,000 × 2,500 + 100 × 10,000 n$ */,
  },
];

describe('exact', () => {
  it.each(exact)('$name', ({ provider, model, usage, cost }) => {
    expect(price(provider, model, usage)).toMatchObject({
      cost,
      status: 'exact',
      receipt: { source: 'genai-prices', reason: '' },
    });
  });

  it('an hour of cache that the catalogue has no price for is twice the input, and says so', () => {
    const priced = price('vertex', 'claude-sonnet-4-5@20250929', { cacheWrite1h: 1000 });
    expect(priced).toMatchObject({ cost: 6_000_000n /* 1,000 × 2 × 3,000 n$ */, status: 'exact' });
    expect(priced.receipt.lines[0]?.note).toBe('priced as twice the input');
  });

  it('a cache read without a price of its own costs as input, and says so', () => {
    const priced = price('groq', 'llama-3.3-70b-versatile', { input: 100, cacheRead: 100 });
    expect(priced.cost).toBe(118_000n); /* 200 × 590 n$ */
    expect(priced.receipt.lines[1]).toMatchObject({ item: 'cacheRead', note: 'priced as input' });
  });

  it('the tier of size covers the whole request: all that was sent counts, and what came back pays it too', () => {
    const below = price('google', 'gemini-2.5-pro', { input: 150_000, cacheRead: 50_000, output: 1000 });
    expect(below).toMatchObject({
      cost: 203_750_000n,
      receipt: { tier: '' },
    }); /* 150,000 × 1,250 + 50,000 × 125 + 1,000 × 10,000 n$ */
    const above = price('google', 'gemini-2.5-pro', { input: 150_001, cacheRead: 50_000, output: 1000 });
    expect(above).toMatchObject({
      cost: 402_502_500n,
      receipt: { tier: '> 200,000 input tokens' },
    }); /* 150,001 × 2,500 + 50,000 × 250 + 1,000 × 15,000 n$ */
  });

  it('prices are those of the day of the call', () => {
    const at = (day: string) => price('openai', 'o3', { input: 1000 }, { at: new Date(day) });
    expect(at('2025-06-09T23:59:59Z')).toMatchObject({
      cost: 10_000_000n,
      receipt: { priceFrom: '' },
    }); /* 1,000 × 10,000 n$ */
    expect(at('2025-06-10T00:00:00Z')).toMatchObject({
      cost: 2_000_000n,
      receipt: { priceFrom: '2025-06-10' },
    }); /* 1,000 × 2,000 n$ */
  });

  it('prices are those of the hour of the call', () => {
    const at = (time: string) =>
      price('deepseek', 'deepseek-chat', { output: 1000 }, { at: new Date(`2025-08-01T${time}Z`) });
    expect(at('00:29:59').cost).not.toEqual(at('00:30:00').cost);
    expect(at('00:30:00').receipt.tier).toBe('00:30:00Z to 16:30:00Z');
    expect(at('16:30:00').cost).toEqual(at('00:00:00').cost);
  });

  it('the model that answered counts before the one that was asked', () => {
    const priced = price('openai', 'gpt-4o', { input: 1000 }, { responseModel: 'gpt-4o-mini-2024-07-18' });
    expect(priced).toMatchObject({ cost: 150_000n, receipt: { priceModel: 'gpt-4o-mini' } }); /* 1,000 × 150 n$ */
  });

  it('the one that was asked where the catalogue does not know the other', () => {
    const priced = price('azure', 'gpt-4o', { input: 1000 }, { responseModel: 'our-own-name' });
    expect(priced).toMatchObject({ cost: 2_500_000n });
  });

  it('searches by the provider are a line of their own: $10 a thousand', () => {
    const priced = price('anthropic', 'claude-sonnet-4-6', { input: 1000 }, { serverTools: { web_search: 3 } });
    expect(priced).toMatchObject({ cost: 33_000_000n, status: 'exact' }); /* 1,000 × 3,000 + 3 × 10,000,000 n$ */
  });
});

describe('tiers of service', () => {
  const usage = { input: 1000, cacheRead: 1000, output: 1000 };
  const full = 5_000_000n + 500_000n + 25_000_000n; /* claude-opus-4-6: 1,000 × (5,000 + 500 + 25,000) n$ */

  it.each([
    ['anthropic', 'claude-opus-4-6', 'standard', full],
    ['anthropic', 'claude-opus-4-6', 'batch', full / 2n],
    ['anthropic', 'claude-opus-4-6', 'standard+us', (full * 11n) / 10n],
    ['anthropic', 'claude-opus-4-6', 'batch+us', (full * 11n) / 20n],
    ['openai', 'gpt-4o', 'default', 13_750_000n /* 1,000 × (2,500 + 1,250 + 10,000) n$ */],
    ['openai', 'gpt-4o', 'flex', 6_875_000n],
    ['groq', 'llama-3.3-70b-versatile', 'on_demand', 1_970_000n /* 1,000 × (590 + 590 + 790) n$ */],
    ['groq', 'llama-3.3-70b-versatile', 'flex', 1_970_000n],
  ])('%s %s %s', (provider, model, serviceTier, cost) => {
    expect(price(provider, model, usage, { serviceTier })).toMatchObject({ cost, status: 'exact' });
  });

  it('one whose price nobody here knows is partial, at the standard price', () => {
    const priced = price('anthropic', 'claude-opus-4-6', usage, { serviceTier: 'priority' });
    expect(priced).toMatchObject({ cost: full, status: 'partial' });
    expect(priced.receipt.reason).toContain('"priority"');
  });
});

describe('what is not exact says so', () => {
  it("the provider's own figure wins", () => {
    const priced = price('openrouter', 'anthropic/claude-sonnet-4.5', { input: 1000 }, { reportedCost: 140_001n });
    expect(priced).toMatchObject({ cost: 140_001n, status: 'reported', receipt: { source: 'provider' } });
  });

  it('and wins without a usage or a known model', () => {
    expect(price('openrouter', 'nobody/knows', null, { reportedCost: 0n })).toMatchObject({
      cost: 0n,
      status: 'reported',
    });
  });

  it.each([
    ['an unknown model', call('openai', 'gpt-77', { input: 1 }), 'gpt-77'],
    ['a provider without a price list', call('ours', 'gpt-4o', { input: 1 }), 'provider "ours"'],
    ['a self-hosted one', call('ollama', 'llama3', { input: 1 }), 'self-hosted'],
    ['no model at all', call('openai', '', { input: 1 }), 'names a model'],
    ['no usage', call('openai', 'gpt-4o', null), 'no usage'],
    ['no answer', call('openai', 'gpt-4o', null, { status: null, errorKind: 'upstream_reset' }), 'no answer came'],
    ['a model that the catalogue prices in other units', call('openai', 'whisper-1', { input: 100 }), 'no known price'],
  ])('%s is unpriced, which is not $0', (_name, unknown, reason) => {
    const priced = priceExchange(unknown);
    expect(priced).toMatchObject({ cost: null, status: 'unpriced', receipt: { lines: [] } });
    expect(priced.receipt.reason).toContain(reason);
  });

  it.each([
    ['HTTP 429', { status: 429 }],
    ['HTTP 500', { status: 500 }],
    ['nobody was reached', { status: null, errorKind: 'upstream_unreachable' }],
    ['we refused it ourselves', { status: null, errorKind: 'refused' }],
  ] as const)('%s costs a known zero', (_name, more) => {
    expect(price('openai', 'gpt-77', null, more)).toMatchObject({ cost: 0n, status: 'exact', receipt: { lines: [] } });
  });

  it('an error that brings a usage is priced by it', () => {
    expect(price('openai', 'gpt-4o', { input: 1000 }, { status: 400 })).toMatchObject({
      cost: 2_500_000n,
      status: 'exact',
    });
  });

  it.each([
    ['tokens that we counted', { estimated: true, complete: false }, 'estimated'],
    ['hidden reasoning', { estimated: true, complete: false, hiddenReasoning: true }, 'partial'],
    ['an answer that broke off', { complete: false }, 'partial'],
    ['a tool whose fee is not known', { serverTools: { image_generation: 1 } }, 'partial'],
  ] as const)('%s', (_name, more, status) => {
    const priced = price('openai', 'gpt-4o', { input: 1000 }, more);
    expect(priced).toMatchObject({ cost: 2_500_000n, status });
    expect(priced.receipt.reason).not.toBe('');
  });

  it('tokens that we counted of a model that thinks out of sight are a part of what it bills', () => {
    expect(price('openai', 'o3', { input: 1000 }, { estimated: true, complete: false })).toMatchObject({
      status: 'partial',
    });
  });

  it('an output that nobody knows is partial', () => {
    expect(price('anthropic', 'claude-opus-4-6', { input: 1000, output: null })).toMatchObject({
      cost: 5_000_000n,
      status: 'partial',
    });
  });
});

describe('for every call', () => {
  const bucket = fc.option(fc.nat(10_000_000));
  const usage = fc.record({
    input: bucket,
    cacheRead: bucket,
    cacheWrite5m: bucket,
    cacheWrite1h: bucket,
    output: bucket,
    reasoning: bucket,
    audioInput: bucket,
    audioOutput: bucket,
    image: bucket,
  });
  const model = fc.constantFrom(
    'gpt-4o',
    'gpt-5.5',
    'claude-opus-4-6',
    'gemini-2.5-pro',
    'deepseek-chat',
    'sonar-pro',
    'grok-4.5',
    'whisper-1',
    'nobody',
    '',
  );
  const anyCall = fc.record({
    provider: fc.constantFrom(
      'openai',
      'anthropic',
      'google',
      'vertex',
      'azure',
      'deepseek',
      'perplexity',
      'xai',
      'ollama',
      'ours',
    ),
    model,
    responseModel: model,
    at: fc.date({ min: new Date('2024-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
    usage: fc.option(usage),
    reportedCost: fc.option(fc.bigInt(0n, 10n ** 15n), { freq: 5 }),
    status: fc.option(fc.constantFrom(200, 400, 429, 500)),
    estimated: fc.boolean(),
    hiddenReasoning: fc.boolean(),
    complete: fc.boolean(),
    serviceTier: fc.constantFrom('', 'flex', 'priority', 'batch+us'),
    serverTools: fc.option(fc.dictionary(fc.constantFrom('web_search', 'other'), fc.nat(5))),
  });

  it('the total is the sum of the lines, and unpriced has no total', () => {
    fc.assert(
      fc.property(anyCall, (any) => {
        const { cost, status, receipt: slip } = priceExchange(any);
        expect(receipt.safeParse(slip).success).toBe(true);
        expect(costStatus.safeParse(status).success).toBe(true);
        expect(cost === null).toBe(status === 'unpriced');
        const sum = slip.lines.reduce((total, line) => total + BigInt(line.amountNano), 0n);
        expect(cost ?? 0n).toBe(sum);
        expect(slip.lines.every((line) => BigInt(line.amountNano) >= 0n)).toBe(true);
        // Whoever is not told an exact figure is told why.
        expect(status === 'exact' || slip.reason !== '').toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
