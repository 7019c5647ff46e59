import { xaiTools } from './chat-tools.ts';
import type { TornEvent } from './cut-json.ts';
import type { ResponseFacts, Usage } from './facts.ts';
import { joinFacts } from './join-facts.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { readReportedCost } from './openai-chat.ts';
import { readImageUsage } from './openai-images.ts';
import { hidesReasoning, noFacts, type ResponseReader, rest } from './reader.ts';
import { countsOf, type ServerTool } from './server-tools.ts';

/** OpenAI's responses: https://platform.openai.com/docs/api-reference/responses/object */
export const responsesReader: ResponseReader = {
  document: (value, closed) => readResponse(value, listAt(value, 'output'), closed && isObject(value)),
  events: readEvents,
};

const telling =
  /"type"\s*:\s*"(response\.(created|in_progress|completed|incomplete|failed|cancelled|output_item\.done)|error)"/;
const ends = new Set(['response.completed', 'response.incomplete', 'response.failed', 'response.cancelled']);

function readEvents(events: readonly string[], torn: TornEvent | null): ResponseFacts {
  let response: unknown;
  let ended = false;
  const answers: unknown[] = [];
  const items: unknown[] = [];
  for (const data of events) {
    if (!telling.test(data)) continue;
    const event = parseJson(data);
    const type = textAt(event, 'type');
    if (type === 'response.output_item.done') items.push(at(event, 'item'));
    if (isObject(at(event, 'response'))) response = at(event, 'response');
    if (type === 'response.created') ended = false;
    if (!ends.has(type)) continue;
    ended = true;
    answers.push(response);
  }
  if (answers.length > 1 || (answers.length === 1 && !ended)) return readAnswers(answers, ended && torn === null);
  // The last event repeats the whole answer, so a cut body may well keep only its end: that still holds the usage.
  const remains = torn?.levels[1]?.members ?? {};
  if (!ended && isObject(remains['usage'])) return readResponse({ ...objectOr(response), ...remains }, items, true);
  const output = listAt(response, 'output');
  return readResponse(response, ended && output.length > 0 ? output : items, ended);
}

/** A WebSocket carries one answer after the other. */
function readAnswers(answers: readonly unknown[], complete: boolean): ResponseFacts {
  const all = answers.map((answer) => readResponse(answer, listAt(answer, 'output'), complete));
  const raw = all.map(({ usageRaw }) => usageRaw).filter((text) => text !== '');
  return { ...all.reduce(joinFacts), usageRaw: raw.length === 0 ? '' : `[${raw.join(',')}]` };
}

const objectOr = (value: unknown): JsonObject => (isObject(value) ? value : {});

function readResponse(response: unknown, items: readonly unknown[], complete: boolean): ResponseFacts {
  const raw = at(response, 'usage');
  const model = textAt(response, 'model');
  const usage = isObject(raw) ? readResponsesUsage(raw) : null;
  const types = items.map((item) => textAt(item, 'type')).filter((type) => type.endsWith('_call'));
  return {
    ...noFacts,
    model,
    usage,
    usageRaw: isObject(raw) ? JSON.stringify(raw) : '',
    reportedCost: isObject(raw) ? readReportedCost(raw) : null,
    serviceTier: textAt(response, 'service_tier'),
    toolCalls: isObject(response) ? types.filter((type) => !billed.has(type)).length : null,
    serverTools: isObject(response) ? countServerTools(response, items) : null,
    complete,
    hiddenReasoning: usage?.output == null && hidesReasoning(model),
    others: readDrawing(response),
  };
}

/** What the tool drew is told in tokens of the model that drew it; older answers count its calls alone. */
function readDrawing(response: unknown): ResponseFacts['others'] {
  const raw = at(response, 'tool_usage', 'image_gen');
  const usage = (countAt(raw, 'total_tokens') ?? 0) > 0 ? readImageUsage(raw) : null;
  if (usage === null) return [];
  const tool = listAt(response, 'tools').find((one) => textAt(one, 'type') === 'image_generation');
  return [{ model: textAt(tool, 'model') || 'gpt-image-1', usage }];
}

/** Item types of the tools that OpenAI runs and bills itself: https://openai.com/api/pricing */
const billed: ReadonlyMap<string, ServerTool> = new Map([
  ['web_search_call', 'web_search'],
  ['file_search_call', 'file_search'],
  ['code_interpreter_call', 'code_interpreter'],
  ['image_generation_call', 'image_generation'],
]);

function countServerTools(response: JsonObject, items: readonly unknown[]) {
  const usage = at(response, 'usage');
  if (isObject(usage) && isObject(at(usage, 'server_side_tool_usage_details'))) return countsOf(xaiTools(usage));
  const isPreview = listAt(response, 'tools').some((tool) => textAt(tool, 'type').startsWith('web_search_preview'));
  const told = countAt(response, 'tool_usage', 'web_search', 'num_requests');
  const drawn = readDrawing(response).length > 0;
  const containers = new Set<string>();
  const calls = items.flatMap((item): [ServerTool, number][] => {
    const tool = billed.get(textAt(item, 'type'));
    if (tool === undefined || (tool === 'image_generation' && drawn)) return [];
    // Code is billed by the container, however often it runs there.
    if (tool === 'code_interpreter' && !isNew(containers, textAt(item, 'container_id'))) return [];
    if (tool !== 'web_search') return [[tool, 1]];
    // Of a web search's actions only `search` is billed; opening a page or finding in it is not.
    const isSearch = ['', 'search'].includes(textAt(item, 'action', 'type'));
    return told === null && isSearch ? [[searchName(isPreview), 1]] : [];
  });
  return countsOf([...calls, [searchName(isPreview), told]]);
}

const searchName = (isPreview: boolean): ServerTool => (isPreview ? 'web_search_preview' : 'web_search');

function isNew(seen: Set<string>, id: string): boolean {
  if (id !== '' && seen.has(id)) return false;
  seen.add(id);
  return true;
}

export function readResponsesUsage(raw: JsonObject): Usage | null {
  const sent = countAt(raw, 'input_tokens');
  const made = countAt(raw, 'output_tokens');
  if (sent === null && made === null) return null;
  const cacheRead = countAt(raw, 'input_tokens_details', 'cached_tokens');
  const cacheWrite = countAt(raw, 'input_tokens_details', 'cache_write_tokens') ?? 0;
  const audioInput = countAt(raw, 'input_tokens_details', 'audio_tokens') ?? 0;
  const told = countAt(raw, 'output_tokens_details', 'reasoning_tokens');
  const audioOutput = countAt(raw, 'output_tokens_details', 'audio_tokens') ?? 0;
  const beside = rest(countAt(raw, 'total_tokens'), sent, made) ?? 0;
  const reasoning = beside > 0 ? Math.max(beside, told ?? 0) : told;
  return {
    input: rest(sent, cacheRead, cacheWrite, audioInput),
    cacheRead,
    cacheWrite5m: cacheWrite,
    cacheWrite1h: 0,
    output: rest(made, beside > 0 ? 0 : reasoning, audioOutput),
    reasoning,
    audioInput,
    audioOutput,
    image: 0,
  };
}
