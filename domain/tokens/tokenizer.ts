import type { TiktokenEncoding } from 'tiktoken';

/** What is known about how a model cuts text, and how far tiktoken has to be corrected for it. */
export interface Tokenizer {
  readonly encoding: TiktokenEncoding;
  /** Each digit is a token of its own; tiktoken takes up to three at once. */
  readonly singleDigits: boolean;
  /** Tokens of this model for each of the encoding's. */
  readonly factor: number;
}

/** OpenAI's models before GPT-4o; everyone else's tokenizers are secret or many, and closest to the newer one. */
const before4o = /^(ft:)?(gpt-4(-|$)|gpt-3\.5|gpt-35|text-embedding-)/;
/** As their published tokenizers do; Gemini uses Gemma's (Google's own SDK, `@google/genai/tokenizer`). */
const singleDigits = /gemini|gemma|mi[sx]tral|magistral|ministral|codestral|devstral|pixtral|qwen|command-/;
/**
 * "Approximately 30 percent more tokens than on earlier models" since Claude 4.7:
 * https://platform.claude.com/docs/en/build-with-claude/token-counting, read 2026-11-21.
 */
const denserClaude = /claude-(fable|mythos|(opus|sonnet|haiku)-(4[-.][7-9]|[5-9]))/;

export function tokenizerOf(model: string): Tokenizer {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return {
    encoding: before4o.test(name) ? 'cl100k_base' : 'o200k_base',
    singleDigits: singleDigits.test(name),
    factor: denserClaude.test(name) ? 1.3 : 1,
  };
}
