import { fromDecimal, type NanoUsd, nanoUsd } from '../money.ts';
import { chatToolsOf } from './chat-tools.ts';
import type { ResponseFacts, Usage } from './facts.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { hidesReasoning, noFacts, type ResponseReader, rest, withinOf } from './reader.ts';

/**
 * OpenAI's chat completions and those who copy them. `prompt_tokens` includes cached and audio tokens,
 * `completion_tokens` includes reasoning and audio: https://platform.openai.com/docs/api-reference/chat/object
 */
export const chatReader: ResponseReader = { document: readDocument, events: readEvents };

function readDocument(value: unknown, closed: boolean): ResponseFacts {
  const choices = listAt(value, 'choices');
  const calls = choices.map((choice) => callsOf(at(choice, 'message')));
  return {
    ...factsOf(textAt(value, 'model'), usageOf(value), at(value, 'usage_breakdown')),
    serviceTier: textAt(value, 'service_tier'),
    toolCalls: choices.length === 0 ? null : calls.reduce((sum, n) => sum + n, 0),
    complete: closed && isObject(value),
  };
}

function callsOf(message: unknown): number {
  return listAt(message, 'tool_calls').length + (isObject(at(message, 'function_call')) ? 1 : 0);
}

/** Only these concern the money; the text of an answer cannot look like them, since its quotes are escaped. */
const telling =
  /"usage"\s*:\s*\{|"timings"\s*:\s*\{|"executed_tools"|"usage_breakdown"|"x_groq"|"tool_calls"\s*:\s*\[|"function_call"\s*:\s*\{|"finish_reason"\s*:\s*"/;

function readEvents(events: readonly string[]): ResponseFacts {
  let model = '';
  let serviceTier = '';
  let usage: JsonObject | null = null;
  let breakdown: unknown;
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
    breakdown = at(chunk, 'usage_breakdown') ?? at(chunk, 'x_groq', 'usage_breakdown') ?? breakdown;
    for (const choice of listAt(chunk, 'choices')) {
      if (textAt(choice, 'finish_reason') !== '') ended = true;
      noteCalls(choice, calls);
    }
  }
  return { ...factsOf(model, usage, breakdown), serviceTier, toolCalls: calls.size, complete: ended };
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

/** Groq puts a stream's usage into `x_groq`, Moonshot into the last choice; llama.cpp may have only its timings. */
function usageOf(value: unknown): JsonObject | null {
  const choices = listAt(value, 'choices').map((choice) => at(choice, 'usage'));
  const found = [at(value, 'usage'), at(value, 'x_groq', 'usage'), ...choices].find(isObject);
  return found ?? usageOfTimings(at(value, 'timings'));
}

/** https://github.com/ggml-org/llama.cpp/tree/master/tools/server: `prompt_n` leaves out what was in the cache. */
function usageOfTimings(timings: unknown): JsonObject | null {
  const fresh = countAt(timings, 'prompt_n');
  const made = countAt(timings, 'predicted_n');
  if (fresh === null || made === null) return null;
  const cached = countAt(timings, 'cache_n') ?? 0;
  return {
    prompt_tokens: fresh + cached,
    completion_tokens: made,
    prompt_tokens_details: { cached_tokens: cached },
  };
}

function factsOf(model: string, raw: JsonObject | null, breakdown: unknown): ResponseFacts {
  const others = raw === null ? [] : readBreakdown(breakdown);
  const answered = others.at(-1);
  if (answered !== undefined)
    return { ...factsOf(answered.model, raw, null), ...answered, others: others.slice(0, -1) };
  const usage = raw === null ? null : readChatUsage(raw);
  return {
    ...noFacts,
    model,
    usage,
    usageRaw: raw === null ? '' : JSON.stringify(raw),
    reportedCost: raw === null ? null : readReportedCost(raw),
    serverTools: raw === null ? null : chatToolsOf(model, raw),
    hiddenReasoning: usage?.output == null && hidesReasoning(model),
    others,
  };
}

/** Groq's compound systems bill the models that they call, the one that answers last: https://console.groq.com/docs/compound */
function readBreakdown(breakdown: unknown): ResponseFacts['others'] {
  return listAt(breakdown, 'models').flatMap((part) => {
    const raw = at(part, 'usage');
    const usage = isObject(raw) ? readChatUsage(raw) : null;
    return usage === null ? [] : [{ model: textAt(part, 'model'), usage }];
  });
}

export function readChatUsage(raw: JsonObject): Usage | null {
  const total = countAt(raw, 'total_tokens');
  const prompt = countAt(raw, 'prompt_tokens') ?? rest(total, countAt(raw, 'completion_tokens'));
  const completion = countAt(raw, 'completion_tokens') ?? rest(total, prompt);
  if (prompt === null && completion === null) return null;
  const sent = at(raw, 'prompt_tokens_details');
  const made = at(raw, 'completion_tokens_details');
  const cacheRead =
    countAt(sent, 'cached_tokens') ??
    countAt(raw, 'prompt_cache_hit_tokens') ??
    countAt(raw, 'num_cached_tokens') ??
    countAt(raw, 'cached_tokens');
  const cacheWrite = countAt(sent, 'cache_write_tokens') ?? 0;
  const cacheReadAudio = countAt(sent, 'cached_tokens_details', 'audio_tokens') ?? 0;
  const audioInput = rest(countAt(sent, 'audio_tokens'), cacheReadAudio);
  const inputImage = countAt(sent, 'image_tokens') ?? 0;
  const audioOutput = countAt(made, 'audio_tokens');
  const image = countAt(made, 'image_tokens') ?? 0;
  const told = countAt(made, 'reasoning_tokens') ?? countAt(raw, 'reasoning_tokens');
  // xAI and Gemini's compatible endpoint count reasoning beside completion_tokens, not in it; their total gives it away.
  // Perplexity's deep research does, and leaves it out of the total as well.
  const research = countAt(raw, 'citation_tokens') === null ? 0 : (countAt(raw, 'reasoning_tokens') ?? 0);
  const beside = research + (rest(total, prompt, completion) ?? 0);
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
    ...withinOf({ inputImage, cacheReadAudio, cacheReadImage: 0 }),
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
