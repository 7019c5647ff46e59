import { Link, useSearchParams } from 'react-router';
import type { BreakdownAnswer } from '../../../domain/api.ts';
import type { Dimension } from '../../../domain/view.ts';
import { useBreakdown, useSummary } from '../api/queries.ts';
import { exactMoney, isUnpricedSum, money } from '../format/money.ts';
import { percent } from '../format/number.ts';
import { rangeTitle } from '../frame/range-picker.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { SkeletonRows } from '../parts/skeleton-rows.tsx';
import { placeOf, valueLink } from '../state/places.ts';
import { sharedSearch, useView } from '../state/view.tsx';
import { fieldTitle } from '../state/vocabulary.ts';
import { ValueText } from '../table/cells.tsx';

const SHOWN = 8;

/** The values of a dimension that cost most, with their share. */
export function Dearest({ dimension, className = '' }: { dimension: Dimension; className?: string }) {
  const { view } = useView();
  const [params] = useSearchParams();
  const query = useBreakdown({
    view,
    dimension,
    second: null,
    sort: { metric: 'spend', descending: true },
    search: '',
    limit: SHOWN,
    offset: 0,
  });
  const whole = Number(useSummary(view).data?.current.spend ?? 0);
  const place = placeOf(dimension);
  const shared = sharedSearch(params);
  const all = place && (
    <Link
      to={`${place.list}${place.list.includes('?') ? shared.replace('?', '&') : shared}`}
      className="text-small text-muted hover:text-text hover:underline"
    >
      All {query.data ? query.data.total : ''}
    </Link>
  );
  return (
    <Panel title={`By ${fieldTitle(dimension).toLowerCase()}`} aside={all} className={className}>
      <div className="flex-1 lg:min-h-[284px] px-1.5 pb-1.5">
        <Settled
          query={query}
          skeleton={<SkeletonRows rows={SHOWN} />}
          reading={`Reading ${rangeTitle(view.range, view.timeZone).toLowerCase()} …`}
        >
          {(data) => <Rows dimension={data.dimension} rows={data.rows} whole={whole} shared={shared} />}
        </Settled>
      </div>
    </Panel>
  );
}

interface RowsProps {
  readonly dimension: Dimension;
  readonly rows: BreakdownAnswer['rows'];
  /** Dollars that all values cost together. */
  readonly whole: number;
  readonly shared: string;
}

function Rows({ dimension, rows, whole, shared }: RowsProps) {
  const most = Number(rows[0]?.figures.spend ?? 0);
  if (rows.length === 0)
    return <p className="flex flex-1 items-center justify-center text-small text-muted">Nothing in this range</p>;
  return (
    <ul>
      {rows.map((row) => {
        const spend = Number(row.figures.spend);
        const unpriced = isUnpricedSum(row.figures);
        return (
          <li key={row.value}>
            <Link
              to={valueLink(dimension, row.value, shared) ?? '#'}
              className="group relative flex h-[35px] items-center gap-2 rounded-md px-2 hover:bg-hover"
            >
              <span
                aria-hidden
                className="absolute inset-y-1 left-0 rounded-[5px] bg-bar/70"
                style={{ width: most > 0 ? `${(spend / most) * 100}%` : 0 }}
              />
              <span className="relative flex min-w-0 flex-1">
                <ValueText field={dimension} value={row.value} />
              </span>
              <span className="relative w-14 text-right text-small text-muted">
                {whole > 0 && !unpriced ? percent(spend / whole) : ''}
              </span>
              <span className="relative w-20 text-right font-medium" title={exactMoney(row.figures.spend)}>
                {unpriced ? <span className="font-normal text-muted">— unpriced</span> : money(row.figures.spend)}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
