import { useQueryClient } from '@tanstack/react-query';
import { ArrowUp } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { RequestLine, RequestsAnswer } from '../../../domain/api.ts';
import {
  isRequestSort,
  type RequestsQuery,
  requestsFile,
  type Since,
  serverTime,
  showNewest,
  useNewer,
  useProperties,
  useRequests,
} from '../api/queries.ts';
import { ChartMenu } from '../charts/menu.tsx';
import { plural } from '../format/number.ts';
import { rangeTitle } from '../frame/range-picker.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { useNarrow } from '../state/media.ts';
import { useOpenRequest } from '../state/open-request.tsx';
import { useParam, useView } from '../state/view.tsx';
import { readSorting, type Sorting, writeSorting } from './column.ts';
import { ColumnsMenu, useChosenColumns } from './columns-menu.tsx';
import { DataTable } from './data-table.tsx';
import { NothingHere } from './nothing-here.tsx';
import { narrowRequestColumns, requestColumns } from './request-columns.tsx';

const newestFirst: Sorting = { by: 'created_at', descending: true };
const identityOf = (line: RequestLine): string => `${line.outboxId} ${line.seq}`;

/** Fills its parent; the bar over it carries `title`. */
export function RequestsTable({ title }: { title: ReactNode }) {
  const { view, scope } = useView();
  const [sortText, setSort] = useParam('sort');
  const asked = readSorting(sortText, newestFirst);
  const by = isRequestSort(asked.by) ? asked.by : 'created_at';
  const query: RequestsQuery = { view, sort: by, descending: asked.descending };
  const sorting = { by, descending: asked.descending };
  const pages = useRequests(query);
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.rows), [pages.data]);
  const properties = useProperties(view.kind).data?.names;
  const narrow = useNarrow();
  const columns = useMemo(
    () => (narrow ? narrowRequestColumns(view.timeZone) : requestColumns(view.timeZone, properties ?? [], scope)),
    [narrow, view.timeZone, properties, scope],
  );
  const chosen = useChosenColumns('requests', columns);
  const { identity, open } = useOpenRequest(rows);
  const arrivals = useArrivals(query, pages.data?.pages, identity !== null);
  const more = () => {
    if (pages.hasNextPage && !pages.isFetchingNextPage && !pages.isPlaceholderData) void pages.fetchNextPage();
  };
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 px-4 py-1.5 max-sm:px-3">
        {title}
        <ColumnsMenu columns={columns} chosen={chosen} />
        <ChartMenu title="Requests" sql={pages.data?.pages[0]?.sql ?? null} csv={() => requestsFile(query)} />
      </div>
      <div
        className="relative min-h-0 flex-1 border-t border-line bg-surface"
        onPointerEnter={() => arrivals.setPointed(true)}
        onPointerLeave={() => arrivals.setPointed(false)}
      >
        <Settled
          query={{ ...pages, data: rows }}
          skeleton={<SkeletonRows />}
          reading={`Reading ${rangeTitle(view.range, view.timeZone).toLowerCase()} …`}
        >
          {(ready) =>
            ready.length === 0 ? (
              <NothingHere />
            ) : (
              <DataTable
                label="Requests"
                rows={ready}
                columns={columns}
                visibility={chosen.visibility}
                rowKey={identityOf}
                sorting={sorting}
                onSort={(next) => setSort(writeSorting(next))}
                onOpen={open}
                opened={identity && `${identity.outboxId} ${identity.seq}`}
                follow
                onHide={(column) => chosen.show(column, false)}
                onNearEnd={more}
                onScrolled={arrivals.onScrolled}
                footer={<EndOfRows more={pages.hasNextPage} failed={pages.isFetchNextPageError} onRetry={more} />}
              />
            )
          }
        </Settled>
        {arrivals.waiting > 0 && (
          <button
            type="button"
            onClick={arrivals.show}
            className="absolute top-10 left-1/2 z-30 flex h-7 -translate-x-1/2 items-center gap-1 rounded-full bg-accent px-3 text-small font-medium text-accent-text shadow-pop"
          >
            <ArrowUp size={13} aria-hidden />
            {plural(arrivals.waiting, 'new', 'new')}
          </button>
        )}
      </div>
    </div>
  );
}

function EndOfRows({ more, failed, onRetry }: { more: boolean; failed: boolean; onRetry: () => void }) {
  if (failed) {
    return (
      <button type="button" className="sticky left-0 h-10 px-4 text-small text-bad underline" onClick={onRetry}>
        The next rows could not be read. Try again
      </button>
    );
  }
  return (
    <div className="sticky left-0 flex h-10 w-fit items-center px-4 text-small text-muted">
      {more ? 'Reading more …' : 'No more requests'}
    </div>
  );
}

/**
 * New rows come in by themselves while nobody works with the table: it stands at its top, nothing is open, the
 * pointer is elsewhere. Otherwise they wait behind a pill, so that no row moves away from under a click.
 */
function useArrivals(query: RequestsQuery, pages: readonly RequestsAnswer[] | undefined, drawerOpen: boolean) {
  const cache = useQueryClient();
  const byTime = query.sort === 'created_at' && query.descending;
  const since = useSeenUntil(pages?.[0], byTime);
  const waiting = useNewer(query.view, since).data?.count ?? 0;
  const [pointed, setPointed] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const latest = useRef(query);
  latest.current = query;
  const show = useCallback(() => void showNewest(cache, latest.current), [cache]);
  const undisturbed = !pointed && !scrolled && !drawerOpen && byTime;
  useEffect(() => {
    if (waiting > 0 && undisturbed) show();
  }, [waiting, undisturbed, show]);
  return { waiting: undisturbed ? 0 : waiting, show, setPointed, onScrolled: (top: number) => setScrolled(top > 8) };
}

/**
 * Up to where the table has what there is: its newest row, or, where others than the newest come first, the time at
 * which it was read. Undefined until it was read.
 */
function useSeenUntil(first: RequestsAnswer | undefined, byTime: boolean): Since | undefined {
  const cache = useQueryClient();
  return useMemo(() => {
    if (first === undefined) return undefined;
    const [newest] = first.rows;
    if (byTime && newest) return { createdAt: newest.createdAt, outboxId: newest.outboxId, seq: newest.seq };
    const createdAt = byTime ? beginning : (serverTime(cache) ?? beginning);
    return { createdAt, outboxId: '', seq: 0 };
  }, [first, byTime, cache]);
}

const beginning = new Date(0).toISOString();
