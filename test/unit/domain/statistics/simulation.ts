import type { UnitMoments } from '../../../../domain/statistics/estimate.ts';

/** Uniform numbers in [0, 1) that are the same at every run: Mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return function random() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Dollars of one user: a geometric number of requests, mean 3, each log-normal with σ = 2. Half of that variance is
 * the user's own, so that requests of one user are alike.
 */
export function costOfUser(random: () => number): number {
  const own = Math.SQRT2 * gaussian(random);
  let cost = 0;
  do cost += Math.exp(own + Math.SQRT2 * gaussian(random)) / 1000;
  while (random() < 2 / 3);
  return cost;
}

/** Mean and variance of what came so far, by Welford's update. */
export function createMoments() {
  let units = 0;
  let mean = 0;
  let squares = 0;
  return {
    add(value: number): void {
      units++;
      const delta = value - mean;
      mean += delta / units;
      squares += delta * (value - mean);
    },
    read: (): UnitMoments => ({ units, mean, variance: squares / (units - 1) }),
  };
}
