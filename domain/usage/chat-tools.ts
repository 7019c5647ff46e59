import { at, countAt, type JsonObject, textAt } from './json.ts';
import { countsOf } from './server-tools.ts';

/** What chat completions bill beside tokens. Only some compatible providers have tools of their own in this API. */
export function chatToolsOf(model: string, usage: JsonObject) {
  return countsOf([...alwaysSearches(model), ...perplexityFees(usage), ...xaiTools(usage), ...audioOf(usage)]);
}

/** OpenAI's search models search in every call and do not say so: https://platform.openai.com/docs/pricing */
function alwaysSearches(model: string) {
  if (/^gpt-.*-search-preview/.test(model)) return [['web_search_preview', 1]] as const;
  return /^gpt-.*-search-api/.test(model) ? ([['web_search', 1]] as const) : [];
}

/** https://docs.perplexity.ai/getting-started/pricing: a fee by the size of what was searched, or by the query. */
function perplexityFees(usage: JsonObject) {
  const size = textAt(usage, 'search_context_size');
  const request = size === 'low' || size === 'medium' || size === 'high' ? ([[`request_${size}`, 1]] as const) : [];
  return [
    ...request,
    ['web_search', countAt(usage, 'num_search_queries')] as const,
    ['citation_token', countAt(usage, 'citation_tokens')] as const,
  ];
}

/** https://docs.x.ai/docs/guides/tools/overview; live search, which came before, billed the sources that it used. */
export function xaiTools(usage: JsonObject) {
  const details = at(usage, 'server_side_tool_usage_details');
  return [
    ['live_search_source', countAt(usage, 'num_sources_used')],
    ['web_search', countAt(details, 'web_search_calls')],
    ['x_search', countAt(details, 'x_search_calls')],
    ['file_search', countAt(details, 'file_search_calls')],
    ['code_interpreter', countAt(details, 'code_interpreter_calls')],
  ] as const;
}

/** Mistral's models that listen: https://docs.mistral.ai/capabilities/audio */
function audioOf(usage: JsonObject) {
  return [['audio_second', countAt(usage, 'prompt_audio_seconds')]] as const;
}
