import { fromDecimal, type NanoUsd } from '../../../domain/money.ts';

/** What stands where a figure is not known. */
export const UNKNOWN = '—';
const NANO = 1_000_000_000n;
const CENT = 10_000_000n;

/**
 * Dollars for reading: cents from a dollar up, four significant digits below it. Null is unpriced.
 * @throws RangeError when the text is not a plain decimal
 */
export function money(dollars: string | null): string {
  return dollars === null ? UNKNOWN : nanoMoney(fromDecimal(dollars));
}

export function nanoMoney(amount: NanoUsd | bigint): string {
  const sign = amount < 0n ? '−' : '';
  const size = amount < 0n ? -amount : amount;
  const text = size >= NANO ? inCents(size) : inFourDigits(size);
  return `${sign}$${text}`;
}

/** All nine places, for tooltips and the receipt. */
export function exactMoney(dollars: string | null): string {
  return dollars === null ? 'unpriced' : exactNano(fromDecimal(dollars));
}

export function exactNano(amount: bigint): string {
  const size = amount < 0n ? -amount : amount;
  const fraction = (size % NANO).toString().padStart(9, '0');
  return `${amount < 0n ? '−' : ''}$${grouped(size / NANO)}.${fraction}`;
}

/** True where a sum of nothing says nothing, since what it is a sum of has no price. */
export function isUnpricedSum(figures: { readonly spend: string; readonly unpricedRequests: number }): boolean {
  return figures.unpricedRequests > 0 && fromDecimal(figures.spend) === 0n;
}

/** The figure with the mark that its status asks for. */
export function statedMoney(dollars: string | null, costStatus: string): string {
  const figure = money(dollars);
  return dollars !== null && (costStatus === 'estimated' || costStatus === 'partial') ? `≈ ${figure}` : figure;
}

function inCents(size: bigint): string {
  const cents = roundedTo(size, CENT);
  return `${grouped(cents / 100n)}.${(cents % 100n).toString().padStart(2, '0')}`;
}

/** Four significant digits, trailing zeros gone but for the cents. */
function inFourDigits(size: bigint): string {
  const unit = 10n ** BigInt(Math.max(size.toString().length - 4, 0));
  const rounded = roundedTo(size, unit) * unit;
  if (rounded >= NANO) return inCents(rounded);
  const places = rounded.toString().padStart(9, '0').replace(/0+$/, '');
  return `0.${places.padEnd(2, '0')}`;
}

/** Half away from zero: what people expect of a figure that is shown; sums are never made of these. */
function roundedTo(size: bigint, unit: bigint): bigint {
  return (size + unit / 2n) / unit;
}

function grouped(whole: bigint): string {
  return whole.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** For axes, where a float is close enough: `$1.2k`, `$40`, `$0.05`, `$0.0002`. `ticks` are all of the axis. */
export function axisMoney(dollars: number, ticks: readonly number[] = []): string {
  const size = Math.abs(dollars);
  const sign = dollars < 0 ? '−' : '';
  if (size === 0) return '$0';
  if (size >= 1e6) return `${sign}$${short(size / 1e6)}M`;
  if (size >= 1e3) return `${sign}$${short(size / 1e3)}k`;
  if (size >= 1) return `${sign}$${[size, ...ticks].every(Number.isInteger) ? size : size.toFixed(2)}`;
  const places = Math.min(9, 1 - Math.floor(Math.log10(size) + 1e-9));
  const [, fraction = ''] = size.toFixed(places).split('.');
  return `${sign}$0.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
}

function short(value: number): string {
  return value.toFixed(2).replace(/\.?0+$/, '');
}
