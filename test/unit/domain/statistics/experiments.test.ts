import { describe, expect, it } from 'vitest';
import { type Confidence, type Interval, intervalOf } from '../../../../domain/statistics/confidence.ts';
import { differenceOf } from '../../../../domain/statistics/difference.ts';
import { meanOf } from '../../../../domain/statistics/estimate.ts';
import { liftInterval } from '../../../../domain/statistics/lift.ts';
import { type Plan, powerAt, unitsNeeded } from '../../../../domain/statistics/power.ts';
import { costOfUser, createMoments, createRandom, gaussian } from './simulation.ts';

const EXPERIMENTS = 2_000;
const LOOKS = 20;
const UNITS_PER_LOOK = 50;
const HORIZON = 2 * LOOKS * UNITS_PER_LOOK;
const anytime: Confidence = { kind: 'anytime', alpha: 0.05, horizon: HORIZON };
const fixed: Confidence = { kind: 'fixed', alpha: 0.05 };

function leavesZeroOut(interval: Interval | null): boolean {
  return interval !== null && (interval.low > 0 || interval.high < 0);
}

/** Of experiments whose arms are the same: how many ever claim a difference in 20 looks. */
function falseFindings() {
  const random = createRandom(20_211_103);
  const ever = { difference: 0, lift: 0, plain: 0, plainAtTheEnd: 0 };
  for (let experiment = 0; experiment < EXPERIMENTS; experiment++) {
    const [a, b] = [createMoments(), createMoments()];
    const seen = { difference: false, lift: false, plain: false, plainAtTheEnd: false };
    for (let look = 0; look < LOOKS; look++) {
      for (let unit = 0; unit < UNITS_PER_LOOK; unit++) {
        a.add(costOfUser(random));
        b.add(costOfUser(random));
      }
      const [treatment, control] = [meanOf(b.read()), meanOf(a.read())];
      const difference = differenceOf(treatment, control);
      seen.difference ||= leavesZeroOut(intervalOf(difference, anytime));
      seen.lift ||= leavesZeroOut(liftInterval(treatment, control, anytime));
      seen.plainAtTheEnd = leavesZeroOut(intervalOf(difference, fixed));
      seen.plain ||= seen.plainAtTheEnd;
    }
    for (const key of ['difference', 'lift', 'plain', 'plainAtTheEnd'] as const) ever[key] += Number(seen[key]);
  }
  return ever;
}

describe('2,000 experiments of the same against the same, heavy-tailed cost, users with several requests', () => {
  it('the default intervals are wrong in at most 5 % of them, at any of 20 looks; a plain t-test in more than 10 %', () => {
    const ever = falseFindings();
    const share = (count: number) => `${((100 * count) / EXPERIMENTS).toFixed(2)} %`;
    process.stdout.write(
      `A/A × ${EXPERIMENTS}, ${LOOKS} looks: confidence sequence on the difference ${share(ever.difference)}, on the lift ` +
        `${share(ever.lift)}; Welch at every look ${share(ever.plain)}, Welch once at the end ${share(ever.plainAtTheEnd)}\n`,
    );
    expect(ever.difference / EXPERIMENTS).toBeLessThanOrEqual(0.05);
    expect(ever.lift / EXPERIMENTS).toBeLessThanOrEqual(0.05);
    expect(ever.plain / EXPERIMENTS).toBeGreaterThan(0.1);
  });
});

describe('an effect of ten percent', () => {
  const SIGMA = 0.8;
  const mean = Math.exp((SIGMA * SIGMA) / 2);
  const moments = { units: 0, mean, variance: (Math.exp(SIGMA * SIGMA) - 1) * mean * mean };
  const RUNS = 1_000;

  it.each(['fixed', 'anytime'] as const)('%s: is found as often as theory says, to five points', (kind) => {
    const plan: Plan = { alpha: 0.05, power: 0.8, kind, arms: 2 };
    const units = unitsNeeded(plan, moments, 0.1) ?? 0;
    const confidence: Confidence = kind === 'fixed' ? fixed : { kind, alpha: 0.05, horizon: 2 * units };
    const random = createRandom(7);
    let found = 0;
    for (let run = 0; run < RUNS; run++) {
      const [a, b] = [createMoments(), createMoments()];
      for (let unit = 0; unit < units; unit++) {
        a.add(Math.exp(SIGMA * gaussian(random)));
        b.add(1.1 * Math.exp(SIGMA * gaussian(random)));
      }
      found += Number(intervalOf(differenceOf(meanOf(b.read()), meanOf(a.read())), confidence).low > 0);
    }
    // The dearer arm also varies by a tenth more: 1 + 1.21 in the place of 2.
    const theory = powerAt(plan, { ...moments, variance: (moments.variance * 2.21) / 2 }, 0.1, units);
    process.stdout.write(`${kind}: ${units} units per arm, power ${found / RUNS}, by theory ${theory.toFixed(3)}\n`);
    expect(Math.abs(found / RUNS - theory)).toBeLessThan(0.05);
  });
});
