/** Round values between two bounds for the marks of a logarithmic axis, at most `most` of them. */
export function logTicks(low: number, high: number, most: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, index) => first + index);
  const marks = (factors: readonly number[]) =>
    decades.flatMap((power) => factors.map((factor) => round(factor * 10 ** power))).filter(inside);
  for (const factors of [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
    const found = marks(factors);
    if (found.length > 1 && found.length <= most) return found;
  }
  const powers = marks([1]);
  const every = Math.ceil(powers.length / most);
  return powers.length > 1 ? powers.filter((_, index) => index % every === 0) : [low, high];

  function inside(value: number): boolean {
    return value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  }
}

/** Powers carry noise in their last digits. */
const round = (value: number): number => Number(value.toPrecision(12));
