import { decodeContent } from '../../domain/encoding.ts';
import type { Attempt, CapturedBody, Exchange } from '../../domain/exchange.ts';
import { isKnownZero, type PricedCall, priceExchange } from '../../domain/prices/price-exchange.ts';
import { regionOf, servedTier } from '../../domain/prices/rate.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import { completeUsage } from '../../domain/tokens/count-body.ts';
import { isBinaryStream, type ParsedBody, parseBody } from '../../domain/usage/body.ts';
import { readRequest } from '../../domain/usage/read-request.ts';
import { readResponse } from '../../domain/usage/read-response.ts';
import { wireFormatOf } from '../../domain/usage/wire-format.ts';
import { estimateInput, estimateOutput } from './estimate-usage.ts';

const MAX_DECODED = 16 * 1024 ** 2;

export interface ExchangePrice {
  readonly cents: number;
  /** Providers of the calls in it whose price nobody knows, and which count nothing. */
  readonly unpriced: readonly string[];
}

/**
 * What an exchange cost by the usage that its answers tell, by an estimate of ours where they tell none, and by the
 * prices that ingest will apply to its rows.
 */
export function priceOfExchange(exchange: Exchange, rules: PriceRules): ExchangePrice {
  const priced = exchange.attempts.map((attempt) => {
    const { cost } = priceExchange(callOf(exchange, attempt), rules);
    return { provider: attempt.provider, cost };
  });
  return {
    // Nano-dollars: 10^7 to the cent.
    cents: priced.reduce((sum, { cost }) => sum + Number(cost ?? 0n) / 1e7, 0),
    unpriced: priced.filter(({ cost }) => cost === null).map(({ provider }) => provider),
  };
}

function callOf(exchange: Exchange, attempt: Attempt): PricedCall {
  const path = attempt.path || exchange.path;
  const format = wireFormatOf(attempt.provider, path);
  const sent = parse(exchange.request);
  const received = parse(attempt.response);
  const asked = exchange.requestFacts ?? readRequest(format, path, sent);
  const facts = attempt.facts ?? readResponse(format, received, attempt.responseHeaders);
  const input = () => asked.countedInput ?? estimateInput(format, sent, exchange);
  const output = () => facts.countedOutput ?? estimateOutput(format, received);
  const { usage, estimated } =
    facts.reportedCost !== null || isKnownZero(attempt.status, attempt.errorKind, facts.usage)
      ? { usage: facts.usage, estimated: false }
      : completeUsage(facts.usage, input, output);
  return {
    provider: attempt.provider,
    model: exchange.modelOverride || attempt.model || asked.model,
    responseModel: exchange.modelOverride === '' ? facts.model : '',
    at: new Date(attempt.startedAt),
    usage,
    reportedCost: facts.reportedCost,
    status: attempt.status,
    errorKind: attempt.errorKind,
    estimated,
    hiddenReasoning: facts.hiddenReasoning,
    complete: facts.complete,
    serviceTier: facts.serviceTier || servedTier(attempt.responseHeaders),
    region: regionOf(attempt.upstream, path),
    serverTools: facts.serverTools,
    others: facts.others,
  };
}

function parse({ head, tail, contentType, contentEncoding }: CapturedBody): ParsedBody {
  const decoded = decodeContent(head, contentEncoding, MAX_DECODED);
  if (decoded.kind === 'unknown') return { kind: 'empty' };
  const bytes = isBinaryStream(contentType) ? { head: decoded.bytes, tail } : null;
  return parseBody({ head: textOf(decoded.bytes), tail: tail && textOf(tail), contentType, bytes });
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
