import type { ResponseFacts, Usage } from './facts.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { readReportedCost } from './openai-chat.ts';
import { noFacts, type ResponseReader, rest } from './reader.ts';

/**
 * `input_tokens` excludes what was read from or written to the cache, `output_tokens` includes thinking:
 * https://docs.anthropic.com/en/api/messages and …/messages-streaming
 */
export const messagesReader: ResponseReader = { document: readDocument, events: readEvents };

function readDocument(value: unknown, closed: boolean): ResponseFacts {
  const raw = at(value, 'usage');
  const blocks = listAt(value, 'content').map((block) => textAt(block, 'type'));
  return factsOf({
    model: textAt(value, 'model'),
    raw: isObject(raw) ? raw : null,
    toolCalls: Array.isArray(at(value, 'content')) ? blocks.filter(isToolCall).length : null,
    thought: blocks.some(isThinking),
    complete: closed && isObject(value),
  });
}

const telling = /"type"\s*:\s*"(message_start|message_delta|message_stop|content_block_start)"/;
const isToolCall = (type: string) => type === 'tool_use';
const isThinking = (type: string) => type === 'thinking' || type === 'redacted_thinking';

function readEvents(events: readonly string[]): ResponseFacts {
  let model = '';
  let raw: JsonObject | null = null;
  let counted = false;
  let complete = false;
  const blocks: string[] = [];
  for (const data of events) {
    if (!telling.test(data)) continue;
    const event = parseJson(data);
    switch (textAt(event, 'type')) {
      case 'message_start':
        model = textAt(event, 'message', 'model') || model;
        raw = merge(raw, at(event, 'message', 'usage'));
        break;
      case 'message_delta':
        // Cumulative, and only partly repeated: what it leaves out still holds from the start.
        raw = merge(raw, at(event, 'usage'));
        counted = counted || countAt(event, 'usage', 'output_tokens') !== null;
        complete = complete || textAt(event, 'delta', 'stop_reason') !== '';
        break;
      case 'message_stop':
        complete = true;
        break;
      case 'content_block_start':
        blocks.push(textAt(event, 'content_block', 'type'));
        break;
    }
  }
  return factsOf({
    model,
    // At the start `output_tokens` is a placeholder: a stream that ends before its first delta never said the count.
    raw: raw === null || counted ? raw : { ...raw, output_tokens: null },
    toolCalls: raw === null && blocks.length === 0 ? null : blocks.filter(isToolCall).length,
    thought: blocks.some(isThinking),
    complete,
  });
}

function merge(known: JsonObject | null, news: unknown): JsonObject | null {
  if (!isObject(news)) return known;
  return { ...known, ...Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null)) };
}

interface Found {
  readonly model: string;
  readonly raw: JsonObject | null;
  readonly toolCalls: number | null;
  readonly thought: boolean;
  readonly complete: boolean;
}

function factsOf({ model, raw, toolCalls, thought, complete }: Found): ResponseFacts {
  const usage = raw === null ? null : readMessagesUsage(raw);
  return {
    ...noFacts,
    model,
    usage,
    usageRaw: raw === null ? '' : JSON.stringify(raw),
    reportedCost: raw === null ? null : readReportedCost(raw),
    serviceTier: tierOf(raw),
    toolCalls,
    serverTools: raw === null ? null : serverToolsOf(raw),
    complete,
    hiddenReasoning: thought && usage?.output == null,
  };
}

/** Fast mode and a fixed region are priced apart, like a tier. */
function tierOf(raw: JsonObject | null): string {
  const region = textAt(raw, 'inference_geo');
  const parts = [
    textAt(raw, 'service_tier'),
    textAt(raw, 'speed') === 'fast' ? 'fast' : '',
    region === 'us' ? 'us' : '',
  ];
  return parts.filter((part) => part !== '').join('+');
}

/** What other models did inside the call, at prices of their own, counts as the work of a tool. */
const otherModels: ReadonlyMap<string, string> = new Map([
  ['advisor_message', 'advisor'],
  ['fallback_message', 'fallback'],
]);

function serverToolsOf(raw: JsonObject): Record<string, number> {
  const searches = countAt(raw, 'server_tool_use', 'web_search_requests') ?? 0;
  const counts: Record<string, number> = searches > 0 ? { web_search: searches } : {};
  for (const iteration of listAt(raw, 'iterations')) {
    const tool = otherModels.get(textAt(iteration, 'type'));
    if (tool !== undefined) counts[tool] = (counts[tool] ?? 0) + 1;
  }
  return counts;
}

/** The top of the usage leaves out what compacting the context cost: each such iteration adds its own. */
export function readMessagesUsage(raw: JsonObject): Usage | null {
  const compactions = listAt(raw, 'iterations').filter((iteration) => textAt(iteration, 'type') === 'compaction');
  return compactions.filter(isObject).map(readCounts).reduce(add, readCounts(raw));
}

function add(sum: Usage | null, more: Usage | null): Usage | null {
  if (sum === null || more === null) return sum;
  const plus = (a: number | null, b: number | null) => (a === null ? null : a + (b ?? 0));
  return {
    ...sum,
    input: plus(sum.input, more.input),
    cacheRead: plus(sum.cacheRead, more.cacheRead),
    cacheWrite5m: plus(sum.cacheWrite5m, more.cacheWrite5m),
    cacheWrite1h: plus(sum.cacheWrite1h, more.cacheWrite1h),
    output: plus(sum.output, more.output),
  };
}

function readCounts(raw: JsonObject): Usage | null {
  const input = countAt(raw, 'input_tokens');
  const made = countAt(raw, 'output_tokens');
  if (input === null && made === null) return null;
  const written = countAt(raw, 'cache_creation_input_tokens');
  const long = countAt(raw, 'cache_creation', 'ephemeral_1h_input_tokens');
  const short = countAt(raw, 'cache_creation', 'ephemeral_5m_input_tokens');
  const told = written !== null || long !== null || short !== null;
  const reasoning = countAt(raw, 'output_tokens_details', 'thinking_tokens');
  return {
    input,
    cacheRead: countAt(raw, 'cache_read_input_tokens'),
    // What the split does not name was written for five minutes, the default.
    cacheWrite5m: told ? Math.max(short ?? 0, rest(written, long) ?? 0) : null,
    cacheWrite1h: told ? (long ?? 0) : null,
    output: rest(made, reasoning),
    reasoning,
    audioInput: 0,
    audioOutput: 0,
    image: 0,
  };
}
