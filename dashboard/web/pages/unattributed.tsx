import { Link, useSearchParams } from 'react-router';
import type { SummaryAnswer } from '../../../domain/api.ts';
import { useSummary } from '../api/queries.ts';
import { exactMoney, money } from '../format/money.ts';
import { integer, percent, plural } from '../format/number.ts';
import { rangeTitle } from '../frame/range-picker.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { writeFilters } from '../state/link.ts';
import { sharedSearch, useView } from '../state/view.tsx';

type Row = SummaryAnswer['unattributed']['rows'][number];

/** Money that nobody put a name to, by what is left to tell who it was. */
export function Unattributed({ className = '' }: { className?: string }) {
  const { view } = useView();
  const query = useSummary(view);
  return (
    <Panel title="Unattributed" className={className}>
      <div className="min-h-[224px] flex-1">
        <Settled
          query={query}
          skeleton={<SkeletonRows rows={6} />}
          reading={`Reading ${rangeTitle(view.range, view.timeZone).toLowerCase()} …`}
        >
          {(answer) => <Content answer={answer} />}
        </Settled>
      </div>
    </Panel>
  );
}

function Content({ answer }: { answer: SummaryAnswer }) {
  const { unattributed, current } = answer;
  if (unattributed.requests === 0) {
    const text = current.requests === 0 ? 'Nothing in this range' : 'Every request names a user or a feature.';
    return <p className="flex h-full items-center justify-center p-4 text-small text-muted">{text}</p>;
  }
  const share = Number(current.spend) > 0 ? Number(unattributed.spend) / Number(current.spend) : null;
  return (
    <div className="flex min-h-0 flex-col">
      <p className="flex flex-wrap items-baseline gap-x-2 px-3 pb-1.5">
        <span className="text-figure font-semibold tracking-tight" title={exactMoney(unattributed.spend)}>
          {money(unattributed.spend)}
        </span>
        <span className="text-small text-muted">
          {share !== null && `${percent(share)} of spend · `}
          {plural(unattributed.requests, 'request')} without user or feature
        </span>
      </p>
      <div className="max-h-[168px] overflow-y-auto">
        <table className="w-full table-fixed text-small">
          <thead className="sticky top-0 bg-surface">
            <tr className="h-7 border-y border-line text-left text-muted">
              <th scope="col" className="w-[116px] truncate pl-3 font-medium">
                Key
              </th>
              <th scope="col" className="truncate px-2 font-medium">
                User agent
              </th>
              <th scope="col" className="w-16 truncate text-right font-medium">
                Requests
              </th>
              <th scope="col" className="w-20 truncate pr-3 text-right font-medium">
                Spend
              </th>
            </tr>
          </thead>
          <tbody>
            {unattributed.rows.map((row) => (
              <UnattributedRow key={`${row.keyId} ${row.userAgent}`} row={row} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function UnattributedRow({ row }: { row: Row }) {
  const { view } = useView();
  const [params] = useSearchParams();
  const filters = writeFilters(new URLSearchParams(sharedSearch(params)), [
    ...view.filters,
    { field: 'key_id', op: 'is', values: [row.keyId] },
    { field: 'user_agent', op: 'is', values: [row.userAgent] },
  ]);
  return (
    <tr className="h-7 border-b border-line/60 last:border-0 hover:bg-hover">
      <td className="truncate pl-3 font-mono text-micro" title={row.keyId}>
        {row.keyId || <span className="text-muted italic">no key</span>}
      </td>
      <td className="truncate px-2" title={row.userAgent}>
        <Link to={`/requests?${filters}`} className="hover:underline">
          {row.userAgent || 'no user agent'}
        </Link>
      </td>
      <td className="truncate text-right">{integer(row.requests)}</td>
      <td className="truncate pr-3 text-right font-medium" title={exactMoney(row.spend)}>
        {money(row.spend)}
      </td>
    </tr>
  );
}
