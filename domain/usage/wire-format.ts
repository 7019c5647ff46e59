import type { WireFormat } from './facts.ts';

interface Rule {
  readonly path: RegExp;
  readonly format: WireFormat;
  /** Names of the providers that it holds for; null = all, since compatible servers copy the paths too. */
  readonly providers: readonly string[] | null;
}

/** First match wins. Paths are tried without their query and without a slash at the end. */
const rules: readonly Rule[] = [
  { path: /:(stream)?generateContent$/i, format: 'gemini-generate', providers: ['google', 'vertex'] },
  {
    path: /\/publishers\/anthropic\/models\/[^/]+:(stream)?rawPredict$/i,
    format: 'anthropic-messages',
    providers: ['vertex'],
  },
  { path: /\/v1\/messages$/, format: 'anthropic-messages', providers: null },
  { path: /\/chat\/completions$/, format: 'openai-chat', providers: null },
  { path: /\/responses$/, format: 'openai-responses', providers: null },
  { path: /\/embeddings$/, format: 'openai-embeddings', providers: null },
];

/** How the bodies of a call are written. `path` is the provider's own, with or without a query. */
export function wireFormatOf(provider: string, path: string): WireFormat {
  const plain = path.replace(/[?#].*$/s, '').replace(/\/+$/, '');
  const rule = rules.find(
    ({ path: pattern, providers }) => pattern.test(plain) && (providers === null || providers.includes(provider)),
  );
  return rule?.format ?? 'unknown';
}
