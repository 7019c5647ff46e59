const statusWords: Readonly<Record<string, string>> = {
  exact: 'exact: the provider’s usage at a known price',
  reported: 'reported: the provider’s own figure',
  estimated: 'estimated: tokens counted here, since the provider gave no usage',
  partial: 'partial: a part of the cost is known to be missing',
  unpriced: 'unpriced: no price is known, so it is in no total',
};

export const costStatusWords = (status: string): string => statusWords[status] ?? status;

const items: Readonly<Record<string, string>> = {
  input: 'Input',
  cacheRead: 'Cache read',
  cacheWrite5m: 'Cache write, 5 min',
  cacheWrite1h: 'Cache write, 1 h',
  output: 'Output',
  reasoning: 'Reasoning',
  audioInput: 'Audio input',
  audioOutput: 'Audio output',
  image: 'Images',
  inputImage: 'Image input',
  cacheReadAudio: 'Cache read, audio',
  cacheReadImage: 'Cache read, images',
};

/** The bucket's name; fees come with names of their own, such as `web_search`. */
export const itemTitle = (item: string): string => items[item] ?? sentence(item);

const sentence = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');

const sources: Readonly<Record<string, string>> = {
  'genai-prices': 'genai-prices catalogue',
  spendlens: 'Spendlens’ own table',
  override: 'your override',
  provider: 'the provider’s response',
};

export const sourceTitle = (source: string): string => sources[source] ?? source;

const PICO = 1_000_000_000_000n;
/** From a tenth of a cent a unit it is a fee for each, below it is a price per million tokens. */
const FEE_FROM_PICO = 1_000_000_000n;

/** `$0.15 / M`, or `$0.01 each`; exact, however small. */
export function unitPrice(pricePico: string): string {
  const price = BigInt(pricePico);
  if (price >= FEE_FROM_PICO) return `$${decimal(price, PICO)} each`;
  return `$${decimal(price * 1_000_000n, PICO)} / M`;
}

function decimal(numerator: bigint, unit: bigint): string {
  const places = unit.toString().length - 1;
  const fraction = (numerator % unit).toString().padStart(places, '0').replace(/0+$/, '');
  return `${numerator / unit}.${fraction.padEnd(2, '0')}`;
}
