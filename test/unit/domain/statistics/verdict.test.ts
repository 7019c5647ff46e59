import { describe, expect, it } from 'vitest';
import { type Comparison, type Evidence, type Guard, judge } from '../../../../domain/statistics/verdict.ts';

const cost = (variant: string, value: number, low: number, high: number, p: number): Comparison => ({
  variant,
  metric: 'cost',
  better: 'lower',
  lift: { value, interval: { low, high }, p },
});
const rating = (value: number, low: number, high: number): Guard => ({
  variant: 'b',
  metric: 'rating',
  better: 'higher',
  lift: { value, interval: { low, high }, p: 1 },
  limit: 0.1,
});
const evidence = (change: Partial<Evidence>): Evidence => ({
  sampleRatioP: 0.4,
  alpha: 0.05,
  smallestEffect: 0.05,
  goals: [],
  guards: [],
  ...change,
});
const cheaper = cost('b', -0.4, -0.45, -0.35, 0.0001);

describe('the verdict', () => {
  it.each([
    { name: 'cheaper for certain', change: { goals: [cheaper] }, verdict: 'ship' },
    { name: 'dearer for certain', change: { goals: [cost('b', 0.4, 0.3, 0.5, 0.0001)] }, verdict: 'keep' },
    {
      name: 'surely less than what is worth it',
      change: { goals: [cost('b', -0.01, -0.03, 0.01, 0.5)] },
      verdict: 'keep',
    },
    { name: 'not known yet', change: { goals: [cost('b', -0.1, -0.3, 0.1, 0.5)] }, verdict: 'wait' },
    { name: 'nothing to compare yet', change: { goals: [{ ...cheaper, lift: null }] }, verdict: 'wait' },
    { name: 'no goal', change: {}, verdict: 'wait' },
    {
      name: 'cheaper, and rated worse than its limit',
      change: { goals: [cheaper], guards: [rating(-0.2, -0.25, -0.15)] },
      verdict: 'keep',
    },
    {
      name: 'cheaper, and rated a little worse, within its limit',
      change: { goals: [cheaper], guards: [rating(-0.03, -0.06, 0)] },
      verdict: 'ship',
    },
    {
      name: 'a split that is not the one asked for, whatever else was found',
      change: { goals: [cheaper], sampleRatioP: 0.0005 },
      verdict: 'invalid',
    },
  ])('$name → $verdict', ({ change, verdict }) => {
    expect(judge(evidence(change)).kind).toBe(verdict);
  });

  it('is that of the whole family: 0.03 twice over is no finding', () => {
    const goals = [cost('b', -0.2, -0.4, 0.06, 0.03), cost('c', -0.2, -0.4, 0.06, 0.03)];
    expect(judge(evidence({ goals })).kind).toBe('wait');
    expect(judge(evidence({ goals: goals.slice(0, 1) })).kind).toBe('ship');
  });

  it('ships the better one of two', () => {
    const goals = [cost('b', -0.2, -0.25, -0.15, 0.0001), cost('c', -0.4, -0.45, -0.35, 0.0001)];
    expect(judge(evidence({ goals }))).toMatchObject({ kind: 'ship', variant: 'c' });
  });

  it('says of each variant what was found', () => {
    const { findings } = { findings: [], ...judge(evidence({ goals: [cheaper], guards: [rating(-0.05, -0.3, 0.2)] })) };
    expect(findings.map(({ kind }: { kind: string }) => kind)).toEqual(['better', 'guardUnclear']);
  });
});
