import type { AttemptRow } from '../../clickhouse/rows.ts';
import { toDecimal } from '../../domain/money.ts';
import { totalCost } from '../../domain/prices/total-cost.ts';
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

/** Of the whole exchange: money and tokens are sums over its attempts, so that both views add up to the same. */
export function totalsOf(event: PricedEvent, tokens: readonly Tokens[]): Totals {
  const { exchange, priced } = event;
  const { cost, status } = totalCost(priced);
  const sum = (name: keyof Tokens) => sumOfKnown(tokens.map((row) => row[name]));
  return {
    total_status: exchange.status ?? 0,
    total_error_kind: exchange.errorKind ?? '',
    total_cost_usd: cost === null ? null : toDecimal(cost),
    total_cost_status: status,
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
    total_response_bytes: event.answers.at(-1)?.response.size ?? 0,
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

/** Null = unknown; what is known of some attempts is kept. */
function sumOfKnown(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}
