import { z } from 'zod';
import type { CompareAnswer, compareRequest } from '../../domain/compare-api.ts';
import { divideHalfEven, fromDecimal, type NanoUsd, nanoUsd, toDecimal } from '../../domain/money.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import { type Asking, optionsOf } from './asking.ts';
import { answeredByModel, askTraffic, priceOn, type TrafficBand } from './compare-prices.ts';
import { readable, render, sql, texts, wholes } from './fragment.ts';
import { oldestRow } from './oldest.ts';
import { resolveScope, type Scope, scopeConditions } from './scope.ts';
import { nothing, type Query, select } from './select.ts';

const BOUNDS_MS = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200];

const number = z.coerce.number();
const quantiles = z.array(z.number().nullable());
const row = z.object({
  model: z.string(),
  provider: z.string(),
  requests: number,
  priced: number,
  cost: z.string(),
  output: number,
  cost_with_output: z.string(),
  output_known: number,
  latency: quantiles,
  ttft: quantiles,
  ttft_known: number,
  latency_counts: z.array(number),
  ttft_counts: z.array(number),
  speed: z.number().nullable(),
  speed_known: number,
  errors: number,
  input: number,
  cached: number,
});
type Row = z.infer<typeof row>;

/** Models side by side. Whoever chose them chose their requests too: differences are not all the models' own. */
export async function askCompare(
  asking: Asking,
  { view, models: named }: z.infer<typeof compareRequest>,
  rules: PriceRules,
): Promise<CompareAnswer> {
  const scope = await resolveScope(view, asking.now, () => oldestRow(asking, view.kind));
  const models = named.length > 0 ? named : await mostCalled(asking, scope);
  const query = select(modelsQuery(scope, models));
  const [rows, traffic] = await Promise.all([
    asking.warehouse.rows(row, render(query), optionsOf(asking)),
    askTraffic(asking, scope, models),
  ]);
  const found = models.flatMap((model) => rows.filter((each) => each.model === model));
  return {
    models: found.map((each) => lineOf(each, traffic, new Date(asking.now), rules)),
    latencyBounds: BOUNDS_MS,
    allCost: toDecimal(nanoUsd(found.reduce((sum, { cost }) => sum + fromDecimal(cost), 0n))),
    allRequests: found.reduce((sum, { requests }) => sum + requests, 0),
    countedRequests: traffic.reduce((sum, { requests }) => sum + requests, 0),
    sql: readable(query),
  };
}

const calledRow = z.object({ model: z.string(), writes: z.coerce.boolean() });
/** Side by side where nobody said which. */
const USUAL = 3;

/** Of one kind: a model that writes beside one that embeds says nothing. */
async function mostCalled(asking: Asking, scope: Scope): Promise<string[]> {
  const query = select({
    ...nothing,
    columns: { model: sql`model`, writes: sql`sum(${output}) > 0` },
    where: [...scopeConditions(scope), sql`model != ''`, answeredByModel],
    groupBy: [sql`model`],
    orderBy: [sql`writes DESC`, sql`count() DESC`, sql`model`],
    limit: USUAL,
  });
  const rows = await asking.warehouse.rows(calledRow, render(query), optionsOf(asking));
  return rows.filter(({ writes }) => writes === rows[0]?.writes).map(({ model }) => model);
}

const output = sql`ifNull(output_tokens, 0) + ifNull(reasoning_tokens, 0)`;
const bounds = sql`${wholes(BOUNDS_MS)}`;

function modelsQuery(scope: Scope, models: readonly string[]): Query {
  return {
    ...nothing,
    columns: {
      model: sql`model`,
      provider: sql`anyHeavy(provider)`,
      requests: sql`count()`,
      priced: sql`count(cost_usd)`,
      cost: sql`ifNull(sum(cost_usd), 0)`,
      output: sql`sumIf(${output}, cost_usd IS NOT NULL)`,
      cost_with_output: sql`ifNull(sumIf(cost_usd, output_tokens IS NOT NULL), 0)`,
      output_known: sql`countIf(output_tokens IS NOT NULL)`,
      latency: sql`quantilesExact(0.5, 0.95)(latency_ms)`,
      ttft: sql`quantilesExact(0.5, 0.95)(ttft_ms)`,
      ttft_known: sql`count(ttft_ms)`,
      latency_counts: sql`sumForEach(arrayMap(bound -> toUInt64(latency_ms < bound), ${bounds}))`,
      ttft_counts: sql`sumForEach(arrayMap(bound -> toUInt64(ifNull(ttft_ms < bound, false)), ${bounds}))`,
      speed: sql`quantileExactIf(0.5)((${output}) * 1000 / (latency_ms - ttft_ms), ${hasSpeed})`,
      speed_known: sql`countIf(${hasSpeed})`,
      errors: sql`countIf(error_kind NOT IN ('', 'client_disconnect'))`,
      input: sql`sum(ifNull(input_tokens, 0) + ifNull(cache_read_tokens, 0) + ifNull(cache_write_5m_tokens, 0) + ifNull(cache_write_1h_tokens, 0))`,
      cached: sql`sum(ifNull(cache_read_tokens, 0))`,
    },
    where: [...scopeConditions(scope), sql`has(${texts(models)}, model)`, answeredByModel],
    groupBy: [sql`model`],
  };
}

/** A stream that told its tokens and took long enough to measure. */
const hasSpeed = sql`streamed AND error_kind = '' AND output_tokens > 0 AND latency_ms - ttft_ms > 50`;

function lineOf(
  row: Row,
  traffic: readonly TrafficBand[],
  at: Date,
  rules: PriceRules,
): CompareAnswer['models'][number] {
  const cost = fromDecimal(row.cost);
  const onThis = priceOn({ provider: row.provider, model: row.model }, traffic, at, rules);
  const [latencyP50 = null, latencyP95 = null] = row.latency;
  const [ttftP50 = null, ttftP95 = null] = row.ttft_known === 0 ? [] : row.ttft;
  return {
    model: row.model,
    requests: row.requests,
    unpriced: row.requests - row.priced,
    cost: toDecimal(cost),
    costPerRequest: per(cost, row.priced),
    costPerThousandOutput: per(nanoUsd(fromDecimal(row.cost_with_output) * 1_000n), row.output),
    latencyP50,
    latencyP95,
    ttftP50,
    ttftP95,
    latency: shares(row.latency_counts, row.requests),
    ttft: shares(row.ttft_counts, row.ttft_known),
    tokensPerSecond: row.speed_known === 0 ? null : row.speed,
    errorRate: row.requests === 0 ? null : row.errors / row.requests,
    outputTokens: row.output_known === 0 ? null : row.output / row.output_known,
    cacheReadShare: row.input === 0 ? null : row.cached / row.input,
    allOnThis: onThis === null ? null : toDecimal(onThis),
  };
}

function per(cost: NanoUsd, units: number): string | null {
  return units === 0 ? null : toDecimal(nanoUsd(divideHalfEven(cost, BigInt(units))));
}

/** Counts below each bound as shares of what lies between two bounds, and of the rest. */
function shares(counts: readonly number[], total: number): number[] {
  if (total === 0) return [];
  const ends = [...counts, total];
  return ends.map((end, index) => (end - (ends[index - 1] ?? 0)) / total);
}
