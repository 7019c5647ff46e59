import type { BodyRow } from '../../clickhouse/rows.ts';
import type { Attempt } from '../../domain/exchange.ts';
import { toDecimal } from '../../domain/money.ts';
import { encodePricingFacts } from '../../domain/prices/pricing-facts.ts';
import { addUsage } from '../../domain/usage/add-usage.ts';
import type { Usage } from '../../domain/usage/facts.ts';
import type { EventRows, PricedEvent } from '../event.ts';
import type { Step } from '../outcome.ts';
import { noTotals, totalsOf } from './totals.ts';

/** An exchange as rows: one for each attempt, or one of attempt 0 where no upstream call was made. */
export function createRowsStep(): Step<PricedEvent, EventRows> {
  return {
    name: 'rows',
    work: function rows(event) {
      const { answers } = event;
      const all = answers.length > 0 ? answers : [null];
      const tokens = all.map((_, index) => tokensOf(event, index));
      const totals = totalsOf(event, tokens);
      const shared = sharedColumns(event);
      return {
        attempts: all.map((attempt, index) => ({
          ...shared,
          ...ownColumns(event, attempt, index),
          ...(tokens[index] ?? unknownTokens),
          ...(index === all.length - 1 ? { ...totals, final: true } : { ...noTotals, final: false }),
        })),
        bodies: all.map((attempt, index) => bodyRow(event, attempt, index)),
        lost: event.exchange.lost,
      };
    },
  };
}

function sharedColumns({ raw, exchange, requestFacts, saved }: PricedEvent) {
  const { tags } = exchange;
  return {
    request_id: exchange.requestId,
    created_at: seconds(exchange.arrivedAt),
    kind: exchange.kind,
    lane: exchange.lane,
    user_id: clean(tags.userId || requestFacts.userId),
    feature: clean(tags.feature),
    prompt_id: clean(tags.promptId),
    prompt_version: clean(tags.promptVersion),
    session_id: clean(tags.sessionId),
    session_name: clean(tags.sessionName),
    session_path: clean(tags.sessionPath),
    properties: Object.fromEntries(Object.entries(tags.properties).map(([name, value]) => [clean(name), clean(value)])),
    method: exchange.method,
    attempts: exchange.attempts.length,
    cache_outcome: exchange.cacheOutcome,
    cache_saved_usd: saved === null ? '0' : toDecimal(saved),
    experiment: clean(exchange.experiment),
    variant: clean(exchange.variant),
    answered_variant: clean(exchange.answeredVariant),
    unit_id: clean(exchange.unitId),
    routing: clean(exchange.routing),
    corrected: false,
    request_bytes: exchange.request.size,
    key_id: exchange.keyId,
    user_agent: clean(exchange.userAgent),
    trace_id: clean(tags.traceId),
    outbox_id: raw.outboxId,
    seq: raw.seq,
  } as const;
}

function ownColumns(event: PricedEvent, attempt: Attempt | null, index: number) {
  const { exchange, requestFacts, responseFacts, parsedResponses, calls, priced } = event;
  const facts = responseFacts[index];
  const price = priced[index];
  const call = calls[index];
  return {
    provider: attempt?.provider ?? exchange.provider,
    model: clean(call?.model ?? event.model),
    path: clean(attempt?.path || exchange.path),
    response_model: clean(facts?.model ?? ''),
    status: attempt?.status ?? 0,
    error_kind: (attempt ? attempt.errorKind : exchange.errorKind) ?? '',
    streamed: requestFacts.streamed || parsedResponses[index]?.kind === 'events',
    cost_usd: price?.cost == null ? null : toDecimal(price.cost),
    cost_status: price?.status ?? 'unpriced',
    cost_breakdown: price ? JSON.stringify(price.receipt) : '',
    price_version: price?.priceVersion ?? '',
    usage_raw: clean(facts?.usageRaw ?? ''),
    pricing_facts: call ? clean(encodePricingFacts(call)) : '',
    latency_ms: attempt?.latencyMs ?? exchange.latencyMs,
    ttft_ms: attempt ? attempt.ttftMs : exchange.ttftMs,
    overhead_ms: index === Math.max(0, event.answers.length - 1) ? exchange.overheadMs : 0,
    response_bytes: attempt?.response.size ?? 0,
    flags: flagsOf(event, index),
    attempt: attempt?.attempt ?? 0,
  };
}

function tokensOf({ exchange, counted, responseFacts }: PricedEvent, index: number) {
  // The tokens of a hit were used, and counted, when its answer was made.
  if (exchange.cacheOutcome === 'hit') return unknownTokens;
  const usage = counted[index]?.usage;
  // What other models did inside the call is a part of what it took.
  const all = usage
    ? (responseFacts[index]?.others ?? []).reduce((sum, other) => addUsage(sum, other.usage), usage)
    : null;
  return { ...(all ? usageColumns(all) : unknownTokens), tool_calls: responseFacts[index]?.toolCalls ?? null };
}

function usageColumns(usage: Usage) {
  return {
    input_tokens: usage.input,
    cache_read_tokens: usage.cacheRead,
    cache_write_5m_tokens: usage.cacheWrite5m,
    cache_write_1h_tokens: usage.cacheWrite1h,
    output_tokens: usage.output,
    reasoning_tokens: usage.reasoning,
    audio_input_tokens: usage.audioInput,
    audio_output_tokens: usage.audioOutput,
    image_tokens: usage.image,
  };
}

const unknownTokens = {
  input_tokens: null,
  cache_read_tokens: null,
  cache_write_5m_tokens: null,
  cache_write_1h_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  audio_input_tokens: null,
  audio_output_tokens: null,
  image_tokens: null,
  tool_calls: null,
};

/** The request stands with the first attempt alone, however many calls it led to. */
function bodyRow(event: PricedEvent, attempt: Attempt | null, index: number): BodyRow {
  const { raw, exchange, request, responses } = event;
  const first = index === 0;
  return {
    outbox_id: raw.outboxId,
    seq: raw.seq,
    attempt: attempt?.attempt ?? 0,
    request_id: exchange.requestId,
    created_at: seconds(exchange.arrivedAt),
    request_headers: first ? headerLines(exchange.requestHeaders) : '',
    request: first ? request.stored : '',
    response_headers: headerLines(attempt?.responseHeaders ?? []),
    response: responses[index]?.stored ?? '',
    flags: flagsOf(event, index),
  };
}

function flagsOf({ exchange, request, responses }: PricedEvent, index: number): string[] {
  return [
    ...(exchange.tags.cut ? ['properties_cut'] : []),
    ...(index === 0 ? request.flags.map((flag) => `request_${flag}`) : []),
    ...(responses[index]?.flags ?? []).map((flag) => `response_${flag}`),
  ];
}

function headerLines(headers: readonly (readonly [string, string])[]): string {
  return headers.map(([name, value]) => `${clean(name)}: ${clean(value)}`).join('\n');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** JSON can spell half of a surrogate pair, and the warehouse would refuse the whole block for it. */
function clean(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}
