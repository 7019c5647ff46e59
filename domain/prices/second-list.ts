import { z } from 'zod';
import type { PicoUsd } from '../money.ts';
import type { ModelPrices } from './catalogue.ts';
import { toPico } from './decimal.ts';
import { findPrices } from './find-prices.ts';
import { noRules } from './rules.ts';

const items = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'audioInput', 'audioOutput'] as const;
export type ComparedItem = (typeof items)[number];

/** Somebody else's prices, in dollars for a million tokens; what a model has no price for is left out. */
export const secondList = z.object({
  source: z.string(),
  licence: z.string(),
  read: z.iso.date(),
  prices: z.record(z.string(), z.record(z.string(), z.partialRecord(z.enum(items), z.number().nonnegative()))),
});
export type SecondList = z.infer<typeof secondList>;

/** How a disagreement was settled: by whom we go, or that it is open. */
export const settlements = z.array(
  z.object({
    /** `provider/model item`, in which model and item may be `*`. */
    about: z.string(),
    verdict: z.enum(['ours', 'open']),
    why: z.string(),
    source: z.string(),
  }),
);

export interface Disagreement {
  readonly provider: string;
  readonly model: string;
  /** `model` where we have no price of the model at all. */
  readonly item: ComparedItem | 'model';
  /** Pico-dollars a token; null where there is none. */
  readonly ours: PicoUsd | null;
  readonly theirs: PicoUsd | null;
}

export interface Comparison {
  readonly models: number;
  readonly figures: number;
  readonly disagreements: readonly Disagreement[];
}

/** What another list says differently from what we would apply at `at`, at standard service and short prompts. */
export function compareWith(list: SecondList, at: Date): Comparison {
  const disagreements: Disagreement[] = [];
  let models = 0;
  let figures = 0;
  for (const [provider, byModel] of Object.entries(list.prices)) {
    for (const [model, prices] of Object.entries(byModel)) {
      models++;
      const found = findPrices(provider, [model], at, noRules);
      if (found === null) {
        disagreements.push({ provider, model, item: 'model', ours: null, theirs: null });
        continue;
      }
      for (const item of items) {
        const dollars = prices[item];
        if (dollars === undefined) continue;
        figures++;
        const theirs = toPico(dollars, 1_000_000);
        const ours = ourPrice(found.prices, item);
        if (ours !== theirs) disagreements.push({ provider, model, item, ours, theirs });
      }
    }
  }
  return { models, figures, disagreements };
}

function ourPrice({ of }: ModelPrices, item: ComparedItem): PicoUsd | null {
  // Audio that comes out may be all that a model makes, and its price then stands as that of output.
  const price = of[item] ?? (item === 'audioOutput' ? of.output : undefined);
  return price?.base ?? null;
}
