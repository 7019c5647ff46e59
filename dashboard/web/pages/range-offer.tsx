import { CalendarSearch } from 'lucide-react';
import { useSummary } from '../api/queries.ts';
import { Button } from '../parts/button.tsx';
import { elsewhere } from '../state/elsewhere.ts';
import { useServer, useView } from '../state/view.tsx';

/** Where the range holds no rows and others do: says so, and offers one that has them. */
export function RangeOffer() {
  const { view, filters, setFilters, setRange } = useView();
  const status = useServer();
  const summary = useSummary(view);
  const everything = 'preset' in view.range && view.range.preset === 'all';
  const empty = summary.data?.current.requests === 0 && !summary.isPlaceholderData;
  if (!empty) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-lg border border-line bg-surface px-3.5 py-2">
      <CalendarSearch size={16} aria-hidden className="text-muted" />
      <p className="flex-1">
        {filters.length > 0 ? 'Nothing matches in this range.' : 'There are no requests in this range.'}{' '}
        <span className="text-muted">{elsewhere(status, view)}</span>
      </p>
      {filters.length > 0 && <Button onClick={() => setFilters([])}>Remove the filters</Button>}
      {!everything && status.rows[view.kind] > 0 && (
        <Button onClick={() => setRange({ preset: 'all' })}>Show all time</Button>
      )}
    </div>
  );
}
