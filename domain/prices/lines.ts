import { divideHalfEven, type PicoUsd, picoUsd, priceOf } from '../money.ts';
import type { Bucket, Usage } from '../usage/facts.ts';
import type { ModelPrices, PricedItem, TieredPrice } from './catalogue.ts';
import type { TotalRate } from './rate.ts';
import type { ReceiptLine } from './receipt.ts';

export interface Bill {
  readonly lines: readonly ReceiptLine[];
  /** In words: what was used and has no price. */
  readonly missing: readonly string[];
  /** In words: what has a price that is likely but not certain. */
  readonly unsure: readonly string[];
  /** Nano-dollars that the cache saved. */
  readonly cacheSaved: bigint;
}

export const emptyBill: Bill = { lines: [], missing: [], unsure: [], cacheSaved: 0n };

type Share = keyof NonNullable<Usage['within']>;
type TokenItem = Bucket | Share;

/** In the order of a receipt; a share stands behind the bucket that contains it. */
const buckets: readonly { readonly bucket: Bucket; readonly shares: readonly Share[] }[] = [
  { bucket: 'input', shares: ['inputImage'] },
  { bucket: 'cacheRead', shares: ['cacheReadAudio', 'cacheReadImage'] },
  { bucket: 'cacheWrite5m', shares: [] },
  { bucket: 'cacheWrite1h', shares: [] },
  { bucket: 'audioInput', shares: [] },
  { bucket: 'output', shares: [] },
  { bucket: 'reasoning', shares: [] },
  { bucket: 'audioOutput', shares: [] },
  { bucket: 'image', shares: [] },
];
const sent: readonly Bucket[] = ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'audioInput'];
const read: ReadonlySet<TokenItem> = new Set(['cacheRead', 'cacheReadAudio', 'cacheReadImage']);

/** Everything that was sent, cached tokens included: what tiers of size go by. */
export function sizeOf(usage: Usage): number {
  return sent.reduce((sum, bucket) => sum + (usage[bucket] ?? 0), 0);
}

export function billTokens(usage: Usage, prices: ModelPrices, rate: TotalRate): Bill {
  const size = sizeOf(usage);
  const lines: ReceiptLine[] = [];
  const missing: string[] = [];
  let cacheSaved = 0n;
  for (const { item, units, note } of partsOf(usage, prices)) {
    const found = priceFor(item, prices, size);
    if (found === null) {
      missing.push(`${prices.model} has no known price for ${units} ${item} tokens`);
      continue;
    }
    const line = lineOf(item, units, found.price, prices, rate, [found.note, note]);
    lines.push(line);
    const anew = priceAt(prices.of.input, size);
    if (read.has(item) && anew !== null) cacheSaved += priceOf(units, at(anew, rate)) - BigInt(line.amountNano);
  }
  return { lines, missing, unsure: [], cacheSaved };
}

interface Part {
  readonly item: TokenItem;
  readonly units: number;
  readonly note: string;
}

/** A share of a bucket that has a price of its own leaves the bucket; without one it is billed with the rest. */
function partsOf(usage: Usage, prices: ModelPrices): Part[] {
  const parts: Part[] = [];
  for (const { bucket, shares } of buckets) {
    let rest = usage[bucket] ?? 0;
    const apart: Part[] = [];
    let note = '';
    for (const share of shares) {
      const units = Math.min(rest, usage.within?.[share] ?? 0);
      if (units === 0) continue;
      if (prices.of[share] !== undefined) {
        apart.push({ item: share, units, note: '' });
        rest -= units;
      } else if (share === 'cacheReadAudio') note = `${units} of them audio, priced as text`;
    }
    if (rest > 0) parts.push({ item: bucket, units: rest, note });
    parts.push(...apart);
  }
  return parts;
}

interface Found {
  readonly price: PicoUsd;
  readonly note: string;
}

/**
 * Where the list has no price of a bucket's own, that of the bucket which contains it. Anthropic's rule for cache
 * writes is a multiple of the input price: 1.25 for five minutes, 2 for an hour
 * (https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching#pricing); the catalogue lacks many of them.
 */
function priceFor(item: TokenItem, prices: ModelPrices, size: number): Found | null {
  const own = priceAt(prices.of[item], size);
  if (own !== null) return { price: own, note: '' };
  const input = priceAt(prices.of.input, size);
  const output = priceAt(prices.of.output, size);
  switch (item) {
    case 'cacheWrite1h':
      return input === null ? null : { price: picoUsd(input * 2n), note: 'priced as twice the input' };
    case 'cacheWrite5m':
      if (input !== null && /claude/.test(prices.model)) {
        return { price: picoUsd(divideHalfEven(input * 5n, 4n)), note: 'priced as 1.25 times the input' };
      }
      return input === null ? null : { price: input, note: 'priced as input' };
    case 'cacheRead':
    case 'audioInput':
      return input === null ? null : { price: input, note: 'priced as input' };
    case 'reasoning':
      return output === null ? null : { price: output, note: '' };
    case 'audioOutput':
    case 'image':
      return output === null ? null : { price: output, note: 'priced as output' };
    case 'input':
    case 'output':
    case 'inputImage':
    case 'cacheReadAudio':
    case 'cacheReadImage':
      return null;
  }
}

/** A tier holds for all tokens of a call once more than `above` were sent. */
export function priceAt(price: TieredPrice | undefined, size: number): PicoUsd | null {
  if (price === undefined) return null;
  return price.tiers.find(({ above }) => size > above)?.price ?? price.base;
}

/** The tier of size that a call has reached, null where it pays the base price. */
export function sizeTier(prices: ModelPrices, size: number): number | null {
  const starts = Object.values(prices.of).flatMap((price) => price.tiers.map(({ above }) => above));
  const highest = Math.max(-1, ...starts.filter((start) => size > start));
  return highest < 0 ? null : highest;
}

const at = (price: PicoUsd, { numerator, denominator }: TotalRate): PicoUsd =>
  picoUsd(divideHalfEven(price * numerator, denominator));

export function lineOf(
  item: PricedItem | TokenItem,
  units: number,
  price: PicoUsd,
  prices: Pick<ModelPrices, 'sources'>,
  rate: TotalRate,
  notes: readonly string[],
): ReceiptLine {
  const own = at(price, rate);
  return {
    item,
    units,
    pricePico: own.toString(),
    amountNano: priceOf(units, own).toString(),
    note: [...notes, rate.note].filter((note) => note !== '').join('; '),
    model: '',
    source: prices.sources[item] ?? '',
  };
}
