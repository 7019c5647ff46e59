import type { Sourced } from './sourced.ts';

/** A tier of service or a region, in which every price of tokens is `times` the standard one. */
export interface Rate extends Sourced {
  readonly provider: string;
  /** As the answer names it, in small letters; for a region `region:NAME`. */
  readonly tier: string;
  /** Patterns of models that it holds for. */
  readonly models: readonly string[];
  /** Null where it is known to differ, and nobody says by how much. */
  readonly times: readonly [bigint, bigint] | null;
  /** True where the provider does not sell it for prompts that pay the price of long ones. */
  readonly shortOnly: boolean;
  readonly note: string;
}

const all: readonly string[] = ['*'];

const rate = (
  provider: string,
  tier: string,
  models: readonly string[],
  times: Rate['times'],
  note: string,
  source: string,
  shortOnly = false,
): Rate => ({ provider, tier, models, times, note, source, shortOnly, checked: '2026-11-21' });

const OPENAI = 'https://developers.openai.com/api/docs/pricing';
const OPENAI_FAST = 'https://openai.com/api-fast-mode/';
const OPENAI_RESIDENCY = 'https://developers.openai.com/api/docs/guides/data-residency';
const CLAUDE = 'https://platform.claude.com/docs/en/about-claude/pricing';
const CLAUDE_FAST = 'https://platform.claude.com/docs/en/build-with-claude/fast-mode';
const CLAUDE_VERTEX = 'https://docs.claude.com/en/docs/build-with-claude/claude-on-vertex-ai';
const GEMINI = 'https://ai.google.dev/gemini-api/docs/optimization';

const half: readonly [bigint, bigint] = [1n, 2n];
const double: readonly [bigint, bigint] = [2n, 1n];
const tenth: readonly [bigint, bigint] = [11n, 10n];

/** OpenAI took priority processing into fast mode; both names are answered. Its premium differs by model. */
const priority = (models: readonly string[], times: readonly [bigint, bigint], note: string): Rate[] =>
  ['priority', 'fast'].map((tier) => rate('openai', tier, models, times, note, OPENAI_FAST, true));

export const rates: readonly Rate[] = [
  rate('openai', 'flex', all, half, 'flex tier, half price', OPENAI),
  rate('openai', 'batch', all, half, 'batch, half price', OPENAI),
  ...priority(
    ['gpt-6-*', 'gpt-6.1-*', 'gpt-5.6-*', 'gpt-5.4', 'gpt-5.4-mini', 'gpt-5.2', 'gpt-5.1', 'gpt-5', 'gpt-4.1-nano'],
    double,
    'priority, twice the price',
  ),
  ...priority(['gpt-5.5'], [5n, 2n], 'priority, 2.5 times the price'),
  ...priority(['gpt-5-mini'], [9n, 5n], 'priority, 1.8 times the price'),
  ...priority(['gpt-4.1', 'gpt-4.1-mini', 'gpt-4o-2024-05-13', 'o3'], [7n, 4n], 'priority, 1.75 times the price'),
  ...priority(['gpt-4o'], [17n, 10n], 'priority, 1.7 times the price'),
  ...priority(['gpt-4o-mini'], [5n, 3n], 'priority, 5/3 of the price'),
  ...priority(['o4-mini'], [20n, 11n], 'priority, 20/11 of the price'),
  rate(
    'openai',
    'region:*',
    ['gpt-5.4*', 'gpt-5.5*', 'gpt-5.6*', 'gpt-6*'],
    tenth,
    'data residency, 1.1 times the price',
    OPENAI_RESIDENCY,
  ),
  rate(
    'azure',
    'batch',
    all,
    half,
    'batch, half price',
    'https://azure.microsoft.com/en-us/pricing/details/azure-openai/',
  ),
  rate('anthropic', 'batch', all, half, 'batch, half price', CLAUDE),
  rate('anthropic', 'us', all, tenth, 'US-only inference, 1.1 times the price', CLAUDE),
  rate(
    'anthropic',
    'fast',
    ['claude-opus-4-6', 'claude-opus-4-7'],
    [6n, 1n],
    'fast mode, 6 times the price',
    CLAUDE_FAST,
  ),
  rate(
    'anthropic',
    'fast',
    ['claude-opus-4-8', 'claude-opus-5', 'claude-opus-5-5'],
    double,
    'fast mode, twice the price',
    CLAUDE_FAST,
  ),
  rate('google', 'flex', all, half, 'flex tier, half price', GEMINI),
  rate('google', 'batch', all, half, 'batch, half price', GEMINI),
  rate('vertex', 'flex', all, half, 'flex tier, half price', GEMINI),
  rate('vertex', 'batch', all, half, 'batch, half price', GEMINI),
  rate(
    'vertex',
    'region:*',
    ['claude-*-4-5*', 'claude-*-4-6*', 'claude-*-4-7*', 'claude-*-4-8*', 'claude-*-5*'],
    tenth,
    'regional endpoint, 1.1 times the price',
    CLAUDE_VERTEX,
  ),
  rate(
    'vertex',
    'region:*',
    ['gemini-3*', 'gemini-4*'],
    null,
    'regional endpoint',
    'https://cloud.google.com/vertex-ai/generative-ai/pricing',
  ),
  rate('bedrock', 'batch', all, half, 'batch, half price', 'https://aws.amazon.com/bedrock/pricing/'),
  rate('groq', 'flex', all, [1n, 1n], '', 'https://console.groq.com/docs/flex-processing'),
  rate('xai', 'region:us', all, tenth, 'US endpoint, 1.1 times the price', 'https://docs.x.ai/developers/pricing'),
];
