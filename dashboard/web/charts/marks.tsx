import { useMemo } from 'react';
import type { Mark } from '../../../domain/marks.ts';
import { useMarks } from '../api/queries.ts';
import { timeOfDay } from '../format/time.ts';
import type { ChartData } from './chart-data.ts';
import { bandStart, type PlotBox } from './plot-box.ts';

export interface PlacedMark extends Mark {
  readonly index: number;
  /** Of its bucket, from 0 to 1. */
  readonly within: number;
}

const none: readonly PlacedMark[] = [];

/** What people and guards changed in the time that a chart shows. A chart stands without them. */
export function useTimeMarks({ buckets, bucketSeconds }: ChartData): readonly PlacedMark[] {
  const [first, last] = [buckets[0] ?? 0, buckets.at(-1) ?? 0];
  const step = bucketSeconds * 1000;
  const end = buckets.length === 0 ? first : last + step;
  const { data } = useMarks(new Date(first).toISOString(), new Date(end).toISOString());
  return useMemo(() => data?.marks.flatMap((mark) => placed(mark, buckets, step)) ?? none, [data, buckets, step]);
}

/** None for what lies beside the chart: the answer may be of the span before. */
function placed(mark: Mark, buckets: readonly number[], step: number): PlacedMark[] {
  const at = Date.parse(mark.at);
  const index = buckets.findLastIndex((start) => start <= at);
  const start = buckets[index];
  if (start === undefined || (index === buckets.length - 1 && at >= start + step)) return [];
  const length = (buckets[index + 1] ?? start + step) - start;
  return [{ ...mark, index, within: Math.min((at - start) / length, 1) }];
}

const colours: Readonly<Record<Mark['kind'], string>> = { experiment: 'bg-accent', price: 'bg-warn' };

/** A line from the axis up, with a head to find it by; the tooltip of its bucket says what it is. */
export function TimeMarks({ marks, box, count }: { marks: readonly PlacedMark[]; box: PlotBox; count: number }) {
  return marks.map(({ at, kind, text, index, within }) => (
    <div
      key={`${at} ${text}`}
      aria-hidden
      className={`pointer-events-none absolute w-px opacity-70 ${colours[kind]}`}
      style={{ left: bandStart(box, count, index + within), top: box.top, height: box.bottom - box.top }}
    >
      <span className={`absolute -top-1 -left-[3px] size-[7px] rotate-45 ${colours[kind]}`} />
    </div>
  ));
}

const MOST_SHOWN = 5;

export function MarkList({ marks, timeZone }: { marks: readonly PlacedMark[]; timeZone: string }) {
  return (
    <ul className="mt-1 max-w-72 border-t border-line pt-1">
      {marks.slice(0, MOST_SHOWN).map(({ at, kind, text }) => (
        <li key={`${at} ${text}`} className="flex items-baseline gap-1.5">
          <span aria-hidden className={`size-[7px] shrink-0 rotate-45 ${colours[kind]}`} />
          <span className="min-w-0 flex-1">{text}</span>
          <span className="text-muted">{timeOfDay(Date.parse(at), timeZone)}</span>
        </li>
      ))}
      {marks.length > MOST_SHOWN && <li className="text-muted">and {marks.length - MOST_SHOWN} more</li>}
    </ul>
  );
}

/** The marks for those who hear the chart. */
export function HeardMarks({ marks, timeZone }: { marks: readonly PlacedMark[]; timeZone: string }) {
  if (marks.length === 0) return null;
  return (
    <ul className="sr-only">
      {marks.map(({ at, text }) => (
        <li key={`${at} ${text}`}>{`${timeOfDay(Date.parse(at), timeZone)}: ${text}`}</li>
      ))}
    </ul>
  );
}
