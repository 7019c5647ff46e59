import type { z } from 'zod';
import { overridable, type PriceOverride, priceOverride } from '../../../domain/prices/override.ts';

export type Bucket = (typeof overridable)[number];
export const buckets: readonly Bucket[] = overridable;
export type PriceKind = 'prices' | 'percent' | 'perRequest' | 'free';

/** The form as it is being typed: every field a text, those of the other kinds kept while one tries them out. */
export interface OverrideDraft {
  readonly provider: string;
  readonly model: string;
  readonly kind: PriceKind;
  readonly prices: Readonly<Partial<Record<Bucket, string>>>;
  readonly percent: string;
  readonly perRequest: string;
  readonly from: string;
  readonly to: string;
  readonly note: string;
}

export const emptyOverride: OverrideDraft = {
  provider: '*',
  model: '',
  kind: 'prices',
  prices: {},
  percent: '',
  perRequest: '',
  from: '',
  to: '',
  note: '',
};

export function overrideDraft(value: PriceOverride): OverrideDraft {
  return {
    provider: value.provider,
    model: value.model,
    kind: kindOf(value),
    prices: value.prices ?? {},
    percent: value.percent ?? '',
    perRequest: value.perRequest ?? '',
    from: value.from ?? '',
    to: value.to ?? '',
    note: value.note,
  };
}

export function kindOf(value: PriceOverride): PriceKind {
  if (value.prices !== undefined) return 'prices';
  if (value.percent !== undefined) return 'percent';
  return value.perRequest === undefined ? 'free' : 'perRequest';
}

export type Problems = Readonly<Record<string, string>>;
export type Checked<Value> =
  | { readonly kind: 'valid'; readonly value: Value }
  | { readonly kind: 'invalid'; readonly problems: Problems };

/** Problems are named by field, those of a bucket `prices.input`. */
export function checkOverride(draft: OverrideDraft): Checked<PriceOverride> {
  const { from, to, note, provider, model } = draft;
  const raw = {
    provider: provider.trim() || '*',
    model: model.trim(),
    ...(from === '' ? {} : { from }),
    ...(to === '' ? {} : { to }),
    ...priceOf(draft),
    note: note.trim(),
  };
  return checked(priceOverride, raw);
}

function priceOf({ kind, prices, percent, perRequest }: OverrideDraft): object {
  switch (kind) {
    case 'prices': {
      const given = Object.entries(prices).map(([bucket, price]) => [bucket, price.trim()] as const);
      return { prices: Object.fromEntries(given.filter(([, price]) => price !== '')) };
    }
    case 'percent':
      return { percent: percent.trim().replace(/^[−–]/, '-').replace(/^\+/, '') };
    case 'perRequest':
      return { perRequest: perRequest.trim() };
    case 'free':
      return { free: true };
  }
}

export function checked<Value>(schema: z.ZodType<Value>, raw: unknown): Checked<Value> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { kind: 'valid', value: parsed.data };
  const problems: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) problems[path.join('.')] ??= message;
  return { kind: 'invalid', problems };
}
