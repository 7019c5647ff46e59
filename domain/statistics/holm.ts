/**
 * P-values of one family, adjusted so that the chance of any false finding among them stays at α: Holm, "A simple
 * sequentially rejective multiple test procedure" (Scandinavian Journal of Statistics 6, 1979). In the given order.
 */
export function holm(pValues: readonly number[]): number[] {
  const ascending = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length);
  let highest = 0;
  for (const [rank, { p, index }] of ascending.entries()) {
    highest = Math.max(highest, Math.min(1, p * (pValues.length - rank)));
    adjusted[index] = highest;
  }
  return adjusted;
}
