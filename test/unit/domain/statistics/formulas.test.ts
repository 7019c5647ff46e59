import { describe, expect, it } from 'vitest';
import { type Confidence, intervalOf, multiplierOf, pValueOf } from '../../../../domain/statistics/confidence.ts';
import { differenceOf } from '../../../../domain/statistics/difference.ts';
import { meanOf, ratioOf } from '../../../../domain/statistics/estimate.ts';
import { holm } from '../../../../domain/statistics/holm.ts';
import { liftInterval } from '../../../../domain/statistics/lift.ts';
import { daysNeeded, detectableLift, type Plan, unitsNeeded } from '../../../../domain/statistics/power.ts';
import { effectiveTrials, newcombeInterval, wilsonInterval } from '../../../../domain/statistics/proportion.ts';
import { minObservations, quantileOf, quantileRanks } from '../../../../domain/statistics/quantile.ts';
import { sampleRatioTest } from '../../../../domain/statistics/sample-ratio.ts';

const z = 1.959963984540054;
const fixed: Confidence = { kind: 'fixed', alpha: 0.05 };
const anytime: Confidence = { kind: 'anytime', alpha: 0.05, horizon: 10_000 };

describe('means', () => {
  // Two samples of 16 and 15; t, df, p and interval by scipy.stats.ttest_ind(equal_var=False).
  const treatment = meanOf({ units: 16, mean: 23.45625, variance: 8.659958333333334 });
  const control = meanOf({ units: 15, mean: 20.82, variance: 7.867428571428571 });

  it('Welch: difference, degrees of freedom, p and interval to six digits', () => {
    const difference = differenceOf(treatment, control);
    expect(difference.value / difference.standardError).toBeCloseTo(2.5536444, 6);
    expect(difference.degreesOfFreedom).toBeCloseTo(28.9897809, 6);
    expect(pValueOf(difference, fixed)).toBeCloseTo(0.01618136, 7);
    const { low, high } = intervalOf(difference, fixed);
    expect(low).toBeCloseTo(0.5248287, 6);
    expect(high).toBeCloseTo(4.7476713, 6);
  });

  it('lift: both ends solve (t − rc)² = z²(v + r²w)', () => {
    const { low, high } = liftInterval(treatment, control, anytime) ?? { low: 0, high: 0 };
    const squared = multiplierOf(anytime, 31) ** 2;
    for (const ratio of [low + 1, high + 1]) {
      const left = (treatment.value - ratio * control.value) ** 2;
      expect(left / (squared * (treatment.variance + ratio * ratio * control.variance))).toBeCloseTo(1, 9);
    }
    expect(low).toBeLessThan(23.45625 / 20.82 - 1);
    expect(high).toBeGreaterThan(23.45625 / 20.82 - 1);
  });

  it('lift: none by a control that is not told apart from zero', () => {
    expect(liftInterval(treatment, meanOf({ units: 15, mean: 1, variance: 15 }), fixed)).toBeNull();
  });

  it('ratio of sums over clusters: the linearised residuals written out in numpy', () => {
    // x = 1…6, y = 2 3 7 7 11 12: var(y − 2x)/(n x̄²) = 0.8/(6 · 3.5²)
    const ratio = ratioOf({ units: 6, meanX: 3.5, meanY: 7, varianceX: 3.5, varianceY: 16.4, covariance: 7.4 });
    expect(ratio?.value).toBe(2);
    expect(ratio?.variance).toBeCloseTo(0.0108843537, 10);
    expect(ratioOf({ units: 6, meanX: 0, meanY: 0, varianceX: 0, varianceY: 0, covariance: 0 })).toBeNull();
  });
});

describe('the confidence sequence', () => {
  it.each([
    // σ̂ √(2(tρ²+1)/(t²ρ²) · log(√(tρ²+1)/α)) in units of σ̂/√t, in Python
    { units: 100, multiplier: 8.675255992813671 },
    { units: 1_000, multiplier: 3.76325634638413 },
    { units: 10_000, multiplier: 3.035446396635931 },
    { units: 100_000, multiplier: 3.255360115647405 },
  ])('$units units, tuned to 10,000', ({ units, multiplier }) => {
    expect(multiplierOf(anytime, units)).toBeCloseTo(multiplier, 9);
  });

  it('has a p-value of exactly α where an end of the interval is zero', () => {
    const units = 4_000;
    const edge = multiplierOf(anytime, units);
    const difference = { value: edge, standardError: 1, units, degreesOfFreedom: units - 2 };
    expect(pValueOf(difference, anytime)).toBeCloseTo(0.05, 12);
    expect(intervalOf(difference, anytime).low).toBeCloseTo(0, 12);
  });
});

describe('proportions', () => {
  it.each([
    // Newcombe 1998, table II, method 10, and statsmodels' confint_proportions_2indep(method='newcomb')
    { a: [56, 70], b: [48, 80], low: 0.05243147, high: 0.33387265 },
    { a: [9, 10], b: [3, 10], low: 0.17052272, high: 0.80901797 },
    { a: [10, 10], b: [0, 10], low: 0.60750935, high: 1 },
    { a: [5, 56], b: [0, 29], low: -0.03813715, high: 0.19256001 },
  ])('Newcombe $a against $b', ({ a, b, low, high }) => {
    const [hits = 0, trials = 0] = a;
    const [controlHits = 0, controlTrials = 0] = b;
    const interval = newcombeInterval({ hits, trials }, { hits: controlHits, trials: controlTrials }, z);
    expect(interval.low).toBeCloseTo(low, 7);
    expect(interval.high).toBeCloseTo(high, 7);
  });

  it('Wilson 81 of 263', () => {
    const { low, high } = wilsonInterval({ hits: 81, trials: 263 }, z);
    expect(low).toBeCloseTo(0.25528852, 8);
    expect(high).toBeCloseTo(0.36620958, 8);
  });

  it('trials that come in clusters are worth fewer', () => {
    // 0.2 · 0.8 / 1000 = 0.00016 if independent; four times that variance leaves a quarter of the trials
    expect(effectiveTrials({ hits: 200, trials: 1_000 }, 0.00064).trials).toBeCloseTo(250, 9);
    expect(effectiveTrials({ hits: 200, trials: 1_000 }, 0.0001)).toEqual({ hits: 200, trials: 1_000 });
    expect(effectiveTrials({ hits: 0, trials: 1_000 }, 0)).toEqual({ hits: 0, trials: 1_000 });
  });
});

describe('quantiles', () => {
  it.each([
    { level: 0.9, least: 35 } /* 3.8415 · 9 = 34.57 */,
    { level: 0.95, least: 73 } /* 3.8415 · 19 = 72.99 */,
    { level: 0.99, least: 381 } /* 3.8415 · 99 = 380.3 */,
  ])('p$level needs $least', ({ level, least }) => {
    expect(minObservations(level, z)).toBe(least);
  });

  it('the median of 100 lies between the 40th and the 61st', () => {
    /* 50 ± 1.96 · √25 = 40.2 … 59.8 */
    expect(quantileRanks({ level: 0.5, observations: 100, units: 100, shareVariance: null }, z)).toEqual({
      low: 40,
      high: 61,
    });
  });

  it('clusters widen it, and a sample that is too small has none', () => {
    const sample = { level: 0.5, observations: 100, units: 25, shareVariance: 0.01 };
    expect(quantileRanks(sample, z)).toEqual({ low: 30, high: 71 }); /* 50 ± 1.96 · 10 = 30.4 … 69.6 */
    expect(quantileRanks({ ...sample, level: 0.99 }, z)).toBeNull();
    expect(quantileOf(sample, { at: 200, low: 180, high: 236 }, z).variance).toBeCloseTo((56 / (2 * z)) ** 2, 9);
  });
});

describe('the family and the split', () => {
  it('Holm', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]); /* statsmodels' multipletests */
  });

  it.each([
    { units: [5_100, 4_900], chiSquare: 4, p: 0.045500264 },
    { units: [3_300, 3_400, 3_500], chiSquare: 5.882352941, p: 0.05280357 },
  ])('χ² of $units as scipy.stats.chisquare', ({ units, chiSquare, p }) => {
    const test = sampleRatioTest(units.map((each) => ({ units: each, share: 1 / units.length })));
    expect(test?.chiSquare).toBeCloseTo(chiSquare, 8);
    expect(test?.p).toBeCloseTo(p, 8);
  });

  it('nothing assigned is no test', () => {
    expect(
      sampleRatioTest([
        { units: 0, share: 0.5 },
        { units: 0, share: 0.5 },
      ]),
    ).toBeNull();
  });
});

describe('how much traffic it takes', () => {
  const plan: Plan = { alpha: 0.05, power: 0.8, kind: 'fixed', arms: 2 };
  const moments = { units: 1_000, mean: 0.02, variance: 0.0016 };

  it('(z₀.₉₇₅ + z₀.₈)² · 2σ²/δ²', () => {
    /* 2.801585² · 2 · 0.0016 / 0.002² = 7.848879 · 800 = 6,279.1 */
    expect(unitsNeeded(plan, moments, 0.1)).toBe(6_280);
    expect(detectableLift(plan, moments, 6_280)).toBeCloseTo(0.1, 4);
    expect(daysNeeded(plan, 6_280, 628)).toBe(20);
    expect(daysNeeded(plan, 6_280, 0)).toBeNull();
  });

  it('to look whenever one likes costs about twice the units', () => {
    /* (3.035446 + 0.841621)² / 7.848879 = 1.915 */
    const needed = unitsNeeded({ ...plan, kind: 'anytime' }, moments, 0.1) ?? 0;
    expect(needed / 6_280).toBeCloseTo(1.915, 2);
  });
});
