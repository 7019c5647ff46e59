import { z } from 'zod';
import type { ExperimentUnit } from '../../domain/experiments/experiment.ts';
import type { ExperimentPreview, experimentPreviewRequest } from '../../domain/experiments/results.ts';
import { daysNeeded, unitsNeeded } from '../../domain/statistics/power.ts';
import type { View } from '../../domain/view.ts';
import { type Asking, optionsOf } from './asking.ts';
import { join, render, type Sql, sql } from './fragment.ts';
import { resolveScope, scopeConditions } from './scope.ts';

export type PreviewQuestion = Omit<z.infer<typeof experimentPreviewRequest>, 'kind'>;

const DAYS = 7;
const row = z.object({
  requests: z.coerce.number(),
  without_unit: z.coerce.number(),
  units: z.coerce.number(),
  mean: z.coerce.number().nullable(),
  variance: z.coerce.number().nullable(),
});

/** A request is a unit of its own. */
export function unitColumn(unit: ExperimentUnit): Sql {
  switch (unit) {
    case 'user':
      return sql`user_id`;
    case 'session':
      return sql`session_id`;
    case 'request':
      return sql`toString(request_id)`;
  }
}

/** The matching traffic of the last seven days, and from its own spread of cost what it takes to decide. */
export async function askExperimentPreview(
  asking: Asking,
  question: PreviewQuestion,
  kind: View['kind'],
): Promise<ExperimentPreview> {
  const filters = question.targeting.map(({ field, value }) => ({ field, op: 'is' as const, values: [value] }));
  const view: View = { range: { preset: '7d' }, timeZone: 'UTC', kind, filters };
  const scope = await resolveScope(view, asking.now, async () => null);
  const query = sql`SELECT sum(n) AS requests, sumIf(n, unit = '') AS without_unit, countIf(unit != '') AS units,
      avgIf(cost, unit != '') AS mean, varSampStableIf(cost, unit != '') AS variance
    FROM (SELECT ${unitColumn(question.unit)} AS unit, count() AS n, sum(toFloat64(ifNull(cost_usd, 0))) AS cost
      FROM spendlens.requests WHERE ${join(scopeConditions(scope), ' AND ')} GROUP BY unit)`;
  const [found] = await asking.warehouse.rows(row, render(query), optionsOf(asking));
  if (!found)
    return { requests: 0, units: 0, withoutUnit: 0, mean: null, variation: null, unitsPerArm: null, days: null };
  const { requests, without_unit: withoutUnit, units, mean, variance } = found;
  const common = { requests, units, withoutUnit };
  if (units < 2 || mean === null || variance === null || mean === 0) {
    return { ...common, mean: units > 0 ? mean : null, variation: null, unitsPerArm: null, days: null };
  }
  const plan = {
    alpha: question.alpha,
    power: question.power,
    kind: question.confidence,
    arms: question.arms,
  };
  const unitsPerArm = unitsNeeded(plan, { units, mean, variance }, question.smallestEffect);
  return {
    ...common,
    mean,
    variation: Math.sqrt(variance) / mean,
    unitsPerArm,
    days: unitsPerArm === null ? null : daysNeeded(plan, unitsPerArm, (units / DAYS) * question.exposure),
  };
}
