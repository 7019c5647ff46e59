import { z } from 'zod';

/**
 * exact: provider's usage × a known price; reported: the provider's own figure; estimated: tokens counted by us, or a
 * price that is likely but not certain; partial: a part is known to be missing; unpriced: no price, never shown as $0.
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
  /** '' or the model that did this part, where a call bills more than one. */
  model: z.string().default(''),
  /** '' or where the price stands, where that is not the receipt's own source. */
  source: z.string().default(''),
});
export type ReceiptLine = z.infer<typeof receiptLine>;

/** How a cost came about; stands as JSON in `cost_breakdown`. The total is the sum of the lines. */
export const receipt = z.object({
  lines: z.array(receiptLine),
  /** The catalogue's id of the model that was priced, '' when unpriced. */
  priceModel: z.string(),
  /** Where the price comes from: `genai-prices`, `spendlens`, `override`, `provider`. */
  source: z.string(),
  /** '' or the page that a price of our own table stands on. */
  priceSource: z.string().default(''),
  /** ISO date from which this price holds, '' where the catalogue knows only one price. */
  priceFrom: z.string(),
  /** '' or the tier that applied, such as `> 200,000 input tokens`. */
  tier: z.string(),
  /** In words, for people: why it is not `exact`. */
  reason: z.string(),
  /** '' or the override that applied: `id@version`. */
  override: z.string().default(''),
  /** '' or what the price lists say, in nano-dollars, where the provider's own figure or an override won over them. */
  listNano: z.string().default(''),
  /** '' or the provider's own figure in nano-dollars, whoever won. */
  reportedNano: z.string().default(''),
  /** What reading from the cache saved against sending the same anew, in nano-dollars; already left out of the lines. */
  cacheSavedNano: z.string().default('0'),
});
export type Receipt = z.infer<typeof receipt>;

export const emptyReceipt: Receipt = {
  lines: [],
  priceModel: '',
  source: '',
  priceSource: '',
  priceFrom: '',
  tier: '',
  reason: '',
  override: '',
  listNano: '',
  reportedNano: '',
  cacheSavedNano: '0',
};
