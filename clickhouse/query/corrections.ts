import { z } from 'zod';
import type { Correction, RepricingJob } from '../../domain/money-api.ts';
import { type Asking, optionsOf } from './asking.ts';
import { render, type Sql, sql, uuid } from './fragment.ts';

const money = z.string().nullable();
const row = z.object({
  job_id: z.string(),
  attempt: z.number(),
  at: z.coerce.number(),
  who: z.string(),
  why: z.string(),
  old_cost_usd: money,
  new_cost_usd: money,
  old_cost_status: z.string(),
  new_cost_status: z.string(),
  old_price_version: z.string(),
  new_price_version: z.string(),
});

/** What was corrected in one exchange, newest first. A job that only plans has corrected nothing yet. */
export async function askCorrections(asking: Asking, requestId: string, exchange: Sql): Promise<Correction[]> {
  const query = sql`SELECT job_id, attempt, at, who, why, old_cost_usd, new_cost_usd, old_cost_status, new_cost_status,
  old_price_version, new_price_version
FROM spendlens.corrections AS c
INNER JOIN (
  SELECT job_id, any(who) AS who, any(why) AS why, toUnixTimestamp64Milli(min(at)) AS at
  FROM spendlens.repricings GROUP BY job_id HAVING countIf(state IN ('applying', 'done')) > 0
) AS jobs USING (job_id)
WHERE request_id = ${uuid(requestId)} AND ${exchange}
  AND (old_cost_status != new_cost_status
    OR ifNull(old_cost_usd != new_cost_usd, isNull(old_cost_usd) != isNull(new_cost_usd)))
ORDER BY at DESC, attempt`;
  const rows = await asking.warehouse.rows(row, render(query), optionsOf(asking));
  return rows.map((each) => ({
    jobId: each.job_id,
    attempt: each.attempt,
    at: new Date(each.at).toISOString(),
    who: each.who,
    why: each.why,
    oldCost: each.old_cost_usd,
    newCost: each.new_cost_usd,
    oldStatus: each.old_cost_status,
    newStatus: each.new_cost_status,
    oldPriceVersion: each.old_price_version,
    newPriceVersion: each.new_price_version,
  }));
}

const running = z.object({
  id: z.string(),
  state: z.enum(['planning', 'applying']),
  done: z.coerce.number(),
  total: z.coerce.number(),
});

/** The job that is under way, null while there is none. */
export async function askRepricing(
  asking: Asking,
): Promise<Pick<RepricingJob, 'id' | 'state' | 'done' | 'total'> | null> {
  const query = sql`SELECT * FROM (
  SELECT job_id AS id, argMax(state, step) AS state, argMax(done, step) AS done, argMax(total, step) AS total
  FROM spendlens.repricings GROUP BY job_id
) WHERE state IN ('planning', 'applying') LIMIT 1`;
  const [job] = await asking.warehouse.rows(running, render(query), optionsOf(asking));
  return job ?? null;
}
