import { z } from 'zod';
import type { RouteTraffic } from '../../domain/routes-api.ts';
import type { View } from '../../domain/view.ts';
import { type Asking, optionsOf } from './asking.ts';
import { render, sql, text, whole } from './fragment.ts';

const int = z.coerce.number();
const row = z.object({
  name: z.string(),
  requests: int,
  spend: z.string(),
  unpriced: int,
  errors: int,
  answeredBy: z.array(z.tuple([z.string(), int])),
});
const WEEK_S = 604_800;

/** The last seven days of every virtual model that was asked for. */
export async function askRouteTraffic(asking: Asking, kind: View['kind']): Promise<RouteTraffic> {
  const since = Math.floor(asking.now / 1000) - WEEK_S;
  const query = sql`SELECT name, sum(n) AS requests, toString(sum(dollars)) AS spend, sum(without) AS unpriced,
  sum(failed) AS errors,
  arraySlice(arrayReverseSort(each -> each.2, groupArray((target, n))), 1, 10) AS answeredBy
FROM (
  SELECT JSONExtractString(routing, 'asked') AS name, concat(provider, '/', requests.model) AS target, count() AS n,
    sum(ifNull(cost_usd, 0)) AS dollars, countIf(cost_usd IS NULL) AS without, countIf(error_kind != '') AS failed
  FROM spendlens.requests
  WHERE routing != '' AND kind = ${text(kind)} AND created_at >= fromUnixTimestamp(${whole(since)})
  GROUP BY name, target
)
GROUP BY name
ORDER BY requests DESC, name
LIMIT 200`;
  const rows = await asking.warehouse.rows(row, render(query), optionsOf(asking));
  return {
    routes: rows.map(({ answeredBy, ...each }) => ({
      ...each,
      answeredBy: answeredBy.map(([model, requests]) => ({ model, requests })),
    })),
  };
}
