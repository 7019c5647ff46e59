import type { AttemptRow } from '../../clickhouse/rows.ts';
import { type NanoUsd, nanoUsd, toDecimal } from '../../domain/money.ts';
import type { CostStatus } from '../../domain/prices/receipt.ts';
import type { PricedEvent } from '../event.ts';

type Tokens = Pick<
  AttemptRow,
  | 'input_tokens'
  | 'cache_read_tokens'
  | 'cache_write_5m_tokens'
  | 'cache_write_1h_tokens'
  | 'output_tokens'
  | 'reasoning_tokens'
  | 'audio_input_tokens'
  | 'audio_output_tokens'
  | 'image_tokens'
  | 'tool_calls'
>;
type Totals = Pick<AttemptRow, Extract<keyof AttemptRow, `total_${string}`>>;

/** From the safest to the least safe. */
const statuses: readonly CostStatus[] = ['exact', 'reported', 'estimated', 'partial', 'unpriced'];

/** Of the whole exchange: money and tokens are sums over its attempts, so that both views add up to the same. */
export function totalsOf(event: PricedEvent, tokens: readonly Tokens[]): Totals {
  const { exchange, priced } = event;
  const costs = priced.map(({ cost }) => cost).filter((cost) => cost !== null);
  const sum = (name: keyof Tokens) => sumOfKnown(tokens.map((row) => row[name]));
  return {
    total_status: exchange.status ?? 0,
    total_error_kind: exchange.errorKind ?? '',
    total_cost_usd: costs.length === 0 ? null : toDecimal(nanoUsd(costs.reduce((a: bigint, b: NanoUsd) => a + b, 0n))),
    total_cost_status: statusOf(priced.map(({ status }) => status)),
    total_input_tokens: sum('input_tokens'),
    total_cache_read_tokens: sum('cache_read_tokens'),
    total_cache_write_5m_tokens: sum('cache_write_5m_tokens'),
    total_cache_write_1h_tokens: sum('cache_write_1h_tokens'),
    total_output_tokens: sum('output_tokens'),
    total_reasoning_tokens: sum('reasoning_tokens'),
    total_audio_input_tokens: sum('audio_input_tokens'),
    total_audio_output_tokens: sum('audio_output_tokens'),
    total_image_tokens: sum('image_tokens'),
    total_tool_calls: sum('tool_calls'),
    total_latency_ms: exchange.latencyMs,
    total_ttft_ms: exchange.ttftMs,
    total_response_bytes: exchange.attempts.at(-1)?.response.size ?? 0,
  };
}

/** On every row but the final one the totals say nothing. */
export const noTotals: Totals = {
  total_status: 0,
  total_error_kind: '',
  total_cost_usd: null,
  total_cost_status: '',
  total_input_tokens: null,
  total_cache_read_tokens: null,
  total_cache_write_5m_tokens: null,
  total_cache_write_1h_tokens: null,
  total_output_tokens: null,
  total_reasoning_tokens: null,
  total_audio_input_tokens: null,
  total_audio_output_tokens: null,
  total_image_tokens: null,
  total_tool_calls: null,
  total_latency_ms: 0,
  total_ttft_ms: null,
  total_response_bytes: 0,
};

/** The least safe one; where some attempts have a price and some have none, a part is missing. */
function statusOf(all: readonly CostStatus[]): CostStatus {
  const unpriced = all.filter((status) => status === 'unpriced').length;
  if (unpriced > 0) return unpriced === all.length ? 'unpriced' : 'partial';
  return statuses.findLast((status) => all.includes(status)) ?? 'unpriced';
}

/** Null = unknown; what is known of some attempts is kept. */
function sumOfKnown(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}
