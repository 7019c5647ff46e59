import { z } from 'zod';
import { type NanoUsd, nanoUsd } from '../../domain/money.ts';
import { priceExchange } from '../../domain/prices/price-exchange.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import { type Asking, optionsOf } from './asking.ts';
import { render, sql, texts, wholes } from './fragment.ts';
import { type Scope, scopeConditions } from './scope.ts';

/** Requests with prompts of about one length, and their tokens together. */
export interface TrafficBand {
  readonly requests: number;
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning: number;
}

/** Where price lists have their tiers; within a band the average prompt is on the side of every single one. */
const BAND_ENDS = [128_000, 200_000, 256_000, 272_000];

const number = z.coerce.number();
const row = z.object({
  requests: number,
  input: number,
  cache_read: number,
  cache_write_5m: number,
  cache_write_1h: number,
  output: number,
  reasoning: number,
});

/** What our own cache answered cost nothing and took no time, whatever the model is like. */
export const answeredByModel = sql`cache_outcome != 'hit'`;

/** All requests of the models whose usage is known, by length of prompt. */
export async function askTraffic(asking: Asking, scope: Scope, models: readonly string[]): Promise<TrafficBand[]> {
  const conditions = [
    ...scopeConditions(scope),
    sql`has(${texts(models)}, model)`,
    answeredByModel,
    sql`input_tokens IS NOT NULL AND output_tokens IS NOT NULL`,
  ];
  const where = conditions.reduce((before, each) => sql`${before} AND ${each}`);
  const query = sql`SELECT count() AS requests, sum(input_tokens) AS input, sum(ifNull(cache_read_tokens, 0)) AS cache_read,
      sum(ifNull(cache_write_5m_tokens, 0)) AS cache_write_5m, sum(ifNull(cache_write_1h_tokens, 0)) AS cache_write_1h,
      sum(output_tokens) AS output, sum(ifNull(reasoning_tokens, 0)) AS reasoning
    FROM spendlens.requests WHERE ${where}
    GROUP BY arrayCount(bound -> bound < input_tokens + ifNull(cache_read_tokens, 0) + ifNull(cache_write_5m_tokens, 0)
      + ifNull(cache_write_1h_tokens, 0), ${wholes(BAND_ENDS)})`;
  const rows = await asking.warehouse.rows(row, render(query), optionsOf(asking));
  return rows.map(({ cache_read, cache_write_5m, cache_write_1h, ...rest }) => ({
    ...rest,
    cacheRead: cache_read,
    cacheWrite5m: cache_write_5m,
    cacheWrite1h: cache_write_1h,
  }));
}

export interface PricedModel {
  readonly provider: string;
  readonly model: string;
}

/**
 * Dollars of that traffic on one model, token for token: another tokenizer would count otherwise, another model answer
 * at another length. Null where a band has no price.
 */
export function priceOn(
  { provider, model }: PricedModel,
  traffic: readonly TrafficBand[],
  at: Date,
  rules: PriceRules,
): NanoUsd | null {
  let sum = 0n;
  for (const band of traffic) {
    const each = (tokens: number) => Math.round(tokens / band.requests);
    const usage = {
      input: each(band.input),
      cacheRead: each(band.cacheRead),
      cacheWrite5m: each(band.cacheWrite5m),
      cacheWrite1h: each(band.cacheWrite1h),
      output: each(band.output),
      reasoning: each(band.reasoning),
      audioInput: null,
      audioOutput: null,
      image: null,
    };
    const call = { provider, model, responseModel: '', at, usage, reportedCost: null, status: 200 };
    const { cost } = priceExchange({ ...call, estimated: true, hiddenReasoning: false, complete: true }, rules);
    if (cost === null) return null;
    sum += cost * BigInt(band.requests);
  }
  return nanoUsd(sum);
}
