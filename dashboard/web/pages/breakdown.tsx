import { Columns3 } from 'lucide-react';
import { Link, useSearchParams } from 'react-router';
import { SyncedCharts } from '../charts/hover.tsx';
import { StackedPanel } from '../charts/panels.tsx';
import { Segments } from '../parts/segments.tsx';
import type { Place } from '../state/places.ts';
import { sharedSearch, useParam } from '../state/view.tsx';
import { BreakdownTable } from '../table/breakdown-table.tsx';
import { PageHead } from './page-head.tsx';

const promptGrains = [
  { value: 'prompt', title: 'Prompts' },
  { value: 'version', title: 'Versions' },
] as const;

/** Models have a page that puts them side by side. */
function CompareLink() {
  const [params] = useSearchParams();
  return (
    <Link
      to={`/models/compare${sharedSearch(params)}`}
      className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line bg-surface px-2 text-small font-medium hover:bg-hover"
    >
      <Columns3 size={13} aria-hidden className="text-muted" />
      Compare models
    </Link>
  );
}

/** All values of one dimension: their spend over time, and the table. */
export function BreakdownPage({ place, aside }: { place: Place; aside?: React.ReactNode }) {
  const [grain, setGrain] = useParam('grain');
  const isPrompts = place.dimension === 'prompt_id';
  const byVersion = isPrompts && grain === 'version';
  const choice = isPrompts && (
    <Segments
      label="Rows"
      options={promptGrains}
      value={byVersion ? 'version' : 'prompt'}
      onChange={(v) => setGrain(v === 'version' ? v : null)}
    />
  );
  return (
    <SyncedCharts>
      <div className="flex h-full min-h-[640px] flex-col">
        <div className="flex flex-col gap-3 px-4 pt-4 pb-1 max-sm:px-3 max-sm:pt-3">
          <PageHead
            title={place.title}
            question={place.question}
            aside={place.dimension === 'model' ? <CompareLink /> : aside}
          />
          <StackedPanel title="Spend" metric="spend" splitBy={place.dimension} height={150} />
        </div>
        <div className="min-h-0 flex-1">
          <BreakdownTable dimension={place.dimension} second={byVersion ? 'prompt_version' : null} aside={choice} />
        </div>
      </div>
    </SyncedCharts>
  );
}
