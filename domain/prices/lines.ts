import { divideHalfEven, type PicoUsd, picoUsd, priceOf } from '../money.ts';
import type { Bucket, Usage } from '../usage/facts.ts';
import type { ModelPrices, PricedItem, TieredPrice } from './catalogue.ts';
import type { ReceiptLine } from './receipt.ts';
import type { TierRate } from './service-tier.ts';

export interface Bill {
  readonly lines: readonly ReceiptLine[];
  /** In words: what was used and has no price. */
  readonly missing: readonly string[];
  /** '' or the tier of size that applied. */
  readonly tier: string;
}

const buckets: readonly Bucket[] = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'audioInput',
  'output',
  'reasoning',
  'audioOutput',
  'image',
];
const sent: readonly Bucket[] = ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'audioInput'];

export function billUsage(usage: Usage, prices: ModelPrices, rate: TierRate): Bill {
  const size = sent.reduce((sum, bucket) => sum + (usage[bucket] ?? 0), 0);
  const lines: ReceiptLine[] = [];
  const missing: string[] = [];
  for (const bucket of buckets) {
    const units = usage[bucket] ?? 0;
    if (units === 0) continue;
    const found = priceFor(bucket, prices, size);
    if (found === null) missing.push(`${prices.model} has no known price for ${units} ${bucket} tokens`);
    else lines.push(lineOf(bucket, units, found, rate));
  }
  const fee = prices.of.request;
  if (fee !== undefined) lines.push(lineOf('request', 1, { price: fee.base, note: '' }, rate));
  return { lines, missing, tier: tierOf(prices, size) };
}

interface Found {
  readonly price: PicoUsd;
  readonly note: string;
}

/**
 * Where the catalogue has no price of a bucket's own, that of the bucket which contains it. Anthropic's rule for cache
 * writes is a multiple of the input price: 1.25 for five minutes, 2 for an hour
 * (https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching#pricing); the catalogue lacks many of them.
 */
function priceFor(bucket: Bucket, prices: ModelPrices, size: number): Found | null {
  const own = priceAt(prices.of[bucket], size);
  if (own !== null) return { price: own, note: '' };
  const input = priceAt(prices.of.input, size);
  const output = priceAt(prices.of.output, size);
  switch (bucket) {
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
      return null;
  }
}

function priceAt(price: TieredPrice | undefined, size: number): PicoUsd | null {
  if (price === undefined) return null;
  return price.tiers.find(({ above }) => size > above)?.price ?? price.base;
}

function tierOf(prices: ModelPrices, size: number): string {
  const starts = Object.values(prices.of).flatMap((price) => price.tiers.map(({ above }) => above));
  const highest = Math.max(-1, ...starts.filter((start) => size > start));
  return highest < 0 ? '' : `> ${highest.toLocaleString('en-US')} input tokens`;
}

function lineOf(item: string, units: number, found: Found, rate: TierRate): ReceiptLine {
  const price = rate.kind === 'rate' ? applyRate(found.price, rate.numerator, rate.denominator) : found.price;
  const notes = [found.note, rate.kind === 'rate' ? rate.note : ''].filter((note) => note !== '');
  return {
    item,
    units,
    pricePico: price.toString(),
    amountNano: priceOf(units, price).toString(),
    note: notes.join('; '),
  };
}

function applyRate(price: PicoUsd, numerator: bigint, denominator: bigint): PicoUsd {
  return picoUsd(divideHalfEven(price * numerator, denominator));
}

/** Fees of the provider's own tools, by the call. */
export function billTools(calls: Readonly<Record<string, number>>, prices: ModelPrices): Bill {
  const lines: ReceiptLine[] = [];
  const missing: string[] = [];
  for (const [tool, units] of Object.entries(calls)) {
    if (units === 0) continue;
    const price = isFee(tool) ? prices.of[tool] : undefined;
    if (price === undefined) missing.push(`the fee of ${units} × ${tool} is not known and not contained`);
    else lines.push(lineOf(tool, units, { price: price.base, note: '' }, noRate));
  }
  return { lines, missing, tier: '' };
}

const noRate: TierRate = { kind: 'rate', numerator: 1n, denominator: 1n, note: '' };

function isFee(tool: string): tool is PricedItem & ('web_search' | 'file_search') {
  return tool === 'web_search' || tool === 'file_search';
}
