import type { WireFormat } from '../../domain/usage/facts.ts';

/** What the demo speaks. */
export type DemoFormat = Extract<
  WireFormat,
  'openai-chat' | 'openai-responses' | 'openai-embeddings' | 'anthropic-messages' | 'gemini-generate'
>;

export interface Model {
  readonly provider: string;
  readonly name: string;
  /** What the provider says that it used: mostly a dated name. */
  readonly responseName: string;
  readonly format: DemoFormat;
  /** automatic: what was read is told; explicit: the app marks what to write; none: nothing is told. */
  readonly promptCache: 'automatic' | 'explicit' | 'none';
  readonly thinks: boolean;
  /** Median time to the first byte of a stream, and the pace after it. */
  readonly ttftMs: number;
  readonly tokensPerSecond: number;
  /** Dollars per million tokens in and out, where the provider itself reports what a call cost. */
  readonly reported: { readonly input: number; readonly output: number } | null;
}

const model = (provider: string, name: string, rest: Partial<Model>): Model => ({
  provider,
  name,
  responseName: name,
  format: 'openai-chat',
  promptCache: 'automatic',
  thinks: false,
  ttftMs: 480,
  tokensPerSecond: 90,
  reported: null,
  ...rest,
});
const anthropic = { format: 'anthropic-messages', promptCache: 'explicit' } as const;
const google = { format: 'gemini-generate' } as const;

export const models = {
  gpt4o: model('openai', 'gpt-4o', { responseName: 'gpt-4o-2024-08-06', tokensPerSecond: 75 }),
  gpt41: model('openai', 'gpt-4.1', { responseName: 'gpt-4.1-2025-04-14' }),
  gpt41mini: model('openai', 'gpt-4.1-mini', { responseName: 'gpt-4.1-mini-2025-04-14', ttftMs: 380 }),
  gpt41nano: model('openai', 'gpt-4.1-nano', {
    responseName: 'gpt-4.1-nano-2025-04-14',
    ttftMs: 260,
    tokensPerSecond: 160,
  }),
  gpt5mini: model('openai', 'gpt-5-mini', { responseName: 'gpt-5-mini-2025-08-07', thinks: true, ttftMs: 900 }),
  gpt5: model('openai', 'gpt-5.1', {
    responseName: 'gpt-5.1-2025-11-13',
    format: 'openai-responses',
    thinks: true,
    ttftMs: 1_700,
  }),
  gpt5pro: model('openai', 'gpt-5-pro', {
    responseName: 'gpt-5-pro-2025-10-06',
    format: 'openai-responses',
    thinks: true,
    ttftMs: 9_000,
    tokensPerSecond: 35,
  }),
  embedding: model('openai', 'text-embedding-3-small', {
    format: 'openai-embeddings',
    promptCache: 'none',
    ttftMs: 130,
  }),
  haiku: model('anthropic', 'claude-haiku-4-5', {
    ...anthropic,
    responseName: 'claude-haiku-4-5-20251001',
    ttftMs: 520,
    tokensPerSecond: 130,
  }),
  sonnet: model('anthropic', 'claude-sonnet-4-5', {
    ...anthropic,
    responseName: 'claude-sonnet-4-5-20250929',
    ttftMs: 950,
    tokensPerSecond: 70,
  }),
  opus: model('anthropic', 'claude-opus-4-5', {
    ...anthropic,
    responseName: 'claude-opus-4-5-20251101',
    ttftMs: 1_600,
    tokensPerSecond: 48,
  }),
  flash: model('google', 'gemini-2.5-flash', { ...google, thinks: true, ttftMs: 420, tokensPerSecond: 190 }),
  flashLite: model('google', 'gemini-2.5-flash-lite', { ...google, ttftMs: 260, tokensPerSecond: 260 }),
  geminiPro: model('google', 'gemini-2.5-pro', { ...google, thinks: true, ttftMs: 2_100, tokensPerSecond: 110 }),
  kimi: model('openrouter', 'moonshotai/kimi-k2', {
    ttftMs: 800,
    tokensPerSecond: 60,
    reported: { input: 0.55, output: 2.2 },
  }),
  /** Trained by the demo's company itself: no catalogue has a price for it. */
  own: model('vllm', 'northstar/support-tuned-8b', { promptCache: 'none', ttftMs: 140, tokensPerSecond: 60 }),
} as const;
