/** A figure of one arm, its sampling variance, and the number of independent units behind it. */
export interface Estimate {
  readonly value: number;
  readonly variance: number;
  readonly units: number;
}

/** Sample moments over units; variances with n − 1 in the denominator. */
export interface UnitMoments {
  readonly units: number;
  readonly mean: number;
  readonly variance: number;
}

/** Of a pair per unit: `y` is summed up and divided by the sum of `x`. */
export interface PairMoments {
  readonly units: number;
  readonly meanX: number;
  readonly meanY: number;
  readonly varianceX: number;
  readonly varianceY: number;
  readonly covariance: number;
}

export function meanOf({ units, mean, variance }: UnitMoments): Estimate {
  return { value: mean, variance: variance / units, units };
}

/**
 * Σy / Σx with requests clustered in units, such as dollars per request of users: the delta method.
 * Source: Deng, Knoblich, Lu, "Applying the Delta Method in Metric Analytics" (KDD 2018), equation 5.
 * Null where the units have nothing to divide by.
 */
export function ratioOf({ units, meanX, meanY, varianceX, varianceY, covariance }: PairMoments): Estimate | null {
  if (meanX === 0) return null;
  const ratio = meanY / meanX;
  const spread = varianceY - 2 * ratio * covariance + ratio * ratio * varianceX;
  return { value: ratio, variance: Math.max(0, spread) / (units * meanX * meanX), units };
}
