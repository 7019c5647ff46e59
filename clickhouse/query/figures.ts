import { z } from 'zod';
import type { Figures } from '../../domain/api.ts';
import { divideHalfEven, fromDecimal, nanoUsd, toDecimal } from '../../domain/money.ts';
import type { Metric } from '../../domain/view.ts';
import { type Sql, sql } from './fragment.ts';

const guessed = sql`cost_status IN ('estimated', 'partial')`;
const input = sql`ifNull(input_tokens, 0) + ifNull(cache_read_tokens, 0) + ifNull(cache_write_5m_tokens, 0) + ifNull(cache_write_1h_tokens, 0) + ifNull(audio_input_tokens, 0) + ifNull(image_tokens, 0)`;
const output = sql`ifNull(output_tokens, 0) + ifNull(reasoning_tokens, 0) + ifNull(audio_output_tokens, 0)`;

/** Aliases differ from the columns that they are made of: the engine would put the alias into its own sum. */
const columns = {
  spend: sql`ifNull(sum(cost_usd), 0)`,
  requests: sql`count()`,
  priced: sql`count(cost_usd)`,
  guessed_requests: sql`countIf(${guessed})`,
  guessed_spend: sql`ifNull(sumIf(cost_usd, ${guessed}), 0)`,
  tokens_in: sql`sum(${input})`,
  tokens_out: sql`sum(${output})`,
  tokens_cached: sql`sum(ifNull(cache_read_tokens, 0))`,
  // Somebody who stops a stream is no failure of the provider's or ours.
  errors: sql`countIf(error_kind NOT IN ('', 'client_disconnect'))`,
  latency: sql`quantilesExact(0.5, 0.95)(latency_ms)`,
  ttft: sql`quantilesExact(0.5, 0.95)(ttft_ms)`,
  // The quantile of nothing would be 0.
  ttft_known: sql`count(ttft_ms)`,
} satisfies Record<string, Sql>;

type Column = keyof typeof columns;

const decimal = z.string().default('0');
const count = z.coerce.number().int().default(0);
const quantiles = z.array(z.number().nullable()).default([]);

/** What the engine answers to `columns`, or to those that a metric needs. */
export const measured = z.object({
  spend: decimal,
  requests: count,
  priced: count,
  guessed_requests: count,
  guessed_spend: decimal,
  tokens_in: count,
  tokens_out: count,
  tokens_cached: count,
  errors: count,
  latency: quantiles,
  ttft: quantiles,
  ttft_known: count,
});
export type Measured = z.infer<typeof measured>;

export const figureColumns: Record<string, Sql> = columns;
export const nothingMeasured: Measured = measured.parse({});

interface MetricParts {
  readonly needs: readonly Column[];
  /** Orders rows; written with the aliases above. */
  readonly order: Sql;
  /** What the few values that a chart shows are chosen by: shares and quantiles of rare values say little. */
  readonly rank: Sql;
}

const bySpend = sql`sum(cost_usd)`;
const byRequests = columns.requests;

const metrics: Record<Metric, MetricParts> = {
  spend: { needs: ['spend'], order: sql`spend`, rank: bySpend },
  requests: { needs: [], order: sql`requests`, rank: byRequests },
  tokens: {
    needs: ['tokens_in', 'tokens_out'],
    order: sql`tokens_in + tokens_out`,
    rank: sql`${columns.tokens_in} + ${columns.tokens_out}`,
  },
  input_tokens: { needs: ['tokens_in'], order: sql`tokens_in`, rank: columns.tokens_in },
  output_tokens: { needs: ['tokens_out'], order: sql`tokens_out`, rank: columns.tokens_out },
  error_rate: { needs: ['errors'], order: sql`errors / requests`, rank: byRequests },
  cache_read_share: {
    needs: ['tokens_in', 'tokens_cached'],
    order: sql`tokens_cached / tokens_in`,
    rank: columns.tokens_in,
  },
  cost_per_request: { needs: ['spend', 'priced'], order: sql`toFloat64(spend) / priced`, rank: bySpend },
  latency_p50: { needs: ['latency'], order: sql`latency[1]`, rank: byRequests },
  latency_p95: { needs: ['latency'], order: sql`latency[2]`, rank: byRequests },
  ttft_p50: { needs: ['ttft', 'ttft_known'], order: sql`if(ttft_known = 0, NULL, ttft[1])`, rank: byRequests },
  ttft_p95: { needs: ['ttft', 'ttft_known'], order: sql`if(ttft_known = 0, NULL, ttft[2])`, rank: byRequests },
};

export const metricOrder = (metric: Metric): Sql => metrics[metric].order;
export const metricRank = (metric: Metric): Sql => metrics[metric].rank;

/** Only what one metric is made of, and the number of requests. */
export function metricColumns(metric: Metric): Record<string, Sql> {
  const needs: readonly Column[] = ['requests', ...metrics[metric].needs];
  return Object.fromEntries(needs.map((name) => [name, columns[name]]));
}

export function figuresOf(row: Measured): Figures {
  const spend = fromDecimal(row.spend);
  const [latencyP50 = null, latencyP95 = null] = row.requests === 0 ? [] : row.latency;
  const [ttftP50 = null, ttftP95 = null] = row.ttft_known === 0 ? [] : row.ttft;
  return {
    spend: toDecimal(spend),
    requests: row.requests,
    unpricedRequests: row.requests - row.priced,
    estimatedRequests: row.guessed_requests,
    estimatedSpend: toDecimal(fromDecimal(row.guessed_spend)),
    tokens: row.tokens_in + row.tokens_out,
    inputTokens: row.tokens_in,
    outputTokens: row.tokens_out,
    errorRate: share(row.errors, row.requests),
    cacheReadShare: share(row.tokens_cached, row.tokens_in),
    costPerRequest: row.priced === 0 ? null : toDecimal(nanoUsd(divideHalfEven(spend, BigInt(row.priced)))),
    latencyP50,
    latencyP95,
    ttftP50,
    ttftP95,
  };
}

/** A metric of the figures, for drawing. */
export function metricPoint(metric: Metric, figures: Figures): number | null {
  switch (metric) {
    case 'spend':
      return Number(figures.spend);
    case 'requests':
      return figures.requests;
    case 'tokens':
      return figures.tokens;
    case 'input_tokens':
      return figures.inputTokens;
    case 'output_tokens':
      return figures.outputTokens;
    case 'error_rate':
      return figures.errorRate;
    case 'cache_read_share':
      return figures.cacheReadShare;
    case 'cost_per_request':
      return figures.costPerRequest === null ? null : Number(figures.costPerRequest);
    case 'latency_p50':
      return figures.latencyP50;
    case 'latency_p95':
      return figures.latencyP95;
    case 'ttft_p50':
      return figures.ttftP50;
    case 'ttft_p95':
      return figures.ttftP95;
  }
}

/** The same where it is money, exactly; undefined where it is none. */
export function metricMoney(metric: Metric, figures: Figures): string | null | undefined {
  if (metric === 'spend') return figures.spend;
  if (metric === 'cost_per_request') return figures.costPerRequest;
  return undefined;
}

const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
