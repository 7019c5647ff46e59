import { createRequire } from 'node:module';
import type { Tiktoken, TiktokenEncoding } from 'tiktoken';
import { tokenizerOf } from './tokenizer.ts';

/**
 * The work of the tokenizer grows with the square of a run without spaces: 40,000 Chinese characters took 13 s,
 * cut into runs of this length they take some milliseconds, at the price of a token more per cut.
 */
const MAX_RUN = 256;
/** Text beyond this is taken to be as dense as what came before it: a count is an estimate anyway, 2 MB a second. */
const MAX_COUNTED = 100_000;

const encoders = new Map<TiktokenEncoding, Tiktoken>();

/** Loaded when first needed: it costs a fifth of a second and 70 MB, and most processes never count. */
function encoderOf(encoding: TiktokenEncoding): Tiktoken {
  const known = encoders.get(encoding);
  if (known !== undefined) return known;
  const tiktoken: typeof import('tiktoken') = createRequire(import.meta.url)('tiktoken');
  const encoder = tiktoken.get_encoding(encoding);
  encoders.set(encoding, encoder);
  return encoder;
}

/** As the model's own tokenizer would count it, or as near as is known; see `tokenizerOf`. */
export function countTokens(model: string, text: string): number {
  if (text === '') return 0;
  const { encoding, singleDigits, factor } = tokenizerOf(model);
  const encoder = encoderOf(encoding);
  const counted = text.slice(0, MAX_COUNTED);
  let tokens = singleDigits ? digitsTakenTogether(counted) : 0;
  for (const piece of cutLongRuns(counted)) tokens += encoder.encode_ordinary(piece).length;
  return Math.round((tokens * factor * text.length) / counted.length);
}

/** How many tokens fewer tiktoken sees in numbers, where each digit is one. */
function digitsTakenTogether(text: string): number {
  const numbers = text.match(/[0-9]{2,}/g) ?? [];
  return numbers.reduce((sum, { length }) => sum + length - Math.ceil(length / 3), 0);
}

function cutLongRuns(text: string): readonly string[] {
  const longRun = new RegExp(`\\S{${MAX_RUN}}|\\s{${MAX_RUN}}`, 'g');
  const pieces: string[] = [];
  let start = 0;
  while (longRun.exec(text) !== null) {
    pieces.push(text.slice(start, longRun.lastIndex));
    start = longRun.lastIndex;
  }
  return [...pieces, text.slice(start)];
}
