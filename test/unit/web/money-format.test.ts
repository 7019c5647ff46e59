import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  axisMoney,
  exactMoney,
  isUnpricedSum,
  money,
  nanoMoney,
  statedMoney,
} from '../../../dashboard/web/format/money.ts';
import { fromDecimal, nanoUsd, toDecimal } from '../../../domain/money.ts';

describe('money', () => {
  it.each([
    { name: 'cents from a dollar up', dollars: '1234.56', shown: '$1,234.56' },
    { name: 'cents are rounded', dollars: '812.404999999', shown: '$812.40' },
    { name: 'millions are grouped', dollars: '1234567.891', shown: '$1,234,567.89' },
    { name: 'four digits below a dollar', dollars: '0.042134999', shown: '$0.04213' },
    { name: 'trailing zeros go', dollars: '0.0000125', shown: '$0.0000125' },
    { name: 'but not those of the cents', dollars: '0.5', shown: '$0.50' },
    { name: 'one nano-dollar is not nothing', dollars: '0.000000001', shown: '$0.000000001' },
    { name: 'just below a dollar becomes one', dollars: '0.99996', shown: '$1.00' },
    { name: 'just below, but not enough', dollars: '0.99994', shown: '$0.9999' },
    { name: 'what cost nothing cost nothing', dollars: '0.000000000', shown: '$0.00' },
    { name: 'a correction may be negative', dollars: '-0.042', shown: '−$0.042' },
    { name: 'not known', dollars: null, shown: '—' },
  ])('$name: $dollars is $shown', ({ dollars, shown }) => expect(money(dollars)).toBe(shown));

  it('never hides a cost, never uses an exponent, and is within half a unit of its last digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }), (nano) => {
        const text = nanoMoney(nano);
        expect(text).toMatch(/^\$\d{1,3}(,\d{3})*\.\d{2,9}$/);
        expect(text).not.toBe('$0.00');
        const shown = fromDecimal(text.replace(/[$,]/g, ''));
        const distance = shown > nano ? shown - nano : nano - shown;
        // Half a cent from a dollar up; four significant digits are at worst 1/2000 of the figure.
        expect(distance <= (nano >= 10n ** 9n ? 5_000_000n : nano / 2000n + 1n)).toBe(true);
      }),
    );
  });

  it('grows with the amount', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 13n });
    const read = (nano: bigint) => fromDecimal(nanoMoney(nano).replace(/[$,]/g, ''));
    fc.assert(fc.property(amount, amount, (a, b) => a > b || read(a) <= read(b)));
  });
});

describe('exactMoney', () => {
  it('gives back every nano-dollar', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), (nano) => {
        const decimal = toDecimal(nanoUsd(nano));
        const back = exactMoney(decimal).replace(/[$,]/g, '').replace('−', '-');
        expect(fromDecimal(back)).toBe(nano);
      }),
    );
  });

  it('says in a word that there is no price', () => expect(exactMoney(null)).toBe('unpriced'));
});

describe('statedMoney', () => {
  it.each([
    { costStatus: 'exact', shown: '$0.0021' },
    { costStatus: 'reported', shown: '$0.0021' },
    { costStatus: 'estimated', shown: '≈ $0.0021' },
    { costStatus: 'partial', shown: '≈ $0.0021' },
  ])('$costStatus money is $shown', ({ costStatus, shown }) =>
    expect(statedMoney('0.002100000', costStatus)).toBe(shown),
  );

  it('marks nothing where there is no figure', () => expect(statedMoney(null, 'unpriced')).toBe('—'));
});

describe('isUnpricedSum', () => {
  it.each([
    { name: 'nothing is priced', spend: '0.000000000', unpricedRequests: 3, expected: true },
    { name: 'something is', spend: '0.000000001', unpricedRequests: 3, expected: false },
    { name: 'everything was free', spend: '0.000000000', unpricedRequests: 0, expected: false },
  ])('$name', ({ spend, unpricedRequests, expected }) =>
    expect(isUnpricedSum({ spend, unpricedRequests })).toBe(expected),
  );
});

describe('axisMoney', () => {
  it('gives all ticks of an axis the same decimals', () =>
    expect([0, 0.5, 1, 1.5].map((tick, _, ticks) => axisMoney(tick, ticks))).toEqual([
      '$0',
      '$0.50',
      '$1.00',
      '$1.50',
    ]));

  it.each([
    [0, '$0'],
    [20, '$20'],
    [1.5, '$1.50'],
    [0.4, '$0.40'],
    [0.25, '$0.25'],
    [0.0002, '$0.0002'],
    [0.00000025, '$0.00000025'],
    [1500, '$1.5k'],
    [2e6, '$2M'],
  ])('%d is %s', (value, shown) => expect(axisMoney(value)).toBe(shown));
});
