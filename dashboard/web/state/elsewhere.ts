import type { View } from '../../../domain/view.ts';
import { weekdayOf } from '../format/time.ts';
import type { KnownStatus } from './view.tsx';

/** Where there are rows, in words, for a view that has none. */
export function elsewhere(status: KnownStatus, { kind, timeZone }: Pick<View, 'kind' | 'timeZone'>): string {
  const { rows, firstRowAt, lastRowAt } = status;
  if (rows[kind] === 0) return kind === 'app' ? 'All recorded requests are demo data.' : 'No demo data was recorded.';
  if (firstRowAt === null || lastRowAt === null) return '';
  const [first, last] = [firstRowAt, lastRowAt].map((at) => weekdayOf(Date.parse(at), timeZone));
  return first === last ? `Requests were recorded on ${first}.` : `Requests were recorded from ${first} to ${last}.`;
}
