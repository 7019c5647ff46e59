/**
 * Everything that is billed by the piece: the closed list of names in ResponseFacts.serverTools. Each is counted from
 * the response alone, once; what it costs is known to domain/prices.
 */
export const serverTools = {
  web_search: 'searches of the web',
  web_search_preview: 'searches of the web by the preview tool, priced by the kind of model',
  file_search: 'searches of stored files',
  code_interpreter: 'containers that code ran in',
  /** Anthropic's, by the hour of a container beyond a free allowance of the organisation. */
  code_execution: 'containers that code ran in',
  /** OpenAI's images by a tool, where the answer does not tell their tokens. */
  image_generation: 'images drawn by a tool',
  /** xAI's. */
  x_search: 'searches of X',
  live_search_source: 'sources used by live search',
  /** Google, up to Gemini 2.5: by the prompt, however many queries it led to. */
  grounded_prompt: 'prompts grounded with Google Search',
  /** Google, since Gemini 3: by the query. */
  google_search: 'queries of Google Search',
  google_maps: 'prompts grounded with Google Maps',
  /** Cohere: one query with up to 100 documents. */
  search_unit: 'search units of reranking',
  /** Perplexity: one call that searches. Its price hangs on the size of the search context. */
  request_low: 'requests, low search context',
  request_medium: 'requests, medium search context',
  request_high: 'requests, high search context',
  citation_token: 'tokens of citations',
  /** Speech to text by duration. */
  audio_second: 'seconds of audio',
} as const;
export type ServerTool = keyof typeof serverTools;

/** Only what happened at all; what is named twice adds up. */
export function countsOf(
  found: readonly (readonly [ServerTool, number | null])[],
): Partial<Record<ServerTool, number>> {
  const counts: Partial<Record<ServerTool, number>> = {};
  for (const [tool, count] of found) {
    if (count !== null && count > 0) counts[tool] = (counts[tool] ?? 0) + count;
  }
  return counts;
}
