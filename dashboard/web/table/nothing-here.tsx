import { SearchX } from 'lucide-react';
import { Button } from '../parts/button.tsx';
import { elsewhere } from '../state/elsewhere.ts';
import { useServer, useView } from '../state/view.tsx';

/** Why there are no rows, and the nearest way to some. */
export function NothingHere({ searched = false }: { searched?: boolean }) {
  const { view, filters, setFilters, setRange } = useView();
  const status = useServer();
  const filtered = filters.length > 0;
  return (
    <div className="flex h-full min-h-40 flex-col items-center justify-center gap-2 p-6 text-center">
      <SearchX size={20} aria-hidden className="text-muted" />
      <p className="font-medium">
        {searched ? 'Nothing is called that' : filtered ? 'Nothing matches in this range' : 'No requests in this range'}
      </p>
      {!searched && <p className="text-small text-muted">{elsewhere(status, view)}</p>}
      <div className="flex gap-2">
        {filtered && <Button onClick={() => setFilters([])}>Remove the filters</Button>}
        {status.rows[view.kind] > 0 && !('preset' in view.range && view.range.preset === 'all') && (
          <Button onClick={() => setRange({ preset: 'all' })}>Show all time</Button>
        )}
      </div>
    </div>
  );
}
