import type { ModelAlias } from '../../../domain/prices/alias.ts';
import type { PriceOverride } from '../../../domain/prices/override.ts';

/** With what the dialog opens. Days are UTC; `to` is the last one, contained. */
export interface RepriceStart {
  readonly intro: string;
  readonly why: string;
  readonly model?: string;
  readonly provider?: string;
  readonly from?: string;
  readonly to?: string;
}

const DAY_MS = 86_400_000;

export const dayOfInstant = (at: string): string => new Date(at).toISOString().slice(0, 10);
const shifted = (day: string, days: number): string =>
  dayOfInstant(new Date(Date.parse(day) + days * DAY_MS).toISOString());
export const afterDay = (day: string): string => shifted(day, 1);

export const anyReprice: RepriceStart = {
  intro: 'By the prices that hold now: the lists, your prices and your names.',
  why: 'Prices were corrected',
};

export function afterOverride(value: PriceOverride): RepriceStart {
  const { model, provider, from, to } = value;
  return {
    ...savedStart(model, provider),
    why: `Price of ${model} was set`,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to: shifted(to, -1) }),
  };
}

export function afterAlias({ name, provider, priceAs }: ModelAlias): RepriceStart {
  return { ...savedStart(name, provider), why: `${name} is priced as ${priceAs}` };
}

/** The selection knows no patterns: where the price has one, all models are looked at. */
function savedStart(model: string, provider: string) {
  return {
    intro: 'Saved: it holds for calls from now on. Those recorded before keep their cost until you price them again.',
    ...(model.includes('*') ? {} : { model }),
    ...(provider.includes('*') ? {} : { provider }),
  };
}
