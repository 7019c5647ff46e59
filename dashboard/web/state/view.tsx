import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { StatusAnswer } from '../../../domain/api.ts';
import type { Filter, Range, RangePreset, View } from '../../../domain/view.ts';
import { removed, replaced, withValue } from './filters.ts';
import { readView, usualRange, writeFilters, writeRange } from './link.ts';

/** The status of a warehouse that has answered at least once. */
export type KnownStatus = StatusAnswer & { readonly rows: NonNullable<StatusAnswer['rows']> };

const statusContext = createContext<KnownStatus | null>(null);
/** Apart from the status, which is another one every two seconds: a page must not be drawn anew for each. */
const usualContext = createContext<Usual>({ kind: 'app', preset: '7d' });

interface Usual {
  readonly kind: View['kind'];
  readonly preset: RangePreset;
}

export function StatusProvider({ status, children }: { status: KnownStatus; children: ReactNode }) {
  const kind = status.rows.app === 0 && status.rows.demo > 0 ? 'demo' : 'app';
  const preset = usualRange(status.firstRowAt, status.now);
  const usual = useMemo<Usual>(() => ({ kind, preset }), [kind, preset]);
  return (
    <usualContext.Provider value={usual}>
      <statusContext.Provider value={status}>{children}</statusContext.Provider>
    </usualContext.Provider>
  );
}

/** @throws Error outside of the frame, which waits for the first status before it shows a page */
export function useServer(): KnownStatus {
  const status = useContext(statusContext);
  if (status === null) throw new Error('useServer needs a StatusProvider around it');
  return status;
}

const scopeContext = createContext<readonly Filter[]>([]);

/** Filters that a page adds to the URL's, such as the one value that it is about. */
export function Scope({ filters, children }: { filters: readonly Filter[]; children: ReactNode }) {
  return <scopeContext.Provider value={filters}>{children}</scopeContext.Provider>;
}

const ownTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

export function useView() {
  const [params, setParams] = useSearchParams();
  const usual = useContext(usualContext);
  const scope = useContext(scopeContext);
  const linked = useMemo(() => readView(params), [params]);
  const kind = linked.kind ?? usual.kind;
  const view = useMemo<View>(
    () => ({
      range: linked.range ?? { preset: usual.preset },
      timeZone: linked.timeZone ?? ownTimeZone,
      kind,
      filters: [...linked.filters, ...scope],
    }),
    [linked, scope, kind, usual.preset],
  );
  return {
    view,
    /** Filters that the page adds to the URL's. */
    scope,
    /** The URL's own filters, without the page's. */
    filters: linked.filters,
    compare: linked.compare,
    setRange: (range: Range) => setParams((now) => writeRange(now, range)),
    setFilters: (filters: readonly Filter[]) => setParams((now) => writeFilters(now, filters)),
    addFilter: (added: Filter) => setParams((now) => writeFilters(now, withValue(readView(now).filters, added))),
    replaceFilter: (old: Filter | null, added: Filter) =>
      setParams((now) => writeFilters(now, replaced(readView(now).filters, old, added))),
    removeFilter: (old: Filter) => setParams((now) => writeFilters(now, removed(readView(now).filters, old))),
  };
}

/** One parameter of the URL. `replace` where going back to the value before would not mean a step to anybody. */
export function useParam(name: string, { replace = false } = {}) {
  const [params, setParams] = useSearchParams();
  const set = (value: string | null) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (value === null) next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace },
    );
  return [params.get(name), set] as const;
}

const shared = ['range', 'from', 'to', 'tz', 'kind', 'f', 'compare'];

/** The query string that other pages take over: the view, without what belongs to this page. */
export function sharedSearch(params: URLSearchParams): string {
  const kept = [...params].filter(([name]) => shared.includes(name));
  return kept.length === 0 ? '' : `?${new URLSearchParams(kept)}`;
}
