import { SearchX } from 'lucide-react';
import { weekdayOf } from '../format/time.ts';
import { Button } from '../parts/button.tsx';
import { useServer, useView } from '../state/view.tsx';

/** Why there are no rows, and the nearest way to some. */
export function NothingHere({ searched = false }: { searched?: boolean }) {
  const { view, filters, setFilters, setRange } = useView();
  const { firstRowAt, lastRowAt } = useServer();
  const filtered = filters.length > 0;
  return (
    <div className="flex h-full min-h-40 flex-col items-center justify-center gap-2 p-6 text-center">
      <SearchX size={20} aria-hidden className="text-muted" />
      <p className="font-medium">
        {searched ? 'Nothing is called that' : filtered ? 'Nothing matches in this range' : 'No requests in this range'}
      </p>
      {firstRowAt !== null && lastRowAt !== null && !searched && (
        <p className="text-small text-muted">
          There are requests from {weekdayOf(Date.parse(firstRowAt), view.timeZone)} to{' '}
          {weekdayOf(Date.parse(lastRowAt), view.timeZone)}.
        </p>
      )}
      <div className="flex gap-2">
        {filtered && <Button onClick={() => setFilters([])}>Remove the filters</Button>}
        {!('preset' in view.range && view.range.preset === 'all') && (
          <Button onClick={() => setRange({ preset: 'all' })}>Show all time</Button>
        )}
      </div>
    </div>
  );
}
