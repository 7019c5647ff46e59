/** Buckets to a power of ten, as they are counted. Coarser ones are put together from them. */
export const FINEST = 40;
/** What is less counts as nothing: money's grain is a thousand times larger, and no clock tells a picosecond. */
export const LEAST = 1e-12;

/** How many values are nothing, and how many lie in each fine bucket: from 10^(index / FINEST) to the next. */
export interface FineCounts {
  readonly zero: number;
  readonly buckets: ReadonlyMap<number, number>;
}

export interface LogBuckets {
  /** Both ends of each bucket: one more than there are buckets, none where there are no values. */
  readonly bounds: readonly number[];
  /** Of each list of counts: the share of its values (nothings included) in each bucket. */
  readonly shares: readonly (readonly number[])[];
}

/** Fine buckets in one; each a divisor of a power of ten, so that powers of ten are always bounds. */
const STEPS = [1, 2, 4, 8, 20, 40];
const MOST = 40;
const FEWEST = 6;

/** The finest buckets, the same for all lists, in which the smallest list still shows a shape. */
export function logBuckets(lists: readonly FineCounts[]): LogBuckets {
  const indexes = lists.flatMap(({ buckets }) => [...buckets.keys()]);
  if (indexes.length === 0) return { bounds: [], shares: lists.map(() => []) };
  const [lowest, highest] = [Math.min(...indexes), Math.max(...indexes)];
  const most = mostBuckets(lists);
  const spanOf = (step: number) => Math.floor(highest / step) - Math.floor(lowest / step) + 1;
  const step = STEPS.find((each) => spanOf(each) <= most) ?? FINEST;
  const first = Math.floor(lowest / step);
  const span = spanOf(step);
  return {
    bounds: Array.from({ length: span + 1 }, (_, index) => boundOf((first + index) * step)),
    shares: lists.map((list) => sharesOf(list, step, first, span)),
  };
}

/** Twice the cube root of the values, as Rice's rule has it: with more buckets a small sample is a comb. */
function mostBuckets(lists: readonly FineCounts[]): number {
  const sizes = lists.map(({ buckets }) => sum(buckets.values())).filter((size) => size > 0);
  return Math.max(FEWEST, Math.min(MOST, Math.ceil(2 * Math.cbrt(Math.min(...sizes)))));
}

function sharesOf({ zero, buckets }: FineCounts, step: number, first: number, span: number): number[] {
  const counts = Array.from({ length: span }, () => 0);
  for (const [index, count] of buckets) {
    const place = Math.floor(index / step) - first;
    counts[place] = (counts[place] ?? 0) + count;
  }
  const total = zero + sum(counts);
  return counts.map((count) => (total === 0 ? 0 : count / total));
}

/** Without the noise of powers, so that 10^(3 · 40 / 40) is 1000. */
const boundOf = (index: number): number => Number((10 ** (index / FINEST)).toPrecision(12));

const sum = (values: Iterable<number>): number => [...values].reduce((before, each) => before + each, 0);
