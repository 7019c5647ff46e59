import { type ProviderTimeouts, providerTimeouts } from './time-limits.ts';

/** How a provider's API speaks, which decides the shape of our own errors and where usage stands. */
export type ApiStyle = 'openai' | 'anthropic' | 'google' | 'bedrock' | 'cohere' | 'ollama';

export interface Provider {
  /** First segment of the path on our side, and the value of the `provider` column. */
  readonly name: string;
  readonly title: string;
  /**
   * Where the provider listens. A `{word}` stands for the next path segment on our side
   * (`/bedrock/us-east-1/model/…`), which must then look like one host label.
   */
  readonly baseUrl: string;
  readonly style: ApiStyle;
  /** First labels of Helicone's cloud host names for it. */
  readonly hostLabels: readonly string[];
  readonly timeouts: ProviderTimeouts;
  /** Where its API in OpenAI's manner begins, which is `/v1` of the unified base URL. */
  readonly apiPath: string;
  /** True where streams of OpenAI's format are asked for their usage, whoever sends them. */
  readonly streamUsage: boolean;
  /** The variable with the key that is used where the proxy, not the app, chose this provider; '' = none. */
  readonly keyFrom: string;
  /** Values of the placeholder that are served from an address outside the pattern. */
  readonly exceptions?: Readonly<Record<string, string>>;
}

const provider = (
  name: string,
  title: string,
  baseUrl: string,
  style: ApiStyle = 'openai',
  hostLabels: readonly string[] = [name],
  apiPath = '/v1',
): Provider => ({
  name,
  title,
  baseUrl,
  style,
  hostLabels,
  apiPath,
  timeouts: providerTimeouts,
  streamUsage: false,
  keyFrom: '',
});

export const builtInProviders: readonly Provider[] = [
  provider('openai', 'OpenAI', 'https://api.openai.com', 'openai', ['oai', 'openai']),
  provider('anthropic', 'Anthropic', 'https://api.anthropic.com', 'anthropic'),
  provider('google', 'Google AI Studio', 'https://generativelanguage.googleapis.com', 'google', ['google', 'gemini']),
  {
    ...provider('vertex', 'Vertex AI', 'https://{location}-aiplatform.googleapis.com', 'google'),
    exceptions: {
      global: 'https://aiplatform.googleapis.com',
      us: 'https://aiplatform.us.rep.googleapis.com',
      eu: 'https://aiplatform.eu.rep.googleapis.com',
    },
  },
  provider('azure', 'Azure OpenAI', 'https://{resource}.openai.azure.com'),
  provider('bedrock', 'Amazon Bedrock', 'https://bedrock-runtime.{region}.amazonaws.com', 'bedrock'),
  provider('deepseek', 'DeepSeek', 'https://api.deepseek.com'),
  provider('mistral', 'Mistral', 'https://api.mistral.ai'),
  provider('groq', 'Groq', 'https://api.groq.com', 'openai', ['groq'], '/openai/v1'),
  provider('xai', 'xAI', 'https://api.x.ai', 'openai', ['xai', 'x']),
  provider('together', 'Together', 'https://api.together.xyz', 'openai', ['together', 'togetherai']),
  provider('fireworks', 'Fireworks', 'https://api.fireworks.ai', 'openai', ['fireworks'], '/inference/v1'),
  provider('openrouter', 'OpenRouter', 'https://openrouter.ai', 'openai', ['openrouter'], '/api/v1'),
  provider('moonshot', 'Moonshot', 'https://api.moonshot.ai'),
  provider('cohere', 'Cohere', 'https://api.cohere.com', 'cohere'),
  provider('perplexity', 'Perplexity', 'https://api.perplexity.ai', 'openai', ['perplexity'], ''),
  provider('cerebras', 'Cerebras', 'https://api.cerebras.ai'),
  provider('zai', 'Z.ai', 'https://api.z.ai', 'openai', ['zai'], '/api/paas/v4'),
  provider('minimax', 'MiniMax', 'https://api.minimax.io'),
  provider('voyage', 'Voyage AI', 'https://api.voyageai.com'),
  provider('ollama', 'Ollama', 'http://127.0.0.1:11434', 'ollama'),
  provider('vllm', 'vLLM', 'http://127.0.0.1:8000'),
];
