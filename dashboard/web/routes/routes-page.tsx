import { useCallback, useMemo, useState } from 'react';
import type { ConfigEntry } from '../../../domain/money-api.ts';
import { EntriesPanel } from '../money/entries-panel.tsx';
import { PageHead } from '../pages/page-head.tsx';
import { Failure } from '../parts/failure.tsx';
import { useView } from '../state/view.tsx';
import { useRouteTraffic } from './queries.ts';
import { routeColumns } from './route-columns.tsx';
import { RouteDialog } from './route-dialog.tsx';
import { routeText } from './route-words.ts';

type Open = { readonly entry: ConfigEntry | null } | null;

export function RoutesPage() {
  const { view } = useView();
  const [open, setOpen] = useState<Open>(null);
  const edit = useCallback((entry: ConfigEntry) => setOpen({ entry }), []);
  const traffic = useRouteTraffic(view.kind);
  const byName = useMemo(
    () => (traffic.data ? new Map(traffic.data.routes.map((each) => [each.name, each])) : null),
    [traffic.data],
  );
  const columns = useMemo(() => routeColumns(byName), [byName]);
  return (
    <div className="flex flex-col gap-3 p-4 max-sm:p-3">
      <PageHead title="Routes" question="Who answers for which model?" />
      {traffic.error !== null && <Failure error={traffic.error} onRetry={() => traffic.refetch()} />}
      <EntriesPanel
        kind="route"
        title="Virtual models"
        add="Make a route"
        empty="None yet. A route is a name that apps ask for as a model; its targets are the models that may answer, chosen by weight, price, speed, load or rule."
        columns={columns}
        words={routeText}
        onAdd={() => setOpen({ entry: null })}
        onEdit={edit}
      />
      {open !== null && <RouteDialog entry={open.entry} onClose={() => setOpen(null)} />}
    </div>
  );
}
