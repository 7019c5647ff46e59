import type { ResponseFacts, Usage } from './facts.ts';
import { noTokens } from './free.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { noFacts, type ResponseReader, rest } from './reader.ts';

/**
 * One shape for all models of Bedrock; the stream's usage is in its last event, `metadata`. Input tokens exclude what
 * was read from or written to the cache.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, …_ConverseStream.html
 */
export const converseReader: ResponseReader = {
  document(value, closed) {
    const content = listAt(value, 'output', 'message', 'content');
    return factsOf(value, content.filter((block) => isObject(at(block, 'toolUse'))).length, closed && isObject(value));
  },
  events(events) {
    let told: unknown;
    let calls = 0;
    let stopped = false;
    for (const event of events.map(parseJson)) {
      if (isObject(at(event, 'contentBlockStart', 'start', 'toolUse'))) calls += 1;
      if (isObject(at(event, 'messageStop'))) stopped = true;
      if (isObject(at(event, 'metadata'))) told = at(event, 'metadata');
    }
    return factsOf(told, calls, stopped && told !== undefined);
  },
};

function factsOf(value: unknown, toolCalls: number, complete: boolean): ResponseFacts {
  const raw = at(value, 'usage');
  const latency = textAt(value, 'performanceConfig', 'latency');
  const tier = [textAt(value, 'serviceTier', 'type'), latency === 'optimized' ? latency : ''];
  return {
    ...noFacts,
    // A router's prompt is answered, and billed, by a model that it picked.
    model: textAt(value, 'trace', 'promptRouter', 'invokedModelId'),
    usage: isObject(raw) ? readConverseUsage(raw) : null,
    usageRaw: isObject(raw) ? JSON.stringify(raw) : '',
    serviceTier: tier.filter((part) => part !== '' && part !== 'default').join('+'),
    toolCalls,
    serverTools: {},
    complete,
  };
}

/** Nova's own answers spell the cache counts with `Count` at their ends. */
export function readConverseUsage(raw: JsonObject): Usage | null {
  const input = countAt(raw, 'inputTokens');
  const output = countAt(raw, 'outputTokens');
  if (input === null && output === null) return null;
  const written = countAt(raw, 'cacheWriteInputTokens') ?? countAt(raw, 'cacheWriteInputTokenCount') ?? 0;
  const long = listAt(raw, 'cacheDetails')
    .filter((detail) => textAt(detail, 'ttl') === '1h')
    .reduce<number>((sum, detail) => sum + (countAt(detail, 'inputTokens') ?? 0), 0);
  return {
    ...noTokens,
    input,
    cacheRead: countAt(raw, 'cacheReadInputTokens') ?? countAt(raw, 'cacheReadInputTokenCount') ?? 0,
    cacheWrite5m: rest(written, long),
    cacheWrite1h: long,
    output,
    reasoning: null,
  };
}
