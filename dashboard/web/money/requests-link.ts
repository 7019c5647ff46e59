import type { Filter } from '../../../domain/view.ts';
import { writeFilters, writeRange } from '../state/link.ts';

interface Behind {
  readonly provider: string;
  readonly model: string;
  readonly costStatus?: string;
  /** UTC days, both contained, or all that there is. */
  readonly range: 'all' | { readonly from: string; readonly to: string };
  readonly kind?: 'app' | 'demo';
}

/** The requests behind a line of money, '' standing for any. */
export function requestsLink({ provider, model, costStatus = '', range, kind }: Behind): string {
  const wanted = [
    ['provider', provider],
    ['response_model', model],
    ['cost_status', costStatus],
  ] as const;
  const filters = wanted
    .filter(([, value]) => value !== '')
    .map(([field, value]): Filter => ({ field, op: 'is', values: [value] }));
  const params = writeFilters(new URLSearchParams({ tz: 'UTC' }), filters);
  if (kind !== undefined) params.set('kind', kind);
  const written = range === 'all' ? writeRange(params, { preset: 'all' }) : writeRange(params, daysRange(range));
  return `/requests?${written}`;
}

const DAY_MS = 86_400_000;

function daysRange({ from, to }: { readonly from: string; readonly to: string }) {
  const end = new Date(Date.parse(to) + DAY_MS).toISOString();
  return { from: new Date(from).toISOString(), to: end };
}
