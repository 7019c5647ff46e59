import type { Interval } from './confidence.ts';
import { holm } from './holm.ts';
import { MISMATCH_P } from './sample-ratio.ts';

export interface Comparison {
  readonly variant: string;
  readonly metric: string;
  readonly better: 'lower' | 'higher';
  /** Relative to the control; null while it cannot be told. */
  readonly lift: { readonly value: number; readonly interval: Interval; readonly p: number } | null;
}

export interface Guard extends Comparison {
  /** How much worse it may become, relative to the control: 0.05 for five percent. */
  readonly limit: number;
}

/** What was found of one variant on one metric, for the sentence that explains the verdict. */
export interface Finding {
  readonly kind: 'better' | 'worse' | 'tooSmall' | 'unclear' | 'guardCrossed' | 'guardUnclear';
  readonly comparison: Comparison;
}

/** ship: this variant; keep: the control; wait: not known yet; invalid: the split was not the one asked for. */
export type Verdict =
  | { readonly kind: 'invalid'; readonly p: number }
  | { readonly kind: 'ship'; readonly variant: string; readonly findings: readonly Finding[] }
  | { readonly kind: 'keep' | 'wait'; readonly findings: readonly Finding[] };

export interface Evidence {
  /** Of the sample-ratio test; null before anything was assigned. */
  readonly sampleRatioP: number | null;
  readonly alpha: number;
  /** Relative; a gain that is surely below it is not worth a change. */
  readonly smallestEffect: number;
  readonly goals: readonly Comparison[];
  readonly guards: readonly Guard[];
}

/**
 * One answer from all comparisons. Goals of all variants are one family (Holm); a guard is a family of its own, since
 * to stop for harm too often costs less than to overlook it.
 */
export function judge({ sampleRatioP, alpha, smallestEffect, goals, guards }: Evidence): Verdict {
  if (sampleRatioP !== null && sampleRatioP < MISMATCH_P) return { kind: 'invalid', p: sampleRatioP };
  const adjusted = holm(goals.map(({ lift }) => lift?.p ?? 1));
  const found = goals.map((goal, index) => goalFinding(goal, (adjusted[index] ?? 1) <= alpha, smallestEffect));
  const guarded = guards.map(guardFinding).filter((finding) => finding !== null);
  const findings = [...found, ...guarded];
  const harmful = new Set(
    guarded.filter(({ kind }) => kind === 'guardCrossed').map(({ comparison }) => comparison.variant),
  );
  const best = found
    .filter(({ kind, comparison }) => kind === 'better' && !harmful.has(comparison.variant))
    .sort((a, b) => gainOf(b.comparison) - gainOf(a.comparison))[0];
  if (best) return { kind: 'ship', variant: best.comparison.variant, findings };
  const isOver =
    found.length > 0 && found.every(({ kind, comparison }) => kind !== 'unclear' || harmful.has(comparison.variant));
  return { kind: isOver ? 'keep' : 'wait', findings };
}

/** Positive where the variant is better. */
function gainOf({ lift, better }: Comparison): number {
  if (lift === null) return 0;
  return better === 'lower' ? -lift.value : lift.value;
}

/** The interval turned so that up is better. */
function gainInterval({ lift, better }: Comparison): Interval | null {
  if (lift === null) return null;
  const { low, high } = lift.interval;
  return better === 'lower' ? { low: -high, high: -low } : { low, high };
}

function goalFinding(comparison: Comparison, isSignificant: boolean, smallestEffect: number): Finding {
  const gain = gainInterval(comparison);
  if (gain === null) return { kind: 'unclear', comparison };
  if (isSignificant) return { kind: gainOf(comparison) > 0 ? 'better' : 'worse', comparison };
  return { kind: gain.high < smallestEffect ? 'tooSmall' : 'unclear', comparison };
}

/** Null where it surely stays within its limit. */
function guardFinding(guard: Guard): Finding | null {
  const gain = gainInterval(guard);
  if (gain === null) return { kind: 'guardUnclear', comparison: guard };
  if (gain.high < -guard.limit) return { kind: 'guardCrossed', comparison: guard };
  return gain.low < -guard.limit ? { kind: 'guardUnclear', comparison: guard } : null;
}
