import type { TornLevel } from './cut-json.ts';
import type { ResponseFacts, Usage } from './facts.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { hidesReasoning, noFacts, type ResponseReader, rest, withinOf } from './reader.ts';
import { countsOf } from './server-tools.ts';

/**
 * generateContent, and streamGenerateContent as server-sent events or as one JSON array.
 * https://ai.google.dev/api/generate-content#UsageMetadata: the total is the sum of prompt (which contains the cached
 * content), candidates, tool use and thoughts; a count of zero is left out.
 */
export const geminiReader: ResponseReader = {
  document(value, closed) {
    if (Array.isArray(value)) return readChunks(value, closed);
    // A single document needs no mark of its end.
    const facts = readChunks([value], closed);
    return { ...facts, complete: closed && (facts.complete || facts.usage !== null) };
  },
  events(events, torn) {
    const chunks = events.map(parseJson);
    if (torn !== null) chunks.splice(torn.position, 0, chunkOf(torn.levels));
    return readChunks(chunks, true);
  },
};

/** What is left of a chunk: its own last members, and of the candidate that was cut the reason why it ended. */
function chunkOf(levels: readonly TornLevel[]): JsonObject {
  const [chunk, ...inner] = levels;
  const candidates = inner.map(({ members }) => members).filter((members) => 'finishReason' in members);
  return { candidates, ...chunk?.members };
}

function readChunks(chunks: readonly unknown[], closed: boolean): ResponseFacts {
  let model = '';
  let raw: JsonObject | null = null;
  let ended = false;
  let toolCalls = 0;
  const grounding: unknown[] = [];
  for (const chunk of chunks) {
    model = textAt(chunk, 'modelVersion') || model;
    const usage = at(chunk, 'usageMetadata');
    // Cumulative: the last one counts.
    if (isObject(usage) && readGeminiUsage(usage) !== null) raw = usage;
    if (textAt(chunk, 'promptFeedback', 'blockReason') !== '') ended = true;
    for (const candidate of listAt(chunk, 'candidates')) {
      if (textAt(candidate, 'finishReason') !== '') ended = true;
      toolCalls += listAt(candidate, 'content', 'parts').filter((part) => isObject(at(part, 'functionCall'))).length;
      grounding.push(at(candidate, 'groundingMetadata'));
    }
  }
  const usage = raw === null ? null : readGeminiUsage(raw);
  return {
    ...noFacts,
    model,
    usage,
    usageRaw: raw === null ? '' : JSON.stringify(raw),
    serviceTier: tierOf(raw),
    toolCalls: chunks.some(isObject) ? toolCalls : null,
    serverTools: chunks.some(isObject) ? groundingOf(model, grounding) : null,
    complete: closed && ended,
    hiddenReasoning: usage === null && hidesReasoning(model),
  };
}

/**
 * Grounding is billed by the query since Gemini 3, by the grounded prompt before; with Maps always by the prompt. A
 * stream may say the same queries again: https://ai.google.dev/gemini-api/docs/pricing, …/docs/google-search
 */
function groundingOf(model: string, grounding: readonly unknown[]) {
  const queries = new Set(
    grounding.flatMap((one) => [...listAt(one, 'webSearchQueries'), ...listAt(one, 'imageSearchQueries')]),
  );
  const chunks = grounding.flatMap((one) => listAt(one, 'groundingChunks'));
  const searched = queries.size > 0;
  return countsOf([
    isSinceThree(model) ? ['google_search', queries.size] : ['grounded_prompt', searched ? 1 : 0],
    ['google_maps', chunks.some((chunk) => isObject(at(chunk, 'maps'))) ? 1 : 0],
  ]);
}

const isSinceThree = (model: string) => /gemini-([3-9]|\d\d)/.test(model);

/** Vertex: `ON_DEMAND`, `ON_DEMAND_FLEX`, `ON_DEMAND_PRIORITY`, `PROVISIONED_THROUGHPUT`, …; AI Studio: `serviceTier`. */
function tierOf(raw: JsonObject | null): string {
  const traffic = textAt(raw, 'trafficType').toLowerCase();
  return traffic.replace(/^on_demand_?|^traffic_type_unspecified$/, '') || textAt(raw, 'serviceTier').toLowerCase();
}

export function readGeminiUsage(raw: JsonObject): Usage | null {
  const total = countAt(raw, 'totalTokenCount');
  const prompt = countAt(raw, 'promptTokenCount') ?? (total === null ? null : 0);
  if (prompt === null) return null;
  const tool = countAt(raw, 'toolUsePromptTokenCount') ?? 0;
  const thoughts = countAt(raw, 'thoughtsTokenCount') ?? 0;
  const cacheRead = countAt(raw, 'cachedContentTokenCount') ?? 0;
  const made = countAt(raw, 'candidatesTokenCount') ?? rest(total, prompt, tool, thoughts) ?? 0;
  const audioSent = sumOf(raw, 'AUDIO', 'promptTokensDetails', 'toolUsePromptTokensDetails');
  const cacheReadAudio = sumOf(raw, 'AUDIO', 'cacheTokensDetails') ?? 0;
  const audioInput = rest(audioSent, cacheReadAudio);
  const audioOutput = sumOf(raw, 'AUDIO', 'candidatesTokensDetails');
  const image = sumOf(raw, 'IMAGE', 'candidatesTokensDetails');
  return {
    input: rest(prompt + tool, cacheRead, audioInput),
    cacheRead,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: rest(made, audioOutput, image),
    reasoning: thoughts,
    audioInput,
    audioOutput,
    image,
    ...withinOf({ inputImage: 0, cacheReadAudio, cacheReadImage: 0 }),
  };
}

/** Null where the answer has no details by modality at all. */
function sumOf(raw: JsonObject, modality: string, ...lists: readonly string[]): number | null {
  if (!Object.keys(raw).some((key) => key.endsWith('TokensDetails'))) return null;
  const details = lists.flatMap((list) => listAt(raw, list));
  const counts = details.filter((d) => textAt(d, 'modality') === modality).map((d) => countAt(d, 'tokenCount') ?? 0);
  return counts.reduce((sum, n) => sum + n, 0);
}
