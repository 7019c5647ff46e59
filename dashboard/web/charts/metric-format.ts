import { nanoUsd, toDecimal } from '../../../domain/money.ts';
import type { Metric } from '../../../domain/view.ts';
import { axisMoney, money, UNKNOWN } from '../format/money.ts';
import { compact, duration, GAP, integer, percent } from '../format/number.ts';

export interface MetricFormat {
  readonly format: (value: number | null, exact: string | null) => string;
  /** `ticks` are all of the axis, which share their number of decimals. */
  readonly formatTick: (value: number, ticks: readonly number[]) => string;
  readonly ceiling?: number;
  /** Counted, so that no tick stands between two whole numbers. */
  readonly whole?: boolean;
}

/** A float that was added up for the drawing, back to dollars: shown with four digits, it cannot be off. */
function drawnMoney(value: number): string {
  return money(toDecimal(nanoUsd(BigInt(Math.round(value * 1e9)))));
}

/** Round values need no decimal: `2k`, `1.5k`. */
const shortCount = (value: number): string => compact(value).replace(/\.0(?=\D|$)/, '');
/** One unit for what stands on an axis: `80 s` fits there, `1 m 20 s` does not. */
function shortDuration(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 10_000) return duration(ms).replace(/\.0(?=\D)/, '');
  if (ms < 600_000) return `${Number((ms / 1000).toPrecision(3))}${GAP}s`;
  return `${Number((ms / 60_000).toPrecision(3))}${GAP}m`;
}

const asMoney: MetricFormat = {
  format: (value, exact) => (exact !== null ? money(exact) : value === null ? UNKNOWN : drawnMoney(value)),
  formatTick: axisMoney,
};
const asCount: MetricFormat = { format: (value) => integer(value), formatTick: shortCount, whole: true };
const asTokens: MetricFormat = { format: (value) => compact(value), formatTick: shortCount, whole: true };
const asShare: MetricFormat = {
  format: (value) => percent(value),
  formatTick: (value) => `${Number((value * 100).toPrecision(6))}${GAP}%`,
  ceiling: 1,
};
const asDuration: MetricFormat = {
  format: (value) => duration(value),
  formatTick: shortDuration,
};

export const metricFormats: Readonly<Record<Metric, MetricFormat>> = {
  spend: asMoney,
  cost_per_request: asMoney,
  requests: asCount,
  tokens: asTokens,
  input_tokens: asTokens,
  output_tokens: asTokens,
  error_rate: asShare,
  cache_read_share: asShare,
  latency_p50: asDuration,
  latency_p95: asDuration,
  ttft_p50: asDuration,
  ttft_p95: asDuration,
};
