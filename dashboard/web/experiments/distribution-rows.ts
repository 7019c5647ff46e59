import type { Distribution, DistributionMetric } from '../../../domain/experiments/distributions.ts';
import { figure } from './words.ts';

/** One bucket of the chart. Places are powers of ten: 3 is a thousand milliseconds, or dollars. */
export interface Bucket {
  /** Its middle: a line with steps turns half-way between two of these, where one bucket ends and the next begins. */
  readonly at: number;
  /** What lies in it, in words; '' for the empty places at both ends, and between what is nothing and the others. */
  readonly words: string;
  readonly shares: Readonly<Record<string, number>>;
}

export interface DistributionRows {
  readonly buckets: readonly Bucket[];
  /** Where what is nothing stands; null where nothing is. */
  readonly zeroAt: number | null;
  readonly highest: number;
}

/** A value as the buckets and figures say it. */
export const spreadFigure = (metric: DistributionMetric, value: number | null): string =>
  figure(metric === 'cost_per_unit' ? metric : 'latency_p50', value);

/** Null where nothing above zero was measured. */
export function distributionRows({ metric, bounds, arms }: Distribution): DistributionRows | null {
  const places = bounds.map(Math.log10);
  const [first, second] = places;
  if (first === undefined || second === undefined) return null;
  const width = second - first;
  const filled = places.slice(0, -1).map(
    (place, index): Bucket => ({
      at: place + width / 2,
      words: `${bound(metric, bounds[index])} to ${bound(metric, bounds[index + 1])}`,
      shares: Object.fromEntries(arms.map(({ name, shares }) => [name, shares[index] ?? 0])),
    }),
  );
  const hasZero = arms.some(({ zero }) => zero > 0);
  const zeroAt = first - 1.5 * width;
  const zero: Bucket = {
    at: zeroAt,
    words: metric === 'cost_per_unit' ? '$0' : '0',
    shares: Object.fromEntries(arms.map((arm) => [arm.name, arm.zero])),
  };
  const before = hasZero ? [empty(zeroAt - width), zero] : [];
  const after = empty((filled.at(-1)?.at ?? first) + width);
  return {
    buckets: [...before, empty(first - width / 2), ...filled, after],
    zeroAt: hasZero ? zeroAt : null,
    highest: Math.max(...[zero, ...filled].flatMap(({ shares }) => Object.values(shares))),
  };
}

const empty = (at: number): Bucket => ({ at, words: '', shares: {} });

/** Three digits: bounds are powers of ten, and no rounder with more. */
const bound = (metric: DistributionMetric, value: number | undefined): string =>
  spreadFigure(metric, value === undefined ? null : Number(value.toPrecision(3)));

/** Of all the height; a bucket with one in a thousand would not be seen, and it is the rare ones that matter. */
const SLIVER = 1 / 60;

/**
 * How high to draw an arm in each bucket: nothing beyond its own outermost ones, so that the line of one arm does not
 * lie along the axis under another.
 */
export function heights({ buckets, highest }: DistributionRows, arm: string): (number | null)[] {
  const shares = buckets.map(({ shares: each }) => each[arm] ?? 0);
  const first = shares.findIndex((share) => share > 0);
  const last = shares.findLastIndex((share) => share > 0);
  return shares.map((share, index) => {
    if (first < 0 || index < first - 1 || index > last + 1) return null;
    return share === 0 ? 0 : Math.max(share, highest * SLIVER);
  });
}
