import { z } from 'zod';

/** YAML gives numbers where somebody types digits; their shortest decimal is what was typed. */
const written = (value: unknown) => (typeof value === 'number' ? String(value) : value);
const dollars = z.preprocess(
  written,
  z
    .string({ error: 'dollars as a decimal number, such as "2.50"' })
    .regex(/^\d{1,9}(\.\d{1,12})?$/, 'dollars as a decimal number, such as "2.50"'),
);
const percent = z.preprocess(
  written,
  z
    .string({ error: 'a percentage of at least -100, such as "-15"' })
    .regex(/^(-(\d{1,2}(\.\d{1,6})?|100)|\d{1,4}(\.\d{1,6})?)$/, 'a percentage of at least -100, such as "-15"'),
);

export const overridable = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'output',
  'reasoning',
  'audioInput',
  'audioOutput',
  'image',
  'inputImage',
  'cacheReadAudio',
  'cacheReadImage',
] as const;

/** Dollars per million tokens of each bucket. */
const bucketPrices = z
  .partialRecord(z.enum(overridable, { error: `one of ${overridable.join(', ')}` }), dollars, {
    error: 'a map of buckets (input, cacheRead, output, …) to dollars per million tokens',
  })
  .refine((prices) => Object.keys(prices).length > 0, 'at least one bucket with its price');

const pattern = (what: string) =>
  z
    .string({ error: what })
    .min(1, what)
    .max(200, 'at most 200 characters')
    .refine((text) => (text.match(/\*/g) ?? []).length <= 8, 'at most eight *');
export const providerPattern = pattern('a provider’s name, or * for all').default('*');
export const modelPattern = pattern('a model’s name, in which * stands for any text');
const day = z.iso.date({ error: 'a date, such as 2026-11-01' });

const kinds = ['prices', 'percent', 'perRequest', 'free'] as const;
const fields = {
  provider: providerPattern,
  /** Compared with the model that answered (the one that was asked where none is named) and its name in the catalogue. */
  model: modelPattern,
  /** UTC days: the first on which it holds, and the first on which it holds no more. */
  from: day.optional(),
  to: day.optional(),
  /** In place of the list prices; buckets that are left out keep theirs. Tiers of service still apply. */
  prices: bucketPrices.optional(),
  /** Of whatever the call would cost without it: -15 is a discount of 15 %. */
  percent: percent.optional(),
  /** Dollars for each call, whatever its tokens. */
  perRequest: dollars.optional(),
  free: z.literal(true, { error: 'true' }).optional(),
  note: z.string({ error: 'text' }).max(500, 'at most 500 characters').default(''),
};

interface Choice {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

function checkChoice(value: Choice & Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const chosen = kinds.filter((kind) => value[kind] !== undefined);
  if (chosen.length !== 1) {
    context.addIssue({ code: 'custom', message: 'exactly one of the keys prices, percent, perRequest, free' });
  }
  if (value.from !== undefined && value.to !== undefined && value.from >= value.to) {
    context.addIssue({ code: 'custom', path: ['to'], message: 'a date after from' });
  }
}

/** What the user knows better about prices than the lists do. */
export const priceOverride = z
  .strictObject(fields, {
    error: 'a map with the keys provider, model, from, to, prices, percent, perRequest, free, note',
  })
  .superRefine(checkChoice);
export type PriceOverride = z.infer<typeof priceOverride>;

export const overrideId = z
  .string({ error: 'a name of its own' })
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a name of its own: letters, digits, . _ -');

/** As spendlens.yaml declares it. */
export const declaredOverride = z
  .strictObject(
    { id: overrideId, ...fields },
    { error: 'a map with the keys id, provider, model, from, to, prices, percent, perRequest, free, note' },
  )
  .superRefine(checkChoice);
