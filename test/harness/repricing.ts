import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import { type NanoUsd, nanoUsd } from '../../domain/money.ts';
import type { PricedCall } from '../../domain/prices/price-exchange.ts';
import { createLog } from '../../process/log.ts';
import { createRepricing, type Repricing } from '../../repricing/repricing.ts';

const factor = z.object({ factor: z.number().int() });

/** `factor` nano-dollars a token, so that every sum can be worked out; models called `…unknown…` have no price. */
export function repricingBy(
  warehouse: Warehouse,
  nanoPerToken: () => number,
  holder = 'test',
  now = Date.now,
): Repricing {
  return createRepricing({
    warehouse,
    log: createLog('test', process.env['TEST_LOG'] ?? 'silent'),
    holder,
    now,
    rules: {
      current: async () => ({ rules: { factor: nanoPerToken() }, changedAt: 0 }),
      pricer(rules) {
        const by = factor.parse(rules).factor;
        return (call) => priced(costOf(call, by));
      },
    },
  });
}

function costOf({ usage, model }: PricedCall, by: number): NanoUsd | null {
  if (usage === null || model.includes('unknown')) return null;
  const tokens = (usage.input ?? 0) + (usage.cacheRead ?? 0) + (usage.output ?? 0);
  return nanoUsd(BigInt(tokens) * BigInt(by));
}

function priced(cost: NanoUsd | null) {
  const reason = 'by the test';
  return {
    cost,
    status: cost === null ? ('unpriced' as const) : ('exact' as const),
    receipt: {
      lines: [],
      priceModel: '',
      source: 'test',
      priceSource: '',
      priceFrom: '',
      override: '',
      tier: '',
      reason,
      listNano: '',
      reportedNano: '',
      cacheSavedNano: '0',
    },
    priceVersion: 'test 2',
  };
}

const sums = z.object({
  rows: z.coerce.number(),
  attempts: z.string(),
  requests: z.string(),
  tokens: z.coerce.number(),
  unpriced: z.coerce.number(),
  corrected: z.coerce.number(),
  receipts: z.string(),
});
export type Sums = z.infer<typeof sums>;

/** What the rows say, over attempts and over requests; `receipts` is a fingerprint of every figure and receipt. */
export async function sumsOf(warehouse: Warehouse): Promise<Sums> {
  const [row] = await warehouse.rows(sums, {
    text: `SELECT count() AS rows, ifNull(sum(cost_usd), 0) AS attempts, ifNull(sumIf(total_cost_usd, final), 0) AS requests,
        sum(ifNull(input_tokens, 0) + ifNull(cache_read_tokens, 0) + ifNull(output_tokens, 0)) AS tokens,
        countIf(isNull(cost_usd)) AS unpriced, countIf(corrected) AS corrected,
        toString(groupBitXor(cityHash64(outbox_id, seq, attempt, toString(cost_usd), cost_status, cost_breakdown,
          price_version, toString(total_cost_usd), total_cost_status))) AS receipts
      FROM spendlens.attempts`,
    params: {},
  });
  if (!row) throw new Error('an aggregate without a row');
  return row;
}

/** Carries on until nothing is left to do, as the dashboard does. */
export async function carryOnUntilDone(repricing: Repricing, timeoutMs = 120_000): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  for (;;) {
    await repricing.carryOn(signal);
    const jobs = await repricing.list();
    if (jobs.every(({ state }) => state === 'done' || state === 'failed')) return;
    await sleep(200, undefined, { signal });
  }
}
