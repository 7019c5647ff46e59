import { fromDecimal, type NanoUsd } from '../money.ts';
import type { InvoiceFormat } from '../money-api.ts';
import { invalid } from './csv.ts';

/** An amount of a provider's cost report. */
export interface InvoiceLine {
  /** UTC day, ISO. */
  readonly day: string;
  /** The model as the provider writes it; '' where the report does not tell models apart. */
  readonly model: string;
  /** Not empty where it is no cost of a model: what it is. */
  readonly other: string;
  readonly amount: NanoUsd;
  /** Half a unit of the last digit that is written. */
  readonly rounding: NanoUsd;
}

export interface Invoice {
  readonly format: InvoiceFormat;
  /** '' where the report does not say whose it is. */
  readonly provider: string;
  readonly lines: readonly InvoiceLine[];
}

/** Where something stands in a report, for people. */
export interface At {
  readonly line: number;
  readonly column: string;
}

/** Dollars, or hundredths of them with `cents`; exponents are taken too, since JSON writes small numbers so. */
export function readAmount(text: string, at: At, cents = false): Pick<InvoiceLine, 'amount' | 'rounding'> {
  const match = /^([+-]?)\$?(\d{0,12})(?:\.(\d{0,30}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(
    text.replace(/(?<=\d),(?=\d{3}\b)/g, ''),
  );
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (!match || whole + fraction === '') throw invalid(at.line, at.column, `not an amount: ${JSON.stringify(text)}`);
  const point = whole.length + Number(exponent) - (cents ? 2 : 0);
  const digits = (whole + fraction).padStart((whole + fraction).length + Math.max(0, -point), '0');
  const cut = Math.max(0, point);
  const left = digits.padEnd(cut, '0').slice(0, cut) || '0';
  const right = digits.slice(cut);
  const amount = fromDecimal(`${sign === '-' ? '-' : ''}${left}.${right}`);
  const places = Math.min(right.length, 10);
  const rounding = fromDecimal(`0.${'0'.repeat(places)}5`);
  return { amount, rounding };
}

/** The UTC day of a date, an instant or seconds since 1970. */
export function readDay(text: string, at: At): string {
  const seconds = /^\d{9,11}$/.test(text);
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  const instant = seconds ? Number(text) * 1000 : /^\d{4}-\d{2}-\d{2}T/.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(instant)) {
    throw invalid(at.line, at.column, `not a date: ${JSON.stringify(text)}; expected one such as 2026-11-21`);
  }
  return new Date(instant).toISOString().slice(0, 10);
}

export function requireDollars(currency: string, at: At): void {
  if (currency !== '' && currency.toLowerCase() !== 'usd') {
    throw invalid(at.line, at.column, `the currency is ${JSON.stringify(currency)}; only USD can be compared`);
  }
}
