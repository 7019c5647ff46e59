import { z } from 'zod';
import { SpendlensError } from '../error.ts';

const tiered = z.object({ base: z.number(), tiers: z.array(z.object({ start: z.number(), price: z.number() })) });
const prices = z.record(z.string(), z.union([z.number(), tiered]));
const conditional = z.array(z.object({ constraint: z.record(z.string(), z.unknown()).nullish(), prices }));
const provider = z.object({
  id: z.string(),
  models: z.array(z.object({ id: z.string(), prices: z.union([conditional, prices]) })),
});
const file = z.union([z.array(provider), z.object({ providers: z.array(provider) }).transform((all) => all.providers)]);
export type CatalogueProvider = z.infer<typeof provider>;

/** The data file of genai-prices. @throws SpendlensError config_invalid */
export function readCatalogueFile(text: string, name: string): CatalogueProvider[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SpendlensError('config_invalid', `${name} is not JSON`, { cause });
  }
  return readCatalogue(value, name);
}

/** @throws SpendlensError config_invalid */
export function readCatalogue(value: unknown, name: string): CatalogueProvider[] {
  const parsed = file.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SpendlensError('config_invalid', `${name} is not a data file of genai-prices (a list of providers)`);
}

export interface CatalogueChange {
  readonly provider: string;
  readonly model: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** `output_mtok: 15 → 12`, one for each price that differs. */
  readonly figures: readonly string[];
}

/** What `next` would change of `now`, for the providers that `now` has. */
export function diffCatalogues(
  now: readonly CatalogueProvider[],
  next: readonly CatalogueProvider[],
): CatalogueChange[] {
  const changes: CatalogueChange[] = [];
  for (const old of now) {
    const fresh = next.find(({ id }) => id === old.id);
    if (!fresh) continue;
    const before = new Map(old.models.map((model) => [model.id, figuresOf(model.prices)]));
    const after = new Map(fresh.models.map((model) => [model.id, figuresOf(model.prices)]));
    for (const model of new Set([...before.keys(), ...after.keys()])) {
      const change = changeOf(before.get(model), after.get(model));
      if (change !== null) changes.push({ provider: old.id, model, ...change });
    }
  }
  return changes;
}

type Figures = ReadonlyMap<string, string>;

function changeOf(
  before: Figures | undefined,
  after: Figures | undefined,
): Pick<CatalogueChange, 'kind' | 'figures'> | null {
  if (before === undefined)
    return { kind: 'added', figures: [...(after ?? [])].map(([key, value]) => `${key}: ${value}`) };
  if (after === undefined) return { kind: 'removed', figures: [] };
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const figures = keys
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => `${key}: ${before.get(key) ?? 'none'} → ${after.get(key) ?? 'none'}`);
  return figures.length === 0 ? null : { kind: 'changed', figures };
}

function figuresOf(all: CatalogueProvider['models'][number]['prices']): Figures {
  const periods = Array.isArray(all) ? all : [{ constraint: null, prices: all }];
  const figures = new Map<string, string>();
  for (const period of periods) {
    const when = Object.entries(period.constraint ?? {})
      .filter(([key]) => key !== 'type')
      .map(([, value]) => String(value));
    for (const [key, price] of Object.entries(period.prices)) {
      figures.set([...(when.length > 0 ? [`[${when.join(' to ')}]`] : []), key].join(' '), show(price));
    }
  }
  return figures;
}

function show(price: number | z.infer<typeof tiered>): string {
  if (typeof price === 'number') return String(price);
  return [String(price.base), ...price.tiers.map((tier) => `${tier.price} above ${tier.start}`)].join(', ');
}
