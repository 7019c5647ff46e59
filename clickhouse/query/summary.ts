import { z } from 'zod';
import type { SummaryAnswer } from '../../domain/api.ts';
import { previousSpan, type Span } from '../../domain/range.ts';
import type { View } from '../../domain/view.ts';
import { type Asking, optionsOf } from './asking.ts';
import { figureColumns, figuresOf, measured, nothingMeasured } from './figures.ts';
import { readable, render, sql } from './fragment.ts';
import { oldestRow } from './oldest.ts';
import { resolveScope, type Scope, scopeConditions } from './scope.ts';
import { nothing, type Query, select } from './select.ts';

const UNATTRIBUTED_ROWS = 10;

const unattributedRow = z.object({
  key_id: z.string(),
  user_agent: z.string(),
  spend: z.string(),
  requests: z.coerce.number(),
  all_spend: z.string(),
  all_requests: z.coerce.number(),
});

const unaskedRow = z.object({ spend: z.string(), requests: z.coerce.number() });

/** The tiles of the overview: the figures of a view, of the period before, and the money that nobody claims. */
export async function askSummary(asking: Asking, view: View): Promise<SummaryAnswer> {
  const scope = await resolveScope(view, asking.now, () => oldestRow(asking, view.kind));
  const before = { ...scope, span: previousSpan(scope.range, scope.zone, scope.span) };
  const [current, previous, unattributed, unasked] = await Promise.all([
    figures(asking, scope),
    figures(asking, before),
    asking.warehouse.rows(unattributedRow, render(select(unattributedQuery(scope))), optionsOf(asking)),
    asking.warehouse.rows(unaskedRow, render(select(unaskedQuery(scope))), optionsOf(asking)),
  ]);
  return {
    range: shown(scope.span),
    previousRange: shown(before.span),
    current,
    previous,
    unattributed: {
      spend: unattributed[0]?.all_spend ?? '0.000000000',
      requests: unattributed[0]?.all_requests ?? 0,
      rows: unattributed.map(({ key_id, user_agent, spend, requests }) => ({
        keyId: key_id,
        userAgent: user_agent,
        spend,
        requests,
      })),
    },
    unasked: unasked[0] ?? { spend: '0.000000000', requests: 0 },
    sql: readable(select(figuresQuery(scope))),
  };
}

const figuresQuery = (scope: Scope): Query => ({ ...nothing, columns: figureColumns, where: scopeConditions(scope) });

async function figures(asking: Asking, scope: Scope) {
  const [row] = await asking.warehouse.rows(measured, render(select(figuresQuery(scope))), optionsOf(asking));
  return figuresOf(row ?? nothingMeasured);
}

/** OpenAI's chat and completions tell the usage of a stream only when asked; one that broke off tells it in no case. */
function unaskedQuery(scope: Scope): Query {
  return {
    ...nothing,
    columns: { spend: sql`ifNull(sum(cost_usd), 0)`, requests: sql`count()` },
    where: [
      ...scopeConditions(scope),
      sql`streamed`,
      sql`cost_status IN ('estimated', 'partial')`,
      sql`usage_raw = ''`,
      sql`error_kind = ''`,
      sql`match(path, '/completions([?]|$)')`,
    ],
  };
}

function unattributedQuery(scope: Scope): Query {
  return {
    ...nothing,
    columns: {
      key_id: sql`key_id`,
      user_agent: sql`user_agent`,
      spend: sql`ifNull(sum(cost_usd), 0)`,
      requests: sql`count()`,
      all_spend: sql`sum(spend) OVER ()`,
      all_requests: sql`sum(requests) OVER ()`,
    },
    where: [...scopeConditions(scope), sql`user_id = ''`, sql`feature = ''`],
    groupBy: [sql`key_id`, sql`user_agent`],
    orderBy: [sql`spend DESC`, sql`requests DESC`, sql`key_id`, sql`user_agent`],
    limit: UNATTRIBUTED_ROWS,
  };
}

const shown = ({ from, to }: Span) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
