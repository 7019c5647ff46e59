import { z } from 'zod';

/**
 * exact: provider's usage × a known price; reported: the provider's own figure; estimated: tokens counted by us;
 * partial: a part is known to be missing; unpriced: no price, never shown as $0.
 */
export const costStatus = z.enum(['exact', 'reported', 'estimated', 'partial', 'unpriced']);
export type CostStatus = z.infer<typeof costStatus>;

export const receiptLine = z.object({
  /** The usage bucket or fee: `input`, `cacheRead`, `output`, … */
  item: z.string(),
  units: z.number().int().nonnegative(),
  /** Pico-dollars a unit, as decimal digits. */
  pricePico: z.string(),
  /** Nano-dollars, as decimal digits; rounded once, half to even. */
  amountNano: z.string(),
  /** '' or why the price is not the bucket's own (`priced as input`). */
  note: z.string(),
});
export type ReceiptLine = z.infer<typeof receiptLine>;

/** How a cost came about; stands as JSON in `cost_breakdown`. The total is the sum of the lines. */
export const receipt = z.object({
  lines: z.array(receiptLine),
  /** The catalogue's id of the model that was priced, '' when unpriced. */
  priceModel: z.string(),
  /** Where the price comes from: `genai-prices`, `spendlens`, `override`, `provider`. */
  source: z.string(),
  /** ISO date from which this price holds, '' where the catalogue knows only one price. */
  priceFrom: z.string(),
  /** '' or the tier that applied, such as `> 200,000 input tokens`. */
  tier: z.string(),
  /** In words, for people: why it is not `exact`. */
  reason: z.string(),
});
export type Receipt = z.infer<typeof receipt>;
