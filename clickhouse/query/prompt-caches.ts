import { z } from 'zod';
import type { PromptCachesAnswer } from '../../domain/cache-api.ts';
import { nanoUsd, toDecimal } from '../../domain/money.ts';
import type { View } from '../../domain/view.ts';
import { type Asking, optionsOf } from './asking.ts';
import { readable, render, sql } from './fragment.ts';
import { oldestRow } from './oldest.ts';
import { resolveScope, type Scope, scopeConditions } from './scope.ts';
import { nothing, type Query, select } from './select.ts';

const ROWS = 50;

const number = z.coerce.number();
const row = z.object({
  provider: z.string(),
  model: z.string(),
  calls: number,
  all_input: number,
  all_read: number,
  all_written: number,
  saved_nano: z.string(),
  untold: number,
  total: z.tuple([number, number, z.string(), number]),
});

/** Over calls, not requests: each has a receipt of its own. */
export async function askPromptCaches(asking: Asking, view: View): Promise<PromptCachesAnswer> {
  const scope = await resolveScope(view, asking.now, () => oldestRow(asking, view.kind));
  const query = select(modelsQuery(scope));
  const rows = await asking.warehouse.rows(row, render(query), optionsOf(asking));
  const [inputTokens, readTokens, savedNano, untold] = rows[0]?.total ?? [0, 0, '0', 0];
  return {
    rows: rows.map((each) => ({
      provider: each.provider,
      model: each.model,
      calls: each.calls,
      inputTokens: each.all_input,
      readTokens: each.all_read,
      writtenTokens: each.all_written,
      saved: dollars(each.saved_nano),
      untold: each.untold,
    })),
    saved: dollars(savedNano),
    untold,
    inputTokens,
    readTokens,
    sql: readable(query),
  };
}

const written = sql`ifNull(cache_write_5m_tokens, 0) + ifNull(cache_write_1h_tokens, 0)`;
const input = sql`ifNull(input_tokens, 0) + ifNull(cache_read_tokens, 0) + ${written} + ifNull(audio_input_tokens, 0)`;
const told = sql`simpleJSONExtractString(cost_breakdown, 'cacheSavedNano')`;
const hasNoLine = sql`position(cost_breakdown, '"item":"cacheRead') = 0`;

function modelsQuery(scope: Scope): Query {
  return {
    ...nothing,
    from: sql`spendlens.attempts`,
    columns: {
      provider: sql`provider`,
      model: sql`model`,
      calls: sql`count()`,
      all_input: sql`sum(${input})`,
      all_read: sql`sum(ifNull(cache_read_tokens, 0))`,
      all_written: sql`sum(${written})`,
      // Of calls that read nothing, so that their receipts need not be looked into.
      saved_nano: sql`sum(if(ifNull(cache_read_tokens, 0) > 0, toInt64OrZero(${told}), 0))`,
      // Where the provider's own figure was billed, no line says what reading cost.
      untold: sql`countIf(ifNull(cache_read_tokens, 0) > 0 AND ${told} IN ('', '0') AND ${hasNoLine})`,
      total: sql`(sum(all_input) OVER (), sum(all_read) OVER (), sum(saved_nano) OVER (), sum(untold) OVER ())`,
    },
    where: [...scopeConditions(scope), sql`input_tokens IS NOT NULL`],
    groupBy: [sql`provider`, sql`model`],
    orderBy: [sql`all_input DESC`, sql`provider`, sql`model`],
    limit: ROWS,
  };
}

const dollars = (nano: string): string => toDecimal(nanoUsd(BigInt(nano)));
