import { describe, expect, it } from 'vitest';
import { signedMoney } from '../../../dashboard/web/money/difference.tsx';
import { checkOverride, emptyOverride, overrideDraft } from '../../../dashboard/web/money/override-draft.ts';
import { sortedRows } from '../../../dashboard/web/money/reconciliation-columns.tsx';
import { afterDay, afterOverride } from '../../../dashboard/web/money/reprice-start.ts';
import { requestsLink } from '../../../dashboard/web/money/requests-link.ts';
import { periodWords, priceWords } from '../../../dashboard/web/money/words.ts';
import { readView } from '../../../dashboard/web/state/link.ts';
import { type PriceOverride, priceOverride } from '../../../domain/prices/override.ts';

describe('the form of a price', () => {
  it.each([
    { name: 'prices per token', value: { model: 'acme', prices: { input: '2', output: '10.5' }, from: '2026-11-01' } },
    { name: 'a discount', value: { provider: 'openai', model: 'gpt-*', percent: '-15', note: 'contract' } },
    { name: 'a fee per request', value: { model: 'acme', perRequest: '0.01', to: '2026-12-01' } },
    { name: 'free', value: { model: 'llama-*', free: true } },
  ])('gives back $name as it was', ({ value }) => {
    const stored = priceOverride.parse(value);
    expect(checkOverride(overrideDraft(stored))).toEqual({ kind: 'valid', value: stored });
  });

  it('takes the minus of a typesetter, and leaves out what is empty', () => {
    const percent = checkOverride({ ...emptyOverride, model: ' acme ', kind: 'percent', percent: '−15' });
    expect(percent).toMatchObject({ value: { model: 'acme', percent: '-15' } });
    const prices = checkOverride({ ...emptyOverride, model: 'acme', prices: { input: '2', output: ' ' } });
    expect(prices).toMatchObject({ value: { prices: { input: '2' } } });
  });

  it('names the field of every problem', () => {
    const result = checkOverride({ ...emptyOverride, prices: { input: 'two' }, from: '2026-12-01', to: '2026-11-01' });
    expect(result.kind === 'invalid' && Object.keys(result.problems)).toEqual(
      expect.arrayContaining(['model', 'prices.input']),
    );
  });
});

describe('words', () => {
  const of = (value: object): PriceOverride => priceOverride.parse({ model: 'acme', ...value });
  it.each([
    { value: { prices: { output: '10', input: '2.50' } }, words: 'input $2.50 · output $10 / M' },
    { value: { percent: '-15' }, words: '−15\u00a0%' },
    { value: { perRequest: '0.01' }, words: '$0.01 a request' },
    { value: { free: true }, words: 'free' },
  ])('$words', ({ value, words }) => {
    expect(priceWords(of(value))).toBe(words);
  });

  it('tells the day on which a price holds no more', () => {
    expect(periodWords({ from: '2026-11-01', to: '2026-12-01' })).toBe('2026-11-01 to before 2026-12-01');
    expect(periodWords({})).toBe('always');
  });

  it('shows the direction of a difference', () => {
    expect([21_000_000n, -1_500_000_000n, 0n].map(signedMoney)).toEqual(['+$0.021', '−$1.50', '±$0']);
  });
});

describe('what is priced again after a price was set', () => {
  it('is the model in the days of the price', () => {
    const value = { model: 'acme', provider: 'openai', from: '2026-11-01', to: '2026-12-01', free: true };
    const start = afterOverride(priceOverride.parse(value));
    expect(start).toMatchObject({ model: 'acme', provider: 'openai', from: '2026-11-01', to: '2026-11-30' });
    expect(afterDay('2026-12-31')).toBe('2027-01-01');
  });

  it('is everything where the price is for a pattern, which a selection does not know', () => {
    const start = afterOverride(priceOverride.parse({ model: 'gpt-*', percent: '-15' }));
    expect(start).not.toHaveProperty('model');
    expect(start).not.toHaveProperty('provider');
  });
});

describe('a line of the reconciliation', () => {
  it('leads to its requests: the UTC day, all of our names for the model', () => {
    const range = { from: '2026-11-20', to: '2026-11-20' };
    const link = requestsLink({ provider: 'openai', models: ['gpt-4o', 'gpt-4o-2024-08-06'], range });
    expect(readView(new URL(link, 'http://localhost').searchParams)).toMatchObject({
      range: { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' },
      timeZone: 'UTC',
      filters: [
        { field: 'provider', op: 'is', values: ['openai'] },
        { field: 'response_model', op: 'is', values: ['gpt-4o', 'gpt-4o-2024-08-06'] },
      ],
    });
  });

  it('stands by the size of its difference, whichever way it goes', () => {
    const row = (model: string, difference: string) => ({
      day: '2026-11-20',
      model,
      ourModels: [],
      invoice: '0.000000000',
      ours: '0.000000000',
      difference,
      requests: 1,
      unpricedRequests: 0,
      estimatedRequests: 0,
      correctedRequests: 0,
      reason: 'late' as const,
      message: '',
    });
    const rows = [row('small', '0.100000000'), row('none', '0.000000000'), row('back', '-2.000000000')];
    const sorted = sortedRows(rows, { by: 'difference', descending: true });
    expect(sorted.map(({ model }) => model)).toEqual(['back', 'small', 'none']);
  });
});
