import { hash } from 'node:crypto';

/** Share of all units in a variant; the shares of an experiment add up to 1. */
export interface VariantShare {
  readonly name: string;
  readonly share: number;
}

export interface Split {
  /** The experiment's own, so that two experiments on the same units are independent. */
  readonly salt: string;
  /** 0 to 1: how much of the traffic takes part. */
  readonly exposure: number;
  readonly variants: readonly VariantShare[];
}

const HEX_DIGITS = 13;
const SPAN = 2 ** 52;

/** First 52 bits of SHA-256 over `salt`, a zero byte and `unit`, as a fraction in [0, 1). */
export function bucketOf(salt: string, unit: string): number {
  return Number.parseInt(hash('sha256', `${salt}\0${unit}`).slice(0, HEX_DIGITS), 16) / SPAN;
}

/**
 * The variant of a unit, null where it takes no part. A pure function of the experiment and the unit: every process
 * answers the same, and remembers nothing. Whether a unit takes part and where it belongs are two numbers from two
 * hashes, so that raising the exposure moves nobody from one variant to another.
 */
export function assign({ salt, exposure, variants }: Split, unit: string): string | null {
  if (bucketOf(`${salt}/exposure`, unit) >= exposure) return null;
  const bucket = bucketOf(`${salt}/split`, unit);
  let upTo = 0;
  for (const { name, share } of variants) {
    upTo += share;
    if (bucket < upTo) return name;
  }
  // Shares such as three thirds add up to a hair below 1.
  return variants.at(-1)?.name ?? null;
}
