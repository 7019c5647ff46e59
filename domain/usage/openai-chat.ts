import { fromDecimal, type NanoUsd, nanoUsd } from '../money.ts';
import type { ResponseFacts, Usage } from './facts.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { hidesReasoning, noFacts, type ResponseReader, rest } from './reader.ts';

/**
 * OpenAI's chat completions and those who copy them. `prompt_tokens` includes cached and audio tokens,
 * `completion_tokens` includes reasoning and audio: https://platform.openai.com/docs/api-reference/chat/object
 */
export const chatReader: ResponseReader = { document: readDocument, events: readEvents };

function readDocument(value: unknown, closed: boolean): ResponseFacts {
  const choices = listAt(value, 'choices');
  const calls = choices.map((choice) => callsOf(at(choice, 'message')));
  return {
    ...factsOf(textAt(value, 'model'), usageOf(value)),
    serviceTier: textAt(value, 'service_tier'),
    toolCalls: choices.length === 0 ? null : calls.reduce((sum, n) => sum + n, 0),
    complete: closed && isObject(value),
  };
}

function callsOf(message: unknown): number {
  return listAt(message, 'tool_calls').length + (isObject(at(message, 'function_call')) ? 1 : 0);
}

/** Only these concern the money; the text of an answer cannot look like them, since its quotes are escaped. */
const telling = /"usage"\s*:\s*\{|"x_groq"|"tool_calls"\s*:\s*\[|"function_call"\s*:\s*\{|"finish_reason"\s*:\s*"/;

function readEvents(events: readonly string[]): ResponseFacts {
  let model = '';
  let serviceTier = '';
  let usage: JsonObject | null = null;
  let ended = false;
  const calls = new Set<string>();
  for (const data of events) {
    if (data === '[DONE]') {
      ended = true;
      continue;
    }
    if (model !== '' && !telling.test(data)) continue;
    const chunk = parseJson(data);
    model = textAt(chunk, 'model') || model;
    serviceTier = textAt(chunk, 'service_tier') || serviceTier;
    usage = usageOf(chunk) ?? usage;
    for (const choice of listAt(chunk, 'choices')) {
      if (textAt(choice, 'finish_reason') !== '') ended = true;
      noteCalls(choice, calls);
    }
  }
  return { ...factsOf(model, usage), serviceTier, toolCalls: calls.size, complete: ended };
}

/** A call comes in many pieces that share an index, and n > 1 choices count theirs from 0 each. */
function noteCalls(choice: unknown, calls: Set<string>): void {
  const delta = at(choice, 'delta') ?? at(choice, 'message');
  const of = String(countAt(choice, 'index') ?? 0);
  for (const [position, call] of listAt(delta, 'tool_calls').entries()) {
    calls.add(`${of}/${countAt(call, 'index') ?? (textAt(call, 'id') || position)}`);
  }
  if (isObject(at(delta, 'function_call'))) calls.add(`${of}/function`);
}

/** Groq puts a stream's usage into `x_groq`. */
function usageOf(value: unknown): JsonObject | null {
  const usage = at(value, 'usage') ?? at(value, 'x_groq', 'usage');
  return isObject(usage) ? usage : null;
}

function factsOf(model: string, raw: JsonObject | null): ResponseFacts {
  const usage = raw === null ? null : readChatUsage(raw);
  return {
    ...noFacts,
    model,
    usage,
    usageRaw: raw === null ? '' : JSON.stringify(raw),
    reportedCost: raw === null ? null : readReportedCost(raw),
    serverTools: raw === null ? null : serverToolsOf(raw),
    hiddenReasoning: usage?.output == null && hidesReasoning(model),
  };
}

/** xAI and Perplexity count their searches in usage; elsewhere this API has no tools of its own. */
function serverToolsOf(usage: JsonObject): Record<string, number> {
  const searches = countAt(usage, 'num_search_queries') ?? countAt(usage, 'num_sources_used') ?? 0;
  return searches > 0 ? { web_search: searches } : {};
}

export function readChatUsage(raw: JsonObject): Usage | null {
  const total = countAt(raw, 'total_tokens');
  const prompt = countAt(raw, 'prompt_tokens') ?? rest(total, countAt(raw, 'completion_tokens'));
  const completion = countAt(raw, 'completion_tokens') ?? rest(total, prompt);
  if (prompt === null && completion === null) return null;
  const sent = at(raw, 'prompt_tokens_details');
  const made = at(raw, 'completion_tokens_details');
  const cacheRead =
    countAt(sent, 'cached_tokens') ?? countAt(raw, 'prompt_cache_hit_tokens') ?? countAt(raw, 'cached_tokens');
  const cacheWrite = countAt(sent, 'cache_write_tokens') ?? 0;
  const audioInput = countAt(sent, 'audio_tokens');
  const audioOutput = countAt(made, 'audio_tokens');
  const image = countAt(made, 'image_tokens') ?? 0;
  const told = countAt(made, 'reasoning_tokens') ?? countAt(raw, 'reasoning_tokens');
  // xAI and Gemini's compatible endpoint count reasoning beside completion_tokens, not in it; their total gives it away.
  const beside = rest(total, prompt, completion) ?? 0;
  const reasoning = beside > 0 ? Math.max(beside, told ?? 0) : told;
  return {
    input: rest(prompt, cacheRead, cacheWrite, audioInput),
    cacheRead,
    cacheWrite5m: cacheWrite,
    cacheWrite1h: 0,
    output: rest(completion, beside > 0 ? 0 : reasoning, audioOutput, image),
    reasoning,
    audioInput,
    audioOutput,
    image,
  };
}

/**
 * OpenRouter: `cost` in dollars, and with one's own key also what the upstream charged
 * (https://openrouter.ai/docs/use-cases/usage-accounting). Perplexity: `cost.total_cost`. xAI: ticks of 10^-10 dollars
 * (https://docs.x.ai/developers/cost-tracking).
 */
export function readReportedCost(usage: JsonObject): NanoUsd | null {
  const ticks = at(usage, 'cost_in_usd_ticks');
  if (typeof ticks === 'number' && Number.isSafeInteger(ticks) && ticks >= 0) return fromTicks(BigInt(ticks));
  const own = dollarsAt(usage, 'cost') ?? dollarsAt(usage, 'cost', 'total_cost');
  if (own === null || at(usage, 'is_byok') !== true) return own;
  return nanoUsd(own + (dollarsAt(usage, 'cost_details', 'upstream_inference_cost') ?? 0n));
}

function fromTicks(ticks: bigint): NanoUsd {
  return fromDecimal(`${ticks / 10_000_000_000n}.${(ticks % 10_000_000_000n).toString().padStart(10, '0')}`);
}

/** A million dollars for one call is a mistake or an attack, not a bill. */
const MAX_DOLLARS = 1_000_000;

function dollarsAt(value: unknown, ...path: readonly string[]): NanoUsd | null {
  const found = at(value, ...path);
  if (typeof found !== 'number' || !Number.isFinite(found) || found < 0 || found > MAX_DOLLARS) return null;
  return fromDecimal(found.toFixed(12));
}
