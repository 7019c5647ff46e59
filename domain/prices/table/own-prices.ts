import type { PricedItem } from '../catalogue.ts';
import type { Sourced } from './sourced.ts';

/** Dollars per million tokens as text, or with a second price for the whole call once its input exceeds `above`. */
export type ListPrice = string | { readonly base: string; readonly above: number; readonly price: string };

/** Prices of our own, for what the catalogue lacks or has wrong. */
export interface OwnPrices extends Sourced {
  readonly provider: string;
  /** Patterns as in an override; the names that calls use. */
  readonly models: readonly string[];
  /** What the receipt calls it. */
  readonly name: string;
  /** ISO instant from which they hold; '' = from the beginning. */
  readonly from: string;
  /** all: these and nothing else. some: the rest is the catalogue's. */
  readonly covers: 'all' | 'some';
  readonly prices: Readonly<Partial<Record<PricedItem, ListPrice>>>;
  /** Hours, in UTC from Monday to Friday, in which everything costs `times` as much. */
  readonly peak?: { readonly hours: readonly (readonly [number, number])[]; readonly times: bigint };
  /** What of the catalogue it mends. */
  readonly why: string;
}
