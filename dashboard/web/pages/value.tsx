import { ChevronRight } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { Filter } from '../../../domain/view.ts';
import { SyncedCharts } from '../charts/hover.tsx';
import { LinesPanel, StackedPanel } from '../charts/panels.tsx';
import { type Place, propertyPlace } from '../state/places.ts';
import { Scope, sharedSearch } from '../state/view.tsx';
import { valueTitle } from '../state/vocabulary.ts';
import { RequestsTable } from '../table/requests-table.tsx';
import { CrashPage } from './crash.tsx';
import { Dearest } from './dearest.tsx';
import { errorLines, latencyLines } from './overview.tsx';
import { PageHead } from './page-head.tsx';
import { RangeOffer } from './range-offer.tsx';
import { splitsOf, useSplit } from './split.tsx';
import { Tiles } from './tiles.tsx';

/** One value of a dimension: its figures, charts and requests. */
export function ValuePage({ place, above }: { place: Place; above?: ReactNode }) {
  const [params] = useSearchParams();
  const value = params.get('is');
  const scope = useMemo<Filter[]>(
    () => [{ field: place.dimension, op: 'is', values: [value ?? ''] }],
    [place.dimension, value],
  );
  if (value === null) return <CrashPage />;
  return (
    <Scope filters={scope}>
      <SyncedCharts>
        <Content key={value} place={place} value={value} above={above} />
      </SyncedCharts>
    </Scope>
  );
}

function Content({ place, value, above }: { place: Place; value: string; above: ReactNode }) {
  const [params] = useSearchParams();
  const split = useSplit(splitsOf(place.dimension));
  const title = valueTitle(place.dimension, value);
  const back = above ?? (
    <Link
      to={`${place.list}${sharedSearch(params)}`}
      className="flex items-center text-small text-muted hover:text-text"
    >
      {place.title}
      <ChevronRight size={13} aria-hidden />
    </Link>
  );
  return (
    <div className="flex flex-col gap-3 p-4 max-sm:p-3">
      <PageHead title={title} question={place.oneQuestion.replace('*', title)} above={back} aside={split.control} />
      <RangeOffer />
      <Tiles />
      <div className="grid grid-cols-3 gap-3 max-lg:grid-cols-2 max-md:grid-cols-1">
        <StackedPanel
          title="Spend"
          metric="spend"
          splitBy={split.value}
          compared
          height={260}
          className="col-span-2 max-md:col-span-1"
        />
        <Dearest dimension={split.value} className="max-lg:col-span-2 max-md:col-span-1" />
        <StackedPanel title="Requests" metric="requests" splitBy={split.value} height={150} />
        <LinesPanel title="Latency" lines={latencyLines} height={150} />
        <LinesPanel title="Error rate" lines={errorLines} height={150} />
      </div>
      <section className="h-[560px] overflow-hidden rounded-lg border border-line bg-surface">
        <RequestsTable title={<h2 className="flex-1 text-body font-semibold">Requests</h2>} />
      </section>
    </div>
  );
}

export function PropertyValuePage() {
  const [params] = useSearchParams();
  const name = params.get('name') ?? '';
  const place = useMemo(() => propertyPlace(name), [name]);
  const shared = sharedSearch(params).replace('?', '&');
  const above = (
    <Link to={`${place.list}${shared}`} className="flex items-center text-small text-muted hover:text-text">
      Properties
      <ChevronRight size={13} aria-hidden />
      {name}
      <ChevronRight size={13} aria-hidden />
    </Link>
  );
  if (name === '') return <CrashPage />;
  return <ValuePage key={name} place={place} above={above} />;
}
