import { chiSquareUpperTail } from './distributions.ts';

/** Below this, the split that was asked for and the one that came differ by more than chance, and nothing holds. */
export const MISMATCH_P = 0.001;

export interface ArmCount {
  readonly units: number;
  /** Asked for; the shares of all arms add up to 1. */
  readonly share: number;
}

/** Pearson's χ² test of the units of each arm against their shares. Null before anything was assigned. */
export function sampleRatioTest(arms: readonly ArmCount[]): { readonly chiSquare: number; readonly p: number } | null {
  const total = arms.reduce((sum, { units }) => sum + units, 0);
  if (total === 0 || arms.length < 2) return null;
  const chiSquare = arms.reduce((sum, { units, share }) => sum + (units - total * share) ** 2 / (total * share), 0);
  return { chiSquare, p: chiSquareUpperTail(chiSquare, arms.length - 1) };
}
