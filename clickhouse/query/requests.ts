import { z } from 'zod';
import type { newerRequest, RequestsAnswer, requestsRequest } from '../../domain/api.ts';
import { type Asking, optionsOf } from './asking.ts';
import { afterCursor, cursorAfter, sortOrder } from './cursor.ts';
import { instant, readable, render, sql, text, whole } from './fragment.ts';
import { lineColumns, lineOf, lineRow } from './line.ts';
import { oldestRow } from './oldest.ts';
import { resolveScope, scopeConditions } from './scope.ts';
import { nothing, select } from './select.ts';

const countRow = z.object({ count: z.coerce.number() });

/** A page of requests. Paging by key stays in place, and as fast, however many rows arrive or were passed. */
export async function askRequests(asking: Asking, request: z.infer<typeof requestsRequest>): Promise<RequestsAnswer> {
  const { view, sort, descending, after, limit } = request;
  const scope = await resolveScope(view, asking.now, () => oldestRow(asking, view.kind));
  const query = select({
    ...nothing,
    columns: lineColumns,
    where: [...scopeConditions(scope), ...(after === null ? [] : [afterCursor(sort, descending, after)])],
    orderBy: sortOrder(sort, descending),
    // One more than asked tells whether there is a next page.
    limit: limit + 1,
  });
  const rows = await asking.warehouse.rows(lineRow, render(query), optionsOf(asking));
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page.map(lineOf),
    next: rows.length > limit && last !== undefined ? cursorAfter(sort, last) : null,
    sql: readable(query),
  };
}

/** How many rows of the view came after one that is already shown. */
export async function askNewer(asking: Asking, request: z.infer<typeof newerRequest>): Promise<{ count: number }> {
  const { view, since } = request;
  const scope = await resolveScope(view, asking.now, () => oldestRow(asking, view.kind));
  const at = instant(Date.parse(since.createdAt));
  const query = select({
    ...nothing,
    columns: { count: sql`count()` },
    where: [
      ...scopeConditions(scope),
      sql`created_at >= ${at}`,
      sql`(created_at > ${at} OR (outbox_id, seq) > (${text(since.outboxId)}, ${whole(since.seq)}))`,
    ],
  });
  const [row] = await asking.warehouse.rows(countRow, render(query), optionsOf(asking));
  return { count: row?.count ?? 0 };
}
