declare const unit: unique symbol;

/** Whole nano-dollars, 10^-9 $. The only form in which money is added. */
export type NanoUsd = bigint & { readonly [unit]: 'nano-dollar' };
/** Whole pico-dollars, 10^-12 $, per unit: $0.15 per million tokens is 150,000 pico-dollars a token. */
export type PicoUsd = bigint & { readonly [unit]: 'pico-dollar' };

export const nanoUsd = (amount: bigint): NanoUsd => amount as NanoUsd;
export const picoUsd = (amount: bigint): PicoUsd => amount as PicoUsd;

/** Rounded once, half to even, so that neither side gains over many lines. */
export function divideHalfEven(numerator: bigint, divisor: bigint): bigint {
  const quotient = numerator / divisor;
  const twice = 2n * (numerator % divisor);
  const size = twice < 0n ? -twice : twice;
  const up = size > divisor || (size === divisor && quotient % 2n !== 0n);
  if (!up) return quotient;
  return numerator < 0n ? quotient - 1n : quotient + 1n;
}

export function priceOf(units: number, price: PicoUsd): NanoUsd {
  return nanoUsd(divideHalfEven(BigInt(units) * price, 1000n));
}

/** `Decimal(18,9)` as ClickHouse reads and writes it: `-0.000000150`. */
export function toDecimal(amount: NanoUsd): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** Reads a plain decimal number of dollars; digits beyond the ninth are rounded half to even. */
export function fromDecimal(text: string): NanoUsd {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text.trim());
  if (!match) throw new RangeError(`not a decimal amount of dollars: ${JSON.stringify(text)}`);
  const [, sign = '', whole = '0', fraction = ''] = match;
  const scale = 10n ** BigInt(Math.max(fraction.length, 9));
  const scaled = BigInt(whole + fraction.padEnd(9, '0'));
  const amount = divideHalfEven(scaled * 1_000_000_000n, scale);
  return nanoUsd(sign === '-' ? -amount : amount);
}
