import {
  type ConditionalPrice,
  calcPrice,
  findProvider,
  type ModelInfo,
  type ModelPrice,
} from '@pydantic/genai-prices';
import { type PicoUsd, picoUsd } from '../money.ts';
import { builtInProviders } from '../providers.ts';
import { type CatalogueProvider, readCatalogue } from './catalogue-file.ts';
import { toPico } from './decimal.ts';
import { remember } from './remember.ts';

/** Kept by hand, since the package does not export its version; a test compares it with what is installed. */
export const CATALOGUE_VERSION = 'genai-prices 0.1.8';

/** Highest tier first; it applies to the whole request once its input exceeds `above` tokens. */
export interface TieredPrice {
  readonly base: PicoUsd;
  readonly tiers: readonly { readonly above: number; readonly price: PicoUsd }[];
}

/** What a price is for, under the catalogue's own key, and how many units the catalogue's number is for. */
const priced = {
  input: ['input_mtok', 1_000_000],
  cacheRead: ['cache_read_mtok', 1_000_000],
  cacheWrite5m: ['cache_write_mtok', 1_000_000],
  cacheWrite1h: ['cache_write_1h_mtok', 1_000_000],
  output: ['output_mtok', 1_000_000],
  reasoning: ['output_reasoning_mtok', 1_000_000],
  audioInput: ['input_audio_mtok', 1_000_000],
  audioOutput: ['output_audio_mtok', 1_000_000],
  image: ['output_image_mtok', 1_000_000],
  inputImage: ['input_image_mtok', 1_000_000],
  cacheReadAudio: ['cache_audio_read_mtok', 1_000_000],
  cacheReadImage: ['cache_image_read_mtok', 1_000_000],
  citation_token: ['output_citation_mtok', 1_000_000],
  audio_second: ['input_audio_hours', 3_600],
  web_search: ['web_searches_kcount', 1_000],
  file_search: ['storage_searches_kcount', 1_000],
  request: ['requests_kcount', 1_000],
} as const;
export type PricedItem = keyof typeof priced;

export const pricedItems: readonly PricedItem[] = Object.keys(priced).filter(isPricedItem);

/** The prices of one model that held at one instant. */
export interface ModelPrices {
  readonly model: string;
  /** ISO date of their first day, '' where the catalogue names none. */
  readonly from: string;
  /** '' or the hours of the day that they hold for. */
  readonly hours: string;
  /** Whose prices they are in the main. */
  readonly source: 'genai-prices' | 'spendlens' | 'override';
  /** Where our own stand; '' for the catalogue's. */
  readonly origin: string;
  /** Where single ones stand that were mended. */
  readonly sources: Readonly<Partial<Record<PricedItem, string>>>;
  readonly of: Readonly<Partial<Record<PricedItem, TieredPrice>>>;
}

const free: ModelPrices['of'] = {
  input: { base: picoUsd(0n), tiers: [] },
  output: { base: picoUsd(0n), tiers: [] },
};

interface Period {
  readonly constraint: ConditionalPrice['constraint'];
  readonly prices: ModelPrices;
}

/** Under which name the catalogue keeps a provider of ours; the others have the same name there. */
const catalogueNames: ReadonlyMap<string, string> = new Map([
  ['vertex', 'google'],
  ['bedrock', 'aws'],
  ['xai', 'x-ai'],
  ['moonshot', 'moonshotai'],
  ['voyage', 'voyageai'],
]);

/** True where the catalogue has a price list of this provider at all. */
export function listsProvider(provider: string): boolean {
  const name = catalogueNames.get(provider) ?? provider;
  // findProvider also takes what merely looks like a provider's name; money needs the very one.
  return findProvider({ providerId: name })?.id === name;
}

/** The catalogue's prices of a model as of `at`, null where it does not know it. */
export function findListed(provider: string, model: string, at: Date): ModelPrices | null {
  const periods = periodsNamed(provider, model);
  return periods === null ? null : pick(periods, at);
}

/** Matching a name against the catalogue's patterns takes tens of microseconds. */
const periodsNamed = remember((provider, model): readonly Period[] | null => {
  const info = listsProvider(provider) ? findModel(catalogueNames.get(provider) ?? provider, model) : null;
  return info === null ? null : periodsOf(info);
});

/** Tokens that the catalogue says a model takes, its answer included; null where it does not say. */
export const contextWindowOf = remember((provider, model): number | null => {
  const info = listsProvider(provider) ? findModel(catalogueNames.get(provider) ?? provider, model) : null;
  return info?.context_window ?? null;
});

function periodsOf(info: ModelInfo): readonly Period[] {
  const conditional: readonly ConditionalPrice[] = Array.isArray(info.prices) ? info.prices : [{ prices: info.prices }];
  return conditional.map(({ constraint, prices }) => ({
    constraint,
    prices: {
      model: info.id,
      from: constraint?.type === 'start_date' ? constraint.start_date : '',
      source: 'genai-prices',
      origin: '',
      sources: {},
      hours: constraint?.type === 'time_of_date' ? `${constraint.start_time} to ${constraint.end_time}` : '',
      // An entry without any price is one that nobody has found out, except where the name says that it costs none.
      of: info.id.endsWith(':free') && Object.keys(prices).length === 0 ? free : readPrices(prices),
    },
  }));
}

/** Some APIs prefix a name with its publisher or collection: `models/gemini-2.5-pro`, `google/gemini-2.5-pro`. */
function findModel(provider: string, model: string): ModelInfo | null {
  const bare = model.slice(model.lastIndexOf('/') + 1);
  for (const name of bare === model ? [model] : [model, bare]) {
    // Only for the match: an empty usage has no price, so nothing of its arithmetic is taken over.
    const found = calcPrice({}, name, { providerId: provider });
    if (found !== null) return found.model;
  }
  return null;
}

function readPrices(prices: ModelPrice): ModelPrices['of'] {
  const of: Partial<Record<PricedItem, TieredPrice>> = {};
  for (const item of pricedItems) {
    const [key, per] = priced[item];
    const price = prices[key];
    if (price === undefined) continue;
    if (typeof price === 'number') of[item] = { base: toPico(price, per), tiers: [] };
    else {
      const tiers = price.tiers.map((tier) => ({ above: tier.start, price: toPico(tier.price, per) }));
      of[item] = { base: toPico(price.base, per), tiers: tiers.sort((a, b) => b.above - a.above) };
    }
  }
  return of;
}

/** The catalogue's prices of every model that it lists for a provider of ours, as of `at`. */
export function listAll(provider: string, at: Date): ModelPrices[] {
  if (!listsProvider(provider)) return [];
  const models = findProvider({ providerId: catalogueNames.get(provider) ?? provider })?.models ?? [];
  return models.flatMap((info) => pick(periodsOf(info), at) ?? []);
}

/** What the installed catalogue says of the providers that are known here, as its own data file would. */
export function installedCatalogue(): CatalogueProvider[] {
  const providers = builtInProviders
    .map(({ name }) => catalogueNames.get(name) ?? name)
    .filter((id, index, all) => all.indexOf(id) === index)
    .flatMap((id) => {
      const found = findProvider({ providerId: id });
      return found?.id === id ? [found] : [];
    });
  return readCatalogue(providers, CATALOGUE_VERSION);
}

function isPricedItem(name: string): name is PricedItem {
  return Object.hasOwn(priced, name);
}

/** The catalogue's own rule: the last entry whose condition holds, else the first. */
function pick(periods: readonly Period[], at: Date): ModelPrices | null {
  const found = periods.findLast(({ constraint }) => holds(constraint, at)) ?? periods[0];
  return found?.prices ?? null;
}

function holds(constraint: Period['constraint'], at: Date): boolean {
  if (constraint === undefined) return true;
  if (constraint.type === 'start_date') return at.getTime() >= Date.parse(constraint.start_date);
  const start = secondOfDay(constraint.start_time);
  const end = secondOfDay(constraint.end_time);
  const now = (at.getTime() / 1000) % 86_400;
  return end < start ? now >= start || now < end : now >= start && now < end;
}

/** `00:30:00Z` or `08:30:00+08:00`. */
function secondOfDay(time: string): number {
  return (Date.parse(`1970-01-02T${time}`) / 1000) % 86_400;
}
