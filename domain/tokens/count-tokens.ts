import { createRequire } from 'node:module';
import type { Tiktoken, TiktokenEncoding } from 'tiktoken';

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

/** OpenAI's models before GPT-4o; everyone else's tokenizers are secret or many, and closest to the newer one. */
export function encodingOf(model: string): TiktokenEncoding {
  const name = model.slice(model.lastIndexOf('/') + 1);
  return /^(ft:)?(gpt-4(-|$)|gpt-3\.5|gpt-35|text-embedding-)/.test(name) ? 'cl100k_base' : 'o200k_base';
}

export function countTokens(model: string, text: string): number {
  if (text === '') return 0;
  const encoder = encoderOf(encodingOf(model));
  const counted = text.slice(0, MAX_COUNTED);
  let tokens = 0;
  for (const piece of cutLongRuns(counted)) tokens += encoder.encode_ordinary(piece).length;
  return Math.round((tokens * text.length) / counted.length);
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
