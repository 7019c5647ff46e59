import { z } from 'zod';
import { fromDecimal } from '../../domain/money.ts';
import type { OwnDay } from '../../domain/reconcile/compare.ts';
import type { View } from '../../domain/view.ts';
import { type Asking, optionsOf } from './asking.ts';
import { instant, render, sql, text } from './fragment.ts';

const int = z.coerce.number();
const row = z.object({
  day: z.string(),
  model: z.string(),
  cost: z.string(),
  requests: int,
  unpriced: int,
  estimated: int,
  corrected: int,
});

const DAY_MS = 86_400_000;

export interface OwnDaysQuestion {
  readonly kind: View['kind'];
  /** '' = all. */
  readonly provider: string;
  /** UTC days, both contained. */
  readonly from: string;
  readonly to: string;
}

/** What was spent by UTC day and model, to hold against an invoice: by calls, which is what providers bill. */
export async function askOwnDays(asking: Asking, { kind, provider, from, to }: OwnDaysQuestion): Promise<OwnDay[]> {
  const query = sql`SELECT toString(toDate(created_at, 'UTC')) AS day,
  if(response_model = '', attempts.model, response_model) AS model,
  ifNull(sum(cost_usd), 0) AS cost, count() AS requests, countIf(cost_status = 'unpriced') AS unpriced,
  countIf(cost_status IN ('estimated', 'partial')) AS estimated, countIf(attempts.corrected) AS corrected
FROM spendlens.attempts
WHERE kind = ${text(kind)} AND created_at >= ${instant(Date.parse(from))}
  AND created_at < ${instant(Date.parse(to) + DAY_MS)} AND (${text(provider)} = '' OR provider = ${text(provider)})
  AND (isNull(cost_usd) OR cost_usd != 0)
GROUP BY day, model
ORDER BY day, model`;
  const rows = await asking.warehouse.rows(row, render(query), optionsOf(asking));
  return rows.map(({ cost, corrected, ...rest }) => ({ ...rest, cost: fromDecimal(cost), corrected }));
}
