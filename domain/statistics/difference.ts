import type { Estimate } from './estimate.ts';

/** Of a treatment from its control. */
export interface Difference {
  readonly value: number;
  readonly standardError: number;
  /** Of both arms. */
  readonly units: number;
  /** Satterthwaite's, of Welch's test. */
  readonly degreesOfFreedom: number;
}

/** Welch (1947), degrees of freedom after Satterthwaite (1946). */
export function differenceOf(treatment: Estimate, control: Estimate): Difference {
  const [a, b] = [treatment.variance, control.variance];
  return {
    value: treatment.value - control.value,
    standardError: Math.sqrt(a + b),
    units: treatment.units + control.units,
    degreesOfFreedom: (a + b) ** 2 / (a ** 2 / (treatment.units - 1) + b ** 2 / (control.units - 1)),
  };
}
