import { type PicoUsd, picoUsd } from '../money.ts';
import { findListed, listAll, type ModelPrices, type PricedItem, pricedItems, type TieredPrice } from './catalogue.ts';
import { toPico } from './decimal.ts';
import { matchesGlob, weightOf } from './glob.ts';
import { candidatesOf } from './names.ts';
import { overridable, type PriceOverride } from './override.ts';
import { remember } from './remember.ts';
import { findAlias, type PriceRules } from './rules.ts';
import { ownPrices } from './table/model-prices.ts';
import type { ListPrice, OwnPrices } from './table/own-prices.ts';

export interface FoundPrices {
  /** Whose list it is: an alias may lead to another provider's. */
  readonly provider: string;
  readonly prices: ModelPrices;
  /** '' or, in words, that a name was guessed. */
  readonly doubt: string;
}

/**
 * The prices of a model as of `at`: the catalogue's, mended by our own table. `names` are those of a call, what answered
 * before what was asked; an alias of the user's comes before both.
 */
export function findPrices(
  provider: string,
  names: readonly string[],
  at: Date,
  rules: PriceRules,
): FoundPrices | null {
  for (const name of names) {
    const alias = findAlias(rules, provider, name);
    if (alias === null) continue;
    const found = findNamed(alias.provider, alias.model, at);
    if (found !== null) return found;
  }
  for (const name of names) {
    const found = findNamed(provider, name, at);
    if (found !== null) return found;
  }
  return null;
}

const candidatesNamed = remember(candidatesOf);

function findNamed(provider: string, name: string, at: Date): FoundPrices | null {
  for (const candidate of candidatesNamed(provider, name)) {
    const prices = pricesOf(candidate.provider, candidate.model, at);
    if (prices === null) continue;
    const doubt = candidate.guessed ? `no price of "${name}" is listed, that of "${prices.model}" was taken` : '';
    return { provider, prices, doubt };
  }
  return null;
}

/** The catalogue's prices of the very name, as our table mends them. */
function pricesOf(provider: string, model: string, at: Date): ModelPrices | null {
  const own = ownOf(provider, model, at);
  if (own?.covers === 'all') return mend(empty, own, at);
  const listed = findListed(provider, model, at);
  return listed === null || own === null ? listed : mend(listed, own, at);
}

const empty: ModelPrices = { model: '', from: '', hours: '', source: 'spendlens', sources: {}, origin: '', of: {} };

/** The line that names the model most exactly, and of those the newest. */
function ownOf(provider: string, model: string, at: Date): OwnPrices | null {
  return ownNamed(provider, model).find(({ from }) => from === '' || at.getTime() >= Date.parse(from)) ?? null;
}

const ownNamed = remember((provider, model): readonly OwnPrices[] => {
  const weighed = ownPrices.map((line) => ({ line, weight: line.provider === provider ? weightFor(line, model) : -1 }));
  return weighed
    .filter(({ weight }) => weight >= 0)
    .sort((a, b) => b.weight - a.weight || b.line.from.localeCompare(a.line.from))
    .map(({ line }) => line);
});

function weightFor({ models }: OwnPrices, model: string): number {
  return Math.max(-1, ...models.filter((glob) => matchesGlob(glob, model)).map(weightOf));
}

function mend(base: ModelPrices, own: OwnPrices, at: Date): ModelPrices {
  const times = isPeak(own, at) ? (own.peak?.times ?? 1n) : 1n;
  const of: Partial<Record<PricedItem, TieredPrice>> = { ...base.of };
  const sources: Partial<Record<PricedItem, string>> = { ...base.sources };
  for (const item of pricedItems) {
    const price = own.prices[item];
    if (price === undefined) continue;
    of[item] = read(price, times);
    sources[item] = own.source;
  }
  return {
    ...base,
    model: own.name,
    from: own.from === '' ? base.from : own.from.slice(0, 10),
    hours: own.peak === undefined ? base.hours : isPeak(own, at) ? 'peak hours' : 'off-peak hours',
    source: own.covers === 'all' ? 'spendlens' : base.source,
    sources: own.covers === 'all' ? {} : sources,
    of,
    origin: own.covers === 'all' ? own.source : base.origin,
  };
}

function read(price: ListPrice, times: bigint): TieredPrice {
  const pico = (dollars: string): PicoUsd => picoUsd(toPico(dollars, 1_000_000) * times);
  if (typeof price === 'string') return { base: pico(price), tiers: [] };
  return { base: pico(price.base), tiers: [{ above: price.above, price: pico(price.price) }] };
}

function isPeak({ peak }: OwnPrices, at: Date): boolean {
  if (peak === undefined || at.getUTCDay() === 0 || at.getUTCDay() === 6) return false;
  return peak.hours.some(([from, to]) => at.getUTCHours() >= from && at.getUTCHours() < to);
}

/** Every model of a provider that has a price: the catalogue's, mended by our table, and the table's own. */
export function listPrices(provider: string, at: Date): ModelPrices[] {
  const all = new Map<string, ModelPrices>();
  for (const listed of listAll(provider, at)) {
    const mended = pricesOf(provider, listed.model, at) ?? listed;
    all.set(mended.model, mended);
  }
  for (const own of ownPrices) {
    if (own.provider !== provider || own.covers !== 'all' || at.getTime() < Date.parse(own.from || '1970-01-01'))
      continue;
    all.set(own.name, mend(empty, own, at));
  }
  return [...all.values()].filter(({ of }) => Object.keys(of).length > 0);
}

/** What an override's own prices make of the list's; without a list they are all there is. */
export function applyPrices(
  base: ModelPrices | null,
  name: string,
  prices: NonNullable<PriceOverride['prices']>,
): ModelPrices {
  const of: Partial<Record<PricedItem, TieredPrice>> = { ...base?.of };
  for (const item of overridable) {
    const dollars = prices[item];
    if (dollars !== undefined) of[item] = { base: toPico(dollars, 1_000_000), tiers: [] };
  }
  return { ...(base ?? { ...empty, model: name }), source: 'override', of };
}
