import type { Warehouse } from '../../clickhouse/client.ts';

export interface ArmPlan {
  readonly name: string;
  /** Of all units. */
  readonly share: number;
  /** Dollars of a request: log-normal with this median. */
  readonly medianCost: number;
  /** Share of its scored requests that were rated 1, the others 0. */
  readonly goodShare: number;
}

export interface ExposurePlan {
  readonly experiment: string;
  readonly units: number;
  readonly requestsPerUnit: number;
  readonly arms: readonly ArmPlan[];
  readonly days: number;
  readonly kind?: 'app' | 'demo';
  /** Other numbers from the same hash. */
  readonly seed: number;
}

/** Rows of an experiment that the engine makes itself: users with several requests, every third of them scored. */
export async function fillExposures(warehouse: Warehouse, plan: ExposurePlan): Promise<void> {
  const { experiment, units, requestsPerUnit, days, seed, kind = 'app' } = plan;
  const count = units * requestsPerUnit;
  const pick = (value: (arm: ArmPlan) => string) => {
    let upTo = 0;
    const branches = plan.arms.slice(0, -1).map((arm) => {
      upTo += arm.share;
      return `place < ${upTo}, ${value(arm)}`;
    });
    const last = plan.arms.at(-1);
    return `multiIf(${[...branches, last ? value(last) : "''"].join(', ')})`;
  };
  const outbox = `${experiment}-${seed}`;
  await warehouse.run(`INSERT INTO spendlens.attempts
    (request_id, created_at, kind, lane, user_id, feature, provider, model, response_model, path, method, status,
     error_kind, attempts, cache_outcome, experiment, variant, answered_variant, unit_id, output_tokens, cost_usd,
     cost_status, latency_ms, ttft_ms, outbox_id, seq, attempt, final, total_status, total_error_kind, total_cost_usd,
     total_cost_status, total_output_tokens, total_latency_ms, total_ttft_ms)
    WITH number AS n, intDiv(n, ${requestsPerUnit}) AS u,
      (cityHash64(u, ${seed}, 1) % 1000003) / 1000003 AS place,
      (1 + cityHash64(n, ${seed}, 2) % 999983) / 1000003 AS r1, (cityHash64(n, ${seed}, 3) % 999979) / 999979 AS r2,
      sqrt(-2 * log(r1)) * cos(2 * pi() * r2) AS normal,
      ${pick(({ name }) => `'${name}'`)} AS arm,
      toDecimal64(${pick(({ medianCost }) => String(medianCost))} * exp(0.8 * normal), 9) AS cost,
      toFloat32(800 * exp(0.5 * normal)) AS took,
      cityHash64(n, ${seed}, 4) % 100 = 0 AS bad, if(bad, 500, 200) AS code, if(bad, 'status', '') AS fault
    SELECT generateUUIDv4(), now64(3) - toIntervalMillisecond(toUInt64(${days} * 86400000. * (1 - n / ${count}))),
      '${kind}', 'routed', concat('user-', toString(u)), 'summaries', 'openai', 'gpt-4o', 'gpt-4o', '/v1/chat/completions',
      'POST', code, fault, 1, 'none', '${experiment}', arm, arm, concat('user-', toString(u)), 200, cost, 'exact', took,
      took / 4, '${outbox}', n + 1, 1, true, code, fault, cost, 'exact', 200, took, took / 4
    FROM numbers(${count})`);
  await warehouse.run(`INSERT INTO spendlens.scores
    SELECT outbox_id, seq, request_id, created_at, 'rating', 'boolean',
      (cityHash64(seq, ${seed}, 5) % 1000) / 1000 < transform(variant, [${plan.arms.map(({ name }) => `'${name}'`)}],
        [${plan.arms.map(({ goodShare }) => goodShare)}], 0.), '', '', 'test', now64(3)
    FROM spendlens.attempts WHERE outbox_id = '${outbox}' AND seq % 3 = 0`);
}
