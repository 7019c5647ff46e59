import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelAlias } from '../../../../domain/prices/alias.ts';
import { matchesGlob } from '../../../../domain/prices/glob.ts';
import { priceOverride } from '../../../../domain/prices/override.ts';
import { priceExchange } from '../../../../domain/prices/price-exchange.ts';
import { noRules, orderRules, type PriceRules } from '../../../../domain/prices/rules.ts';
import { call } from './calls.ts';

function overrides(...values: Record<string, unknown>[]): PriceRules {
  const named = values.map((value, index) => ({ id: `o${index}`, version: 2, value: priceOverride.parse(value) }));
  return orderRules(noRules, { overrides: named, aliases: [] });
}

function alias(value: Record<string, unknown>): PriceRules {
  return { overrides: [], aliases: [{ id: 'a', version: 1, value: modelAlias.parse(value) }] };
}

describe('an override', () => {
  const usage = { input: 1000, cacheRead: 1000, output: 100 };
  const gpt4o = call('openai', 'gpt-4o', usage);
  const listed = 4_750_000n; /* 1,000 × 2,500 + 1,000 × 1,250 + 100 × 10,000 n$ */

  it.each([
    { name: 'a discount', value: { percent: '-15' }, cost: 4_037_500n /* 4,750,000 × 0.85 */ },
    { name: 'a surcharge', value: { percent: 10 }, cost: 5_225_000n /* × 1.1 */ },
    { name: 'all of it off', value: { percent: -100 }, cost: 0n },
    { name: 'by the request', value: { perRequest: '0.002' }, cost: 2_000_000n },
    { name: 'free', value: { free: true }, cost: 0n },
    {
      name: 'prices of its own, the rest the list’s',
      value: { prices: { input: '2', output: 8 } },
      cost: 4_050_000n /* 1,000 × 2,000 + 1,000 × 1,250 + 100 × 8,000 n$ */,
    },
  ])('$name', ({ value, cost }) => {
    const priced = priceExchange(gpt4o, overrides({ provider: 'openai', model: 'gpt-4*', ...value }));
    expect(priced).toMatchObject({
      cost,
      status: 'exact',
      receipt: { source: 'override', override: 'o0@2', listNano: listed.toString() },
    });
    expect(priced.priceVersion).toContain('override o0@2');
    expect(priced.receipt.lines.reduce((sum, line) => sum + BigInt(line.amountNano), 0n)).toBe(cost);
  });

  it('prices what nobody lists: a model on own machines, or one that is new', () => {
    const rules = overrides({ provider: 'ollama', model: 'llama3*', prices: { input: '0.10', output: '0.20' } });
    expect(priceExchange(call('ollama', 'llama3.2', { input: 1000, output: 100 }), rules)).toMatchObject({
      cost: 120_000n /* 1,000 × 100 + 100 × 200 n$ */,
      status: 'exact',
    });
    expect(priceExchange(call('ollama', 'mistral', { input: 1000 }), rules).status).toBe('unpriced');
  });

  it('holds from its first day to before its last', () => {
    const rules = overrides({ model: '*', percent: '-50', from: '2026-11-01', to: '2026-11-02' });
    const at = (time: string) => priceExchange({ ...gpt4o, at: new Date(time) }, rules).cost;
    expect(at('2026-10-31T23:59:59Z')).toBe(listed);
    expect(at('2026-11-01T00:00:00Z')).toBe(listed / 2n);
    expect(at('2026-11-02T00:00:00Z')).toBe(listed);
  });

  it('wins over the provider’s own figure, which the receipt keeps; a percentage is taken of it', () => {
    const own = { ...gpt4o, reportedCost: 5_000_000n };
    expect(priceExchange(own)).toMatchObject({
      cost: 5_000_000n,
      status: 'reported',
      receipt: { reportedNano: '5000000', listNano: listed.toString() },
    });
    expect(priceExchange(own, overrides({ model: '*', percent: '-10' }))).toMatchObject({
      cost: 4_500_000n,
      receipt: { reportedNano: '5000000', listNano: listed.toString(), override: 'o0@2' },
    });
    expect(priceExchange(own, overrides({ model: '*', free: true }))).toMatchObject({ cost: 0n, status: 'exact' });
  });

  it('of two that fit, the one that says more is meant', () => {
    const rules = overrides({ model: '*', free: true }, { model: 'gpt-4o', percent: '-20' });
    expect(priceExchange(gpt4o, rules).cost).toBe((listed * 8n) / 10n);
  });

  it('of the file wins over one of the dashboard', () => {
    const one = overrides({ model: '*', free: true });
    const other = overrides({ model: 'gpt-4o', percent: '-20' });
    expect(priceExchange(gpt4o, orderRules(one, other)).cost).toBe(0n);
  });

  it('does not bill a call that failed', () => {
    const failed = call('openai', 'gpt-4o', null, { status: 429 });
    expect(priceExchange(failed, overrides({ model: '*', perRequest: '1' })).cost).toBe(0n);
  });

  it('names the model that answered, or a deployment that nobody else knows', () => {
    const rules = overrides({ model: 'chat-prod', free: true });
    const deployed = call('azure', 'chat-prod', usage, { responseModel: 'gpt-4o-2024-08-06' });
    expect(priceExchange(deployed, rules).receipt.override).toBe('o0@2');
    const asked = call('openai', 'gpt-4o', usage, { responseModel: 'gpt-4o-mini-2024-07-18' });
    expect(priceExchange(asked, overrides({ model: 'gpt-4o', free: true })).receipt.override).toBe('');
  });

  it.each([
    ['two ways at once', { model: '*', free: true, percent: '1' }],
    ['no way at all', { model: '*' }],
    ['less than nothing', { model: '*', percent: '-101' }],
    ['a range that ends before it begins', { model: '*', free: true, from: '2026-02-01', to: '2026-01-01' }],
    ['an unknown bucket', { model: '*', prices: { inputs: '1' } }],
    ['a float with an exponent', { model: '*', perRequest: '1e-3' }],
    ['no model', { free: true }],
  ])('%s is refused', (_name, value) => {
    expect(priceOverride.safeParse(value).success).toBe(false);
  });
});

describe('an alias', () => {
  it.each([
    [
      'a deployment',
      { provider: 'azure', name: 'chat-*', priceAs: 'openai/gpt-4o' },
      call('azure', 'chat-eu', { input: 1000 }),
    ],
    [
      'the same names elsewhere',
      { provider: 'ours', name: '*', priceAs: 'openai/*' },
      call('ours', 'gpt-4o', { input: 1000 }),
    ],
    [
      'an inference profile',
      { provider: 'bedrock', name: '*:application-inference-profile/abc', priceAs: 'openai/gpt-4o' },
      call('bedrock', 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc', { input: 1000 }),
    ],
  ])('%s', (_name, value, exchange) => {
    expect(priceExchange(exchange).status).toBe('unpriced');
    expect(priceExchange(exchange, alias(value))).toMatchObject({ cost: 2_500_000n, status: 'exact' });
  });
});

describe('matchesGlob', () => {
  it('agrees with the regular expression for it', () => {
    const piece = fc.stringMatching(/^[ab*?]{0,8}$/);
    fc.assert(
      fc.property(piece, fc.stringMatching(/^[abAB]{0,10}$/), (pattern, name) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
        expect(matchesGlob(pattern, name)).toBe(expression.test(name));
      }),
    );
  });

  it('ends where a regular expression would not', () => {
    expect(matchesGlob(`${'*a'.repeat(30)}*b`, 'a'.repeat(1_000))).toBe(false);
  });
});
