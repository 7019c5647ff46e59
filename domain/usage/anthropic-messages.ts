import type { ResponseFacts, Usage } from './facts.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { readReportedCost } from './openai-chat.ts';
import { noFacts, type ResponseReader, rest } from './reader.ts';
import { countsOf } from './server-tools.ts';

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
    containers: isObject(at(value, 'container')) ? 1 : 0,
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
  let containers = 0;
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
        if (isObject(at(event, 'delta', 'container'))) containers = 1;
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
    containers,
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
  /** In which code ran: 0 or 1. */
  readonly containers: number;
}

function factsOf({ model, raw, toolCalls, thought, complete, containers }: Found): ResponseFacts {
  const { usage, others } = raw === null ? { usage: null, others: [] } : readBilled(raw, model);
  return {
    ...noFacts,
    model,
    usage,
    usageRaw: raw === null ? '' : JSON.stringify(raw),
    reportedCost: raw === null ? null : readReportedCost(raw),
    serviceTier: tierOf(raw),
    toolCalls,
    serverTools: raw === null ? null : serverToolsOf(raw, containers),
    complete,
    hiddenReasoning: thought && usage?.output == null,
    others,
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

/** Fetching pages costs nothing beside its tokens: https://docs.anthropic.com/en/docs/about-claude/pricing */
function serverToolsOf(raw: JsonObject, containers: number) {
  return countsOf([
    ['web_search', countAt(raw, 'server_tool_use', 'web_search_requests')],
    // Together with searching or fetching the container is free.
    ['code_execution', countAt(raw, 'server_tool_use', 'web_fetch_requests') ? 0 : containers],
  ]);
}

interface Billed {
  readonly usage: Usage | null;
  readonly others: ResponseFacts['others'];
}

/**
 * Passes inside the call: those of the model itself are summed up at the top; an advisor's stand beside the top and are
 * billed at its own model's prices (https://platform.claude.com/docs/en/agents-and-tools/tool-use/advisor-tool), and so
 * do compactions (…/build-with-claude/compaction). A model that declined before a fallback answered has passes of type
 * `message`: they are taken out of the top where it contains them.
 */
function readBilled(raw: JsonObject, model: string): Billed {
  const passes = listAt(raw, 'iterations').filter(isObject);
  const own = passes.filter((pass) => /^(fallback_)?message$/.test(textAt(pass, 'type')));
  const strange = own.filter((pass) => !['', model].includes(textAt(pass, 'model')));
  // Where no pass has the answer's name, the answer goes by another one.
  const declined = strange.length < own.length ? strange : [];
  const advice = passes.filter((pass) => textAt(pass, 'type') === 'advisor_message');
  const top = readMessagesUsage(raw);
  const contains = sizeOf(readCounts(raw)) === own.reduce((sum, pass) => sum + sizeOf(readCounts(pass)), 0);
  const inside = contains ? declined.map(readCounts) : [];
  return {
    usage: inside.reduce((usage, pass) => combine(usage, pass, -1), top),
    others: [...advice, ...declined].flatMap((pass) => {
      const usage = readCounts(pass);
      return usage === null ? [] : [{ model: textAt(pass, 'model'), usage }];
    }),
  };
}

const sizeOf = (usage: Usage | null) =>
  usage === null ? 0 : summed.reduce((sum, bucket) => sum + (usage[bucket] ?? 0), usage.reasoning ?? 0);

/** The top of the usage leaves out what compacting the context cost: each such pass adds its own. */
export function readMessagesUsage(raw: JsonObject): Usage | null {
  const compactions = listAt(raw, 'iterations').filter((pass) => textAt(pass, 'type') === 'compaction');
  return compactions
    .filter(isObject)
    .map(readCounts)
    .reduce((sum, pass) => combine(sum, pass, 1), readCounts(raw));
}

const summed = ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output'] as const;

function combine(usage: Usage | null, pass: Usage | null, sign: 1 | -1): Usage | null {
  if (usage === null || pass === null) return usage;
  const entries = summed.map((bucket) => {
    const known = usage[bucket];
    return [bucket, known === null ? null : Math.max(0, known + sign * (pass[bucket] ?? 0))];
  });
  return { ...usage, ...Object.fromEntries(entries) };
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
