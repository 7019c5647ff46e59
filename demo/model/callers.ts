import { createRandom, type Random } from './random.ts';

/** Programs and credentials behind the calls. */
const sdks: Readonly<Record<string, { readonly js: string; readonly python: string }>> = {
  openai: { js: 'OpenAI/JS 6.9.1', python: 'OpenAI/Python 2.8.0' },
  anthropic: { js: 'Anthropic/JS 0.70.1', python: 'Anthropic/Python 0.74.0' },
  google: { js: 'google-genai-sdk/1.30.0 gl-node/v22.21.1', python: 'google-genai-sdk/1.51.0 gl-python/3.13.9' },
  openrouter: { js: 'OpenAI/JS 6.9.1', python: 'OpenAI/Python 2.8.0' },
  vllm: { js: 'OpenAI/JS 6.9.1', python: 'OpenAI/Python 2.8.0' },
};
/** Each of the product's services is written in one language. */
const inPython = new Set(['invoice-extraction', 'meeting-summary', 'research-agent', 'doc-search']);
const strangers = [
  'python-requests/2.32.5',
  'langchain-openai/1.0.3',
  'n8n/1.119.2',
  'curl/8.14.1',
  'claude-cli/2.0.47 (external, cli)',
] as const;

export const agentOf = (provider: string, feature: string): string =>
  sdks[provider]?.[inPython.has(feature) ? 'python' : 'js'] ?? 'undici';

export const strangeAgent = (random: Random): string => random.pick(strangers);

/** A fingerprint that stays the same for one holder at one provider. */
export function createKeys(seed: string): (provider: string, holder: string) => string {
  const known = new Map<string, string>();
  return function keyOf(provider, holder) {
    const name = `${provider} ${holder}`;
    const key = known.get(name) ?? createRandom(seed, 'key', name).hex(12);
    known.set(name, key);
    return key;
  };
}
