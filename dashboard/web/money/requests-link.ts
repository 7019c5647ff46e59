import type { Filter } from '../../../domain/view.ts';
import { writeFilters, writeRange } from '../state/link.ts';

interface Behind {
  readonly provider: string;
  /** Any of these; none is all. */
  readonly models: readonly string[];
  readonly costStatus?: string;
  /** UTC days, both contained, or all that there is. */
  readonly range: 'all' | { readonly from: string; readonly to: string };
  readonly kind?: 'app' | 'demo';
}

/** The requests behind a line of money, '' standing for any. */
export function requestsLink({ provider, models, costStatus = '', range, kind }: Behind): string {
  const wanted = [
    ['provider', [provider]],
    // Above so many the link would get too long; the day and the provider say enough then.
    ['response_model', models.length > MOST_MODELS ? [] : models],
    ['cost_status', [costStatus]],
  ] as const;
  const filters = wanted
    .map(([field, values]): Filter => ({ field, op: 'is', values: values.filter((value) => value !== '') }))
    .filter(({ values }) => values.length > 0);
  const params = writeFilters(new URLSearchParams({ tz: 'UTC' }), filters);
  if (kind !== undefined) params.set('kind', kind);
  const written = range === 'all' ? writeRange(params, { preset: 'all' }) : writeRange(params, daysRange(range));
  return `/requests?${written}`;
}

const MOST_MODELS = 20;
const DAY_MS = 86_400_000;

function daysRange({ from, to }: { readonly from: string; readonly to: string }) {
  const end = new Date(Date.parse(to) + DAY_MS).toISOString();
  return { from: new Date(from).toISOString(), to: end };
}
