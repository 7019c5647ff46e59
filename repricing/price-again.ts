import { fromDecimal, type NanoUsd, toDecimal } from '../domain/money.ts';
import type { Priced, PricedCall } from '../domain/prices/price-exchange.ts';
import { decodePricingFacts } from '../domain/prices/pricing-facts.ts';
import type { CostStatus } from '../domain/prices/receipt.ts';
import { totalCost } from '../domain/prices/total-cost.ts';
import type { CallRow, CorrectionRow } from './call-row.ts';

export type Price = (call: PricedCall) => Priced;

/** Which calls are meant. */
export interface Chosen {
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
}

/** One call of an exchange, priced again or as it was. */
export interface Repriced {
  readonly row: CallRow;
  /** What became of it: not meant, without facts to price it by, as it was, or another figure. */
  readonly outcome: 'other' | 'skipped' | 'same' | 'changed';
  readonly cost: NanoUsd | null;
  readonly status: CostStatus;
}

export interface RepricedExchange {
  readonly calls: readonly Repriced[];
  /** Of the calls that changed, and of the final one where the sum did. */
  readonly corrections: readonly CorrectionRow[];
}

interface Figures extends Repriced {
  readonly breakdown: string;
  readonly version: string;
}

/** The calls of one exchange at today's prices; those that are not meant keep theirs. */
export function priceAgain(rows: readonly CallRow[], chosen: Chosen, price: Price): RepricedExchange {
  const calls = rows.map((row) => figuresOf(row, chosen, price));
  if (calls.every(({ outcome }) => outcome !== 'changed')) return { calls, corrections: [] };
  const total = totalCost(calls);
  const corrections = calls
    .filter(({ row, outcome }) => outcome === 'changed' || row.final)
    .map((figures) => correctionOf(figures, total));
  return { calls, corrections };
}

function figuresOf(row: CallRow, chosen: Chosen, price: Price): Figures {
  const old = {
    row,
    cost: row.cost_usd === null ? null : fromDecimal(row.cost_usd),
    status: row.cost_status,
    breakdown: row.cost_breakdown,
    version: row.price_version,
  };
  if (!isChosen(row, chosen)) return { ...old, outcome: 'other' };
  const call = decodePricingFacts(row.pricing_facts);
  if (call === null) return { ...old, outcome: 'skipped' };
  const { cost, status, receipt, priceVersion } = price(call);
  // Where the figure stands as it was, its receipt does too: another edition of the list is no correction.
  if (cost === old.cost && status === old.status) return { ...old, outcome: 'same' };
  return { row, outcome: 'changed', cost, status, breakdown: JSON.stringify(receipt), version: priceVersion };
}

function isChosen({ provider, model, response_model }: CallRow, chosen: Chosen): boolean {
  if (chosen.provider !== undefined && chosen.provider !== provider) return false;
  return chosen.model === undefined || chosen.model === model || chosen.model === response_model;
}

function correctionOf(
  { row, cost, status, breakdown, version }: Figures,
  total: { cost: NanoUsd | null; status: CostStatus },
): CorrectionRow {
  const { final } = row;
  return {
    request_id: row.request_id,
    created_at: row.created_at,
    kind: row.kind,
    provider: row.provider,
    model: row.response_model || row.model,
    outbox_id: row.outbox_id,
    seq: row.seq,
    attempt: row.attempt,
    final,
    old_cost_usd: row.cost_usd,
    new_cost_usd: decimalOf(cost),
    old_cost_status: row.cost_status,
    new_cost_status: status,
    old_cost_breakdown: row.cost_breakdown,
    new_cost_breakdown: breakdown,
    old_price_version: row.price_version,
    new_price_version: version,
    old_total_cost_usd: row.total_cost_usd,
    new_total_cost_usd: final ? decimalOf(total.cost) : row.total_cost_usd,
    old_total_cost_status: row.total_cost_status,
    new_total_cost_status: final ? total.status : row.total_cost_status,
  };
}

const decimalOf = (cost: NanoUsd | null) => (cost === null ? null : toDecimal(cost));
