import { useSearchParams } from 'react-router';
import type { Filter } from '../../../domain/view.ts';
import { writeFilters } from '../state/link.ts';
import { sharedSearch, useView } from '../state/view.tsx';

/** A link to the requests of the view that these filters leave. */
export function useBehind(): (added: readonly Filter[]) => string {
  const [params] = useSearchParams();
  const { filters } = useView();
  return (added) => `/requests?${writeFilters(new URLSearchParams(sharedSearch(params)), [...filters, ...added])}`;
}
