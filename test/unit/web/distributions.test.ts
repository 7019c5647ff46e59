import { describe, expect, it } from 'vitest';
import { distributionRows, heights } from '../../../dashboard/web/experiments/distribution-rows.ts';
import { logTicks } from '../../../dashboard/web/experiments/log-axis.ts';
import type { Distribution } from '../../../domain/experiments/distributions.ts';

const arm = (name: string, shares: number[], zero = 0) => ({
  name,
  measured: 1_000,
  shares,
  zero,
  mean: 1,
  p50: 1,
  p99: 1,
});
const latency: Distribution = {
  metric: 'latency',
  bounds: [100, 1_000, 10_000, 100_000, 1_000_000],
  arms: [arm('control', [0.9, 0.1, 0, 0]), arm('b', [0.5, 0.499, 0, 0.001])],
};
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('marks of a logarithmic axis', () => {
  it.each([
    { name: 'a power of ten with room', low: 100, high: 1_000, most: 8, marks: [100, 200, 300, 500, 700, 1_000] },
    { name: 'two powers', low: 0.013, high: 0.9, most: 6, marks: [0.02, 0.05, 0.1, 0.2, 0.5] },
    { name: 'many powers', low: 1, high: 1e6, most: 7, marks: [1, 10, 100, 1e3, 1e4, 1e5, 1e6] },
    { name: 'more powers than room', low: 1, high: 1e6, most: 4, marks: [1, 100, 1e4, 1e6] },
    { name: 'less than any two marks are apart', low: 1.26, high: 1.58, most: 6, marks: [1.26, 1.58] },
    { name: 'no room for a second', low: 150, high: 900, most: 2, marks: [200, 500] },
  ])('$name', ({ low, high, most, marks }) => {
    expect(logTicks(low, high, most)).toEqual(marks);
  });
});

describe('a distribution', () => {
  it('has a place for each bucket, half-way between its bounds, and says what lies in it', () => {
    const rows = distributionRows(latency);
    expect(rows?.buckets.map(({ at }) => at)).toEqual([1.5, 2.5, 3.5, 4.5, 5.5, 6.5]);
    expect(rows?.buckets.map(({ words }) => plain(words))).toEqual([
      '',
      '100 ms to 1.00 s',
      '1.00 s to 10 s',
      '10 s to 1 m 40 s',
      '1 m 40 s to 16 m 40 s',
      '',
    ]);
    expect(rows?.zeroAt).toBeNull();
    expect(rows?.highest).toBe(0.9);
  });

  it('keeps rare buckets in sight, and draws nothing beyond an arm’s own', () => {
    const rows = distributionRows(latency);
    expect(rows && heights(rows, 'control')).toEqual([0, 0.9, 0.1, 0, null, null]);
    /* one in a thousand as a sixtieth of the highest, 0.9 */
    expect(rows && heights(rows, 'b')).toEqual([0, 0.5, 0.499, 0, 0.015, 0]);
  });

  it('sets what cost nothing apart from what cost little', () => {
    const rows = distributionRows({
      metric: 'cost_per_unit',
      bounds: [0.01, 0.1],
      arms: [arm('control', [1]), arm('b', [0.75], 0.25)],
    });
    expect(rows?.zeroAt).toBe(-3.5);
    expect(rows?.buckets.map(({ words }) => words)).toEqual(['', '$0', '', '$0.01 to $0.10', '']);
    expect(rows && heights(rows, 'b')).toEqual([0, 0.25, 0, 0.75, 0]);
    expect(rows && heights(rows, 'control')).toEqual([null, null, 0, 1, 0]);
  });

  it('of nothing is none', () => {
    expect(distributionRows({ metric: 'ttft', bounds: [], arms: [arm('control', [], 1)] })).toBeNull();
  });
});
