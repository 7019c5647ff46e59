import type { AttemptRow } from '../../clickhouse/rows.ts';
import { nanoUsd, toDecimal } from '../../domain/money.ts';
import { encodePricingFacts } from '../../domain/prices/pricing-facts.ts';
import { attemptRow } from './attempt-row.ts';

/** An exchange of two calls of 150 tokens each, at so many nano-dollars a call. */
export function lateCalls(outbox: string, seq: number, at: number, cost = 1_000n): AttemptRow[] {
  const usage = {
    input: 100,
    cacheRead: 0,
    cacheWrite5m: null,
    cacheWrite1h: null,
    output: 50,
    reasoning: 0,
    audioInput: null,
    audioOutput: null,
    image: null,
  };
  const pricing_facts = encodePricingFacts({
    provider: 'openai',
    model: 'gpt-4o-mini',
    responseModel: 'gpt-4o-mini-2024-07-18',
    at: new Date(at),
    usage,
    reportedCost: null,
    status: 200,
    estimated: false,
    hiddenReasoning: false,
    complete: true,
  });
  const call = { pricing_facts, attempts: 2, cost_usd: toDecimal(nanoUsd(cost)) };
  const both = { request_id: crypto.randomUUID(), ...call };
  return [
    attemptRow(at, outbox, seq, { ...both, attempt: 1, final: false, total_cost_usd: null, total_cost_status: '' }),
    attemptRow(at, outbox, seq, { ...both, attempt: 2, total_cost_usd: toDecimal(nanoUsd(2n * cost)) }),
  ];
}
