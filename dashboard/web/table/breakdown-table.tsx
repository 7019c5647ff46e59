import { type ReactNode, useMemo, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { type Dimension, metric } from '../../../domain/view.ts';
import { breakdownFile, useBreakdown } from '../api/queries.ts';
import { ChartMenu } from '../charts/menu.tsx';
import { plural } from '../format/number.ts';
import { rangeTitle } from '../frame/range-picker.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { valueLink } from '../state/places.ts';
import { sharedSearch, useParam, useView } from '../state/view.tsx';
import { fieldTitle } from '../state/vocabulary.ts';
import { type BreakdownRow, breakdownColumns } from './breakdown-columns.tsx';
import { readSorting, type Sorting, writeSorting } from './column.ts';
import { ColumnsMenu, useChosenColumns } from './columns-menu.tsx';
import { DataTable } from './data-table.tsx';
import { NothingHere } from './nothing-here.tsx';
import { SearchBox } from './search-box.tsx';

const dearestFirst: Sorting = { by: 'spend', descending: true };
const STEP = 100;
const MOST = 1000;

interface BreakdownTableProps {
  readonly dimension: Dimension;
  readonly second: Dimension | null;
  readonly aside?: ReactNode;
}

/** Fills its parent. */
export function BreakdownTable({ dimension, second, aside }: BreakdownTableProps) {
  const { view } = useView();
  const [params] = useSearchParams();
  const [sortText, setSort] = useParam('sort');
  const [search, setSearch] = useParam('q', { replace: true });
  const [limit, setLimit] = useState(STEP);
  const asked = readSorting(sortText, dearestFirst);
  const by = metric.safeParse(asked.by).data ?? 'spend';
  const sort = { metric: by, descending: asked.descending };
  const question = { view, dimension, second, sort, search: search ?? '', limit, offset: 0 };
  const query = useBreakdown(question);
  const shared = sharedSearch(params);
  const rows = query.data?.rows;
  const columns = useMemo(
    () =>
      breakdownColumns({
        dimension,
        second,
        sortedBy: by,
        rows: rows ?? [],
        linkOf: (row) => valueLink(dimension, row.value, shared),
      }),
    [dimension, second, by, rows, shared],
  );
  const chosen = useChosenColumns('breakdown', columns);
  const navigate = useNavigate();
  const open = (row: BreakdownRow) => {
    const link = valueLink(dimension, row.value, shared);
    if (link !== null) void navigate(link);
  };
  const total = query.data?.total ?? 0;
  const noun = nounOf(second ?? dimension);
  const title = `Spend by ${fieldTitle(dimension).toLowerCase()}`;
  const shownRows = rows?.length ?? 0;
  return (
    <section className="flex h-full min-h-0 flex-col" aria-label={title}>
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 px-4 py-1.5 max-sm:px-3">
        <SearchBox
          value={search ?? ''}
          onChange={(text) => setSearch(text === '' ? null : text)}
          label={`Search ${fieldTitle(dimension).toLowerCase()}`}
        />
        {aside}
        <span className="flex-1 text-small text-muted">
          {query.data && plural(total, noun)}
          {rows?.some((row) => row.figures.unpricedRequests > 0) && (
            <span className="max-sm:hidden"> · * leaves out requests whose price is not known</span>
          )}
        </span>
        <ColumnsMenu columns={columns} chosen={chosen} />
        <ChartMenu title={title} sql={query.data?.sql ?? null} csv={() => breakdownFile(question)} />
      </div>
      <div className="min-h-0 flex-1 border-t border-line bg-surface">
        <Settled
          query={query}
          skeleton={<SkeletonRows />}
          reading={`Reading ${rangeTitle(view.range, view.timeZone).toLowerCase()} …`}
        >
          {(data) =>
            data.rows.length === 0 ? (
              <NothingHere searched={(search ?? '') !== ''} />
            ) : (
              <DataTable
                label={title}
                rows={data.rows}
                columns={columns}
                visibility={chosen.visibility}
                rowKey={(row) => JSON.stringify([row.value, row.second])}
                sorting={{ by, descending: asked.descending }}
                onSort={(next) => setSort(writeSorting(next))}
                onOpen={open}
                onHide={(column) => chosen.show(column, false)}
                onNearEnd={() => shownRows < total && setLimit(Math.min(shownRows + STEP, MOST))}
                total={data.total}
                footer={total > MOST && shownRows >= MOST ? <TooMany total={total} noun={noun} /> : null}
              />
            )
          }
        </Settled>
      </div>
    </section>
  );
}

/** `user` of users; a property has values. */
const nounOf = (dimension: Dimension): string =>
  dimension.startsWith('property.') ? 'value' : fieldTitle(dimension).toLowerCase();

const TooMany = ({ total, noun }: { total: number; noun: string }) => (
  <p className="sticky left-0 flex h-10 w-fit items-center px-4 text-small text-muted">
    The first {MOST} of {plural(total, noun)}. Search or filter to reach the others.
  </p>
);
