import type { WireFormat } from './facts.ts';

interface Rule {
  readonly path: RegExp;
  readonly format: WireFormat;
  /** Names of the providers that it holds for; null = all, since compatible servers copy the paths too. */
  readonly providers: readonly string[] | null;
}

/** First match wins. Paths are tried without their query and without a slash at the end. */
const rules: readonly Rule[] = [
  // Counting tokens, moderations.
  { path: /\/(messages\/count_tokens|responses\/input_tokens|moderations)$/, format: 'free', providers: null },
  // What opens a realtime session; the session itself runs elsewhere.
  { path: /\/realtime\/(sessions|transcription_sessions|client_secrets)$/, format: 'free', providers: null },
  { path: /:(countTokens|computeTokens)$/i, format: 'free', providers: ['google', 'vertex'] },
  { path: /\/models\/count-tokens:rawPredict$/i, format: 'free', providers: ['vertex'] },
  { path: /\/model\/[^/]+\/count-tokens$/, format: 'free', providers: ['bedrock'] },

  { path: /:(stream)?generateContent$/i, format: 'gemini-generate', providers: ['google', 'vertex'] },
  { path: /:(batchEmbedContents|embedContent)$/i, format: 'gemini-embeddings', providers: ['google', 'vertex'] },
  {
    path: /\/publishers\/google\/models\/[^/]*embedding[^/]*:predict$/i,
    format: 'gemini-embeddings',
    providers: ['vertex'],
  },
  {
    path: /\/publishers\/anthropic\/models\/[^/]+:(stream)?rawPredict$/i,
    format: 'anthropic-messages',
    providers: ['vertex'],
  },
  {
    path: /\/publishers\/(mistralai|ai21|meta)\/models\/[^/]+:(stream)?rawPredict$/i,
    format: 'openai-chat',
    providers: ['vertex'],
  },
  { path: /\/model\/[^/]+\/converse(-stream)?$/, format: 'bedrock-converse', providers: ['bedrock'] },
  { path: /\/model\/[^/]+\/invoke(-with-response-stream)?$/, format: 'bedrock-invoke', providers: ['bedrock'] },
  { path: /\/v[12]\/chat$/, format: 'cohere-chat', providers: ['cohere'] },
  { path: /\/v[12]\/embed$/, format: 'cohere-embed', providers: ['cohere'] },
  { path: /^\/api\/(chat|generate|embed|embeddings)$/, format: 'ollama', providers: ['ollama'] },

  { path: /\/v1\/messages$/, format: 'anthropic-messages', providers: null },
  { path: /\/((chat|fim)\/completions|chatcompletion_v2)$/, format: 'openai-chat', providers: null },
  { path: /\/completions$/, format: 'openai-completions', providers: null },
  { path: /^\/completion$/, format: 'llama-completion', providers: null },
  { path: /\/realtime$/, format: 'openai-realtime', providers: null },
  { path: /\/responses$/, format: 'openai-responses', providers: null },
  { path: /\/(multimodal|contextualized)?embeddings$/, format: 'openai-embeddings', providers: null },
  { path: /\/audio\/(transcriptions|translations)$/, format: 'openai-transcriptions', providers: null },
  { path: /\/images\/(generations|edits)$/, format: 'openai-images', providers: null },
  { path: /\/rerank$/, format: 'rerank', providers: null },
];

/** How the bodies of a call are written. `path` is the provider's own, with or without a query. */
export function wireFormatOf(provider: string, path: string): WireFormat {
  const plain = path.replace(/[?#].*$/s, '').replace(/\/+$/, '');
  const rule = rules.find(
    ({ path: pattern, providers }) => pattern.test(plain) && (providers === null || providers.includes(provider)),
  );
  return rule?.format ?? 'unknown';
}
