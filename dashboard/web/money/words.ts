import type { ModelAlias } from '../../../domain/prices/alias.ts';
import type { PriceOverride } from '../../../domain/prices/override.ts';
import { GAP } from '../format/number.ts';
import { valueTitle } from '../state/vocabulary.ts';
import { type Bucket, buckets } from './override-draft.ts';

export const bucketTitles: Readonly<Record<Bucket, string>> = {
  input: 'Input',
  output: 'Output',
  cacheRead: 'Cache read',
  cacheWrite5m: 'Cache write, 5 min',
  cacheWrite1h: 'Cache write, 1 h',
  reasoning: 'Reasoning',
  audioInput: 'Audio input',
  audioOutput: 'Audio output',
  image: 'Image output',
  inputImage: 'Image input',
  cacheReadAudio: 'Cache read, audio',
  cacheReadImage: 'Cache read, images',
};

/** `input $2.50 · output $10.00 a million`, `−15 %`, `$0.01 a request`, `free`. */
export function priceWords(value: PriceOverride): string {
  if (value.percent !== undefined) return `${signed(value.percent)}${GAP}%`;
  if (value.perRequest !== undefined) return `$${value.perRequest} a request`;
  const { prices } = value;
  if (prices === undefined) return 'free';
  const given = buckets.filter((bucket) => prices[bucket] !== undefined);
  return `${given.map((bucket) => `${bucketTitles[bucket].toLowerCase()} $${prices[bucket]}`).join(' · ')} / M`;
}

const signed = (percent: string): string => (percent.startsWith('-') ? `−${percent.slice(1)}` : `+${percent}`);

/** `to` is the first day on which it holds no more. */
export function periodWords({ from, to }: Pick<PriceOverride, 'from' | 'to'>): string {
  if (from !== undefined && to !== undefined) return `${from} to before ${to}`;
  if (from !== undefined) return `from ${from}`;
  return to === undefined ? 'always' : `before ${to}`;
}

export const providerWords = (provider: string): string =>
  provider === '*' ? 'any provider' : valueTitle('provider', provider);

export const overrideWords = (value: PriceOverride): string =>
  [value.model, providerWords(value.provider), priceWords(value), periodWords(value), value.note]
    .filter((word) => word !== '')
    .join(' · ');

export const aliasWords = (value: ModelAlias): string =>
  [`${value.name} is priced as ${value.priceAs}`, providerWords(value.provider), value.note]
    .filter((word) => word !== '')
    .join(' · ');
