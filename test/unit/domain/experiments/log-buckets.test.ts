import { describe, expect, it } from 'vitest';
import { type FineCounts, logBuckets } from '../../../../domain/experiments/log-buckets.ts';

const counts = (buckets: Record<number, number>, zero = 0): FineCounts => ({
  zero,
  buckets: new Map(Object.entries(buckets).map(([index, n]) => [Number(index), n])),
});
const sum = (shares: readonly number[] | undefined) => (shares ?? []).reduce((a, b) => a + b, 0);

describe('buckets on a logarithmic scale', () => {
  it('are as fine as they were counted where the values are many and close', () => {
    const { bounds, shares } = logBuckets([counts({ 120: 3_000, 121: 9_000 })]);
    /* 10^(120/40), 10^(121/40), 10^(122/40) */
    expect(bounds).toEqual([1_000, 1_059.25372518, 1_122.0184543]);
    expect(shares).toEqual([[0.25, 0.75]]);
  });

  it('are the same for all arms, each with the shares of its own', () => {
    const { bounds, shares } = logBuckets([counts({ 120: 1_000 }), counts({ 121: 10, 122: 30 })]);
    expect(bounds).toHaveLength(4);
    expect(shares).toEqual([
      [1, 0, 0],
      [0, 0.25, 0.75],
    ]);
  });

  it('are put together until they are few enough for the smallest arm', () => {
    /* 2 · ∛27 = 6 of 61 fine ones: a tenth of a power of ten is too fine (16), a fifth (8) too, a half (4) is not */
    const { bounds, shares } = logBuckets([counts({ 0: 1_000_000 }), counts({ 0: 26, 60: 1 })]);
    expect(bounds).toEqual([1, 3.16227766017, 10, 31.6227766017, 100]);
    expect(shares[1]).toEqual([26 / 27, 0, 0, 1 / 27]);
  });

  it('have a bound at each power of ten they cross, below one too', () => {
    const { bounds } = logBuckets([counts({ [-130]: 5_000, 130: 5_000 })]);
    for (const power of [0.001, 0.01, 0.1, 1, 10, 100, 1_000]) expect(bounds).toContain(power);
    expect(bounds.length - 1).toBeLessThanOrEqual(40);
  });

  it('leave a place for what is nothing', () => {
    const { shares } = logBuckets([counts({ 40: 30 }, 10)]);
    expect(shares).toEqual([[0.75]]);
  });

  it.each([
    { name: 'no values at all', lists: [counts({}), counts({})] },
    { name: 'only nothings', lists: [counts({}, 5), counts({})] },
  ])('are none of $name', ({ lists }) => {
    expect(logBuckets(lists)).toEqual({ bounds: [], shares: [[], []] });
  });

  it('of an arm without values are empty, not unknown', () => {
    const { shares } = logBuckets([counts({ 1: 8, 2: 8 }), counts({})]);
    expect(sum(shares[0])).toBe(1);
    expect(shares[1]).toEqual([0, 0]);
  });
});
