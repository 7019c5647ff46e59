import { z } from 'zod';
import type { UnpricedModels } from '../../domain/money-api.ts';
import type { View } from '../../domain/view.ts';
import { type Asking, optionsOf } from './asking.ts';
import { render, sql, text } from './fragment.ts';

const int = z.coerce.number();
const row = z.object({
  provider: z.string(),
  model: z.string(),
  requests: int,
  inputTokens: int,
  outputTokens: int,
  first: int,
  last: int,
  reason: z.string(),
});

/**
 * Calls that somebody billed and nobody has priced, by the name that a price has to match. What came without any usage
 * and without a model cannot be priced by any, and is left out.
 */
export async function askUnpriced(asking: Asking, kind: View['kind']): Promise<UnpricedModels> {
  const query = sql`SELECT provider, if(response_model = '', attempts.model, response_model) AS model, count() AS requests,
  sum(ifNull(input_tokens, 0) + ifNull(cache_read_tokens, 0) + ifNull(cache_write_5m_tokens, 0)
    + ifNull(cache_write_1h_tokens, 0) + ifNull(audio_input_tokens, 0)) AS inputTokens,
  sum(ifNull(output_tokens, 0) + ifNull(reasoning_tokens, 0) + ifNull(audio_output_tokens, 0)
    + ifNull(image_tokens, 0)) AS outputTokens,
  toUnixTimestamp64Milli(min(created_at)) AS first, toUnixTimestamp64Milli(max(created_at)) AS last,
  argMax(JSONExtractString(cost_breakdown, 'reason'), created_at) AS reason
FROM spendlens.attempts
WHERE kind = ${text(kind)} AND cost_status = 'unpriced'
GROUP BY provider, model
HAVING model != ''
ORDER BY requests DESC, provider, model
LIMIT 500`;
  const rows = await asking.warehouse.rows(row, render(query), optionsOf(asking));
  return {
    models: rows.map(({ first, last, ...each }) => ({
      ...each,
      firstAt: new Date(first).toISOString(),
      lastAt: new Date(last).toISOString(),
    })),
  };
}
