import jstat from 'jstat';

const { normal, studentt, chisquare } = jstat.jStat;

export const normalCdf = (x: number): number => normal.cdf(x, 0, 1);
export const normalQuantile = (p: number): number => normal.inv(p, 0, 1);

/** `df` need not be whole. Above a million it is the normal one, which the library reaches more exactly. */
export function studentQuantile(p: number, df: number): number {
  return df > 1e6 ? normalQuantile(p) : studentt.inv(p, df);
}

/** Probability of a value at least this far from zero, on either side. */
export function studentTwoSided(t: number, df: number): number {
  return df > 1e6 ? 2 * normalCdf(-Math.abs(t)) : 2 * studentt.cdf(-Math.abs(t), df);
}

export const chiSquareUpperTail = (x: number, df: number): number => Math.max(0, 1 - chisquare.cdf(x, df));
