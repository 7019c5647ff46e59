import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moneyChange, relativeChange, shareChange } from '../../../dashboard/web/format/change.ts';
import { bytes, compact, duration, integer, percent, plural } from '../../../dashboard/web/format/number.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('compact', () => {
  it.each([
    [null, '—'],
    [Number.NaN, '—'],
    [0, '0'],
    [812, '812'],
    [999, '999'],
    [12_400, '12.4k'],
    [99_960, '100k'],
    [812_345, '812k'],
    [999_499, '999k'],
    [999_500, '1.0M'],
    [3_100_000, '3.1M'],
    [2_060_000_000, '2.1B'],
  ])('%s is %s', (value, shown) => expect(compact(value)).toBe(shown));

  it('never says a thousand of a unit', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e14 }), (value) => !/^\d{4,}/.test(compact(value))));
  });
});

describe('duration', () => {
  it.each([
    [null, '—'],
    [0, '0 ms'],
    [0.42, '0.4 ms'],
    [840, '840 ms'],
    [999.6, '1.0 s'],
    [2400, '2.4 s'],
    [9949, '9.9 s'],
    [9960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 m 0 s'],
    [72_000, '1 m 12 s'],
    [7_500_000, '2 h 5 m'],
  ])('%s ms is %s', (ms, shown) => expect(plain(duration(ms))).toBe(shown));
});

describe('percent', () => {
  it.each([
    [null, '—'],
    [0, '0 %'],
    [0.1234, '12.3 %'],
    [0.00001, '< 0.1 %'],
    [0.21, '21.0 %'],
    [1, '100 %'],
  ])('%s is %s', (share, shown) => expect(plain(percent(share))).toBe(shown));
});

describe('changes', () => {
  it.each([
    { name: 'more cost is bad', change: relativeChange(118, 100, 'more_is_bad'), text: '+18 %', meaning: 'bad' },
    { name: 'less cost is good', change: relativeChange(96.8, 100, 'more_is_bad'), text: '−3.2 %', meaning: 'good' },
    { name: 'more requests say nothing', change: relativeChange(2, 1, 'neutral'), text: '+100 %', meaning: 'neutral' },
    { name: 'no change', change: relativeChange(5, 5, 'more_is_bad'), text: '±0 %', meaning: 'neutral' },
    { name: 'a great deal more', change: relativeChange(1200, 100, 'more_is_bad'), text: '× 12', meaning: 'bad' },
    { name: 'money', change: moneyChange('1.5', '1.0', 'more_is_bad'), text: '+50 %', meaning: 'bad' },
    { name: 'shares in points', change: shareChange(0.02, 0.01, 'more_is_bad'), text: '+1 pp', meaning: 'bad' },
    { name: 'better cache', change: shareChange(0.5, 0.255, 'more_is_good'), text: '+25 pp', meaning: 'good' },
  ])('$name', ({ change, text, meaning }) => {
    expect(change && { ...change, text: plain(change.text) }).toEqual({ text, meaning });
  });

  it.each([
    ['nothing before', relativeChange(5, 0, 'neutral')],
    ['nothing known before', relativeChange(5, null, 'neutral')],
    ['no money known', moneyChange(null, '1', 'neutral')],
    ['no share known', shareChange(null, 0.1, 'neutral')],
  ])('compares nothing with %s', (_, change) => expect(change).toBeNull());
});

describe('the rest', () => {
  it.each([
    [integer(1_234_567), '1,234,567'],
    [integer(null), '—'],
    [plain(bytes(617)), '617 B'],
    [plain(bytes(1_900)), '1.9 kB'],
    [plain(bytes(4_200_000)), '4.2 MB'],
    [plural(1, 'request'), '1 request'],
    [plural(31, 'request'), '31 requests'],
  ])('%s', (text, shown) => expect(text).toBe(shown));
});
