import { messagesReader } from './anthropic-messages.ts';
import { converseReader } from './bedrock-converse.ts';
import type { ResponseFacts, Usage } from './facts.ts';
import { noTokens } from './free.ts';
import { at, countAt, isObject, type JsonObject, listAt, parseJson, textAt } from './json.ts';
import { chatReader } from './openai-chat.ts';
import { type HeaderList, headerOf, noFacts, type ResponseReader } from './reader.ts';

/**
 * InvokeModel hands through each model's own answer, so that it is known by its shape. The headers of a plain answer
 * and the last event of a stream count for all of them. The name that a model gives itself lacks the region of the
 * profile that was asked for, which has prices of its own: so none is taken from it.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
 */
export const invokeReader: ResponseReader = {
  document(value, closed, headers) {
    const counted = readHeaders(headers);
    const complete = closed && isObject(value);
    return { ...withCounts(documentFacts(value, closed), counted), model: '', complete, serviceTier: tierOf(headers) };
  },
  events(events, torn, headers) {
    const chunks = events.map(parseJson).filter(isObject);
    const metrics = chunks.map((chunk) => at(chunk, 'amazon-bedrock-invocationMetrics')).findLast(isObject);
    const facts = eventFacts(events, chunks, torn);
    // Every model's last chunk has the metrics; a stream without them broke off.
    return {
      ...withCounts(facts, metrics === undefined ? null : readMetrics(metrics)),
      model: '',
      complete: facts.complete || metrics !== undefined,
      serviceTier: tierOf(headers),
    };
  },
};

function documentFacts(value: unknown, closed: boolean): ResponseFacts {
  if (textAt(value, 'type') === 'message') return messagesReader.document(value, closed, []);
  if (isObject(at(value, 'output', 'message'))) return converseReader.document(value, closed, []);
  if (isObject(at(value, 'usage')) && listAt(value, 'choices').length > 0) {
    return chatReader.document(value, closed, []);
  }
  return plainFacts([value]);
}

function eventFacts(
  events: readonly string[],
  chunks: readonly JsonObject[],
  torn: Parameters<ResponseReader['events']>[1],
): ResponseFacts {
  if (chunks.some((chunk) => /^(message|content_block)_/.test(textAt(chunk, 'type')))) {
    return messagesReader.events(events, torn, []);
  }
  if (chunks.some((chunk) => 'messageStart' in chunk || 'contentBlockDelta' in chunk || 'metadata' in chunk)) {
    return converseReader.events(events, torn, []);
  }
  if (chunks.some((chunk) => listAt(chunk, 'choices').some((choice) => isObject(at(choice, 'delta'))))) {
    return chatReader.events(events, torn, []);
  }
  return plainFacts(chunks);
}

/** Llama and Titan count in their answers, also the embedding ones; Mistral's and Cohere's older models do not. */
function plainFacts(chunks: readonly unknown[]): ResponseFacts {
  const find = (...path: readonly string[]) =>
    chunks.map((chunk) => countAt(chunk, ...path)).findLast((n) => n !== null);
  const input = find('prompt_token_count') ?? find('inputTextTokenCount');
  const results = chunks.flatMap((chunk) => listAt(chunk, 'results'));
  const made = results.map((result) => countAt(result, 'tokenCount')).filter((count) => count !== null);
  const embeds = chunks.some((chunk) => isObject(chunk) && 'embedding' in chunk);
  const output =
    find('generation_token_count') ??
    find('totalOutputTextTokenCount') ??
    (made.length > 0 ? made.reduce((sum, count) => sum + count, 0) : embeds ? 0 : undefined);
  const raw = { inputTokens: input, outputTokens: output };
  const told = input !== undefined && output !== undefined;
  return {
    ...noFacts,
    usage: told ? { ...noTokens, input, output, reasoning: embeds ? 0 : null } : null,
    usageRaw: told ? JSON.stringify(raw) : '',
    toolCalls: chunks.some(isObject) ? 0 : null,
    serverTools: {},
  };
}

interface Counted {
  readonly usage: Usage;
  readonly raw: string;
}

function withCounts(facts: ResponseFacts, counted: Counted | null): ResponseFacts {
  const told = facts.usage !== null && facts.usage.input !== null && facts.usage.output !== null;
  if (told || counted === null) return facts;
  return { ...facts, usage: counted.usage, usageRaw: counted.raw, serverTools: facts.serverTools ?? {} };
}

const names = ['input', 'output', 'cache-read-input', 'cache-write-input'] as const;

function readHeaders(headers: HeaderList): Counted | null {
  const [input, output, read, written] = names.map((name) => {
    const text = headerOf(headers, `x-amzn-bedrock-${name}-token-count`);
    return text === '' ? null : countAt({ count: Number(text) }, 'count');
  });
  return countedOf(input, output, read, written);
}

function readMetrics(metrics: JsonObject): Counted | null {
  const [input, output, read, written] = [
    'inputTokenCount',
    'outputTokenCount',
    'cacheReadInputTokenCount',
    'cacheWriteInputTokenCount',
  ].map((name) => countAt(metrics, name));
  return countedOf(input, output, read, written);
}

type Count = number | null | undefined;

function countedOf(input: Count, output: Count, read: Count, written: Count): Counted | null {
  if (input == null) return null;
  const usage = {
    ...noTokens,
    input,
    cacheRead: read ?? 0,
    cacheWrite5m: written ?? 0,
    output: output ?? 0,
    reasoning: null,
  };
  return {
    usage,
    raw: JSON.stringify({
      inputTokenCount: input,
      outputTokenCount: output,
      ...(read == null ? {} : { cacheReadInputTokenCount: read }),
      ...(written == null ? {} : { cacheWriteInputTokenCount: written }),
    }),
  };
}

function tierOf(headers: HeaderList): string {
  const latency = headerOf(headers, 'x-amzn-bedrock-performanceconfig-latency');
  const tier = headerOf(headers, 'x-amzn-bedrock-service-tier');
  return [tier === 'default' ? '' : tier, latency === 'optimized' ? latency : '']
    .filter((part) => part !== '')
    .join('+');
}
