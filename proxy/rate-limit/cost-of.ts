import { decodeContent } from '../../domain/encoding.ts';
import type { Attempt, CapturedBody, Exchange } from '../../domain/exchange.ts';
import { priceExchange } from '../../domain/prices/price-exchange.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import { isBinaryStream, type ParsedBody, parseBody } from '../../domain/usage/body.ts';
import { readRequest } from '../../domain/usage/read-request.ts';
import { readResponse } from '../../domain/usage/read-response.ts';
import { wireFormatOf } from '../../domain/usage/wire-format.ts';

const MAX_DECODED = 16 * 1024 ** 2;

/**
 * Cents that an exchange cost, by the usage that its answers tell and the prices of spendlens.yaml and the lists. What
 * tells no usage counts nothing: counting its tokens here would hold up all other calls.
 */
export function centsOf(exchange: Exchange, rules: PriceRules): number {
  return exchange.attempts.reduce((sum, attempt) => sum + centsOfAttempt(exchange, attempt, rules), 0);
}

function centsOfAttempt(exchange: Exchange, attempt: Attempt, rules: PriceRules): number {
  const path = attempt.path || exchange.path;
  const format = wireFormatOf(attempt.provider, path);
  const asked = exchange.requestFacts ?? readRequest(format, path, parse(exchange.request));
  const facts = attempt.facts ?? readResponse(format, parse(attempt.response), attempt.responseHeaders);
  const { cost } = priceExchange(
    {
      provider: attempt.provider,
      model: exchange.modelOverride || attempt.model || asked.model,
      responseModel: exchange.modelOverride === '' ? facts.model : '',
      at: new Date(attempt.startedAt),
      usage: facts.usage,
      reportedCost: facts.reportedCost,
      status: attempt.status,
      errorKind: attempt.errorKind,
      estimated: false,
      hiddenReasoning: facts.hiddenReasoning,
      complete: facts.complete,
      serviceTier: facts.serviceTier,
      serverTools: facts.serverTools,
      others: facts.others,
    },
    rules,
  );
  // Nano-dollars: 10^7 to the cent.
  return cost === null ? 0 : Number(cost) / 1e7;
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
