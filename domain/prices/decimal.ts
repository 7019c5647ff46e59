import { divideHalfEven, type PicoUsd, picoUsd } from '../money.ts';

/**
 * Pico-dollars a unit from a catalogue's number of dollars per `per` units. It goes by the number's shortest decimal,
 * which is what somebody typed; multiplying the float would drag its binary error into money.
 */
export function toPico(dollars: number | string, per: number): PicoUsd {
  const [mantissa = '0', exponent = '0'] = String(dollars).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const scale = Number(exponent) - fraction.length + 12;
  const digits = BigInt(whole + fraction);
  const numerator = scale >= 0 ? digits * 10n ** BigInt(scale) : digits;
  const divisor = scale >= 0 ? 1n : 10n ** BigInt(-scale);
  return picoUsd(divideHalfEven(numerator, divisor * BigInt(per)));
}
