import { useMemo } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { Dimension } from '../../../domain/view.ts';
import { writeFilters, writeRange } from '../state/link.ts';
import { sharedSearch, useView } from '../state/view.tsx';
import { type ChartData, highest, isEmptyChart } from './chart-data.ts';
import { ChartLayer } from './layer.tsx';
import { HeardMarks, useTimeMarks } from './marks.tsx';
import { Plot } from './plot.tsx';
import { plotBox } from './plot-box.ts';
import { useSize } from './size.ts';
import { ChartTable } from './table.tsx';
import { valueTicks } from './ticks.ts';

export interface ChartProps {
  readonly title: string;
  readonly data: ChartData;
  readonly height: number;
  /** What the lines are values of; a click filters by it. */
  readonly splitBy: Dimension | null;
  readonly format: (value: number | null, exact: string | null) => string;
  readonly formatTick: (value: number, ticks: readonly number[]) => string;
  /** Upper end of the axis where the metric has one (a share). */
  readonly ceiling?: number;
  readonly whole?: boolean;
}

export function Chart({ title, data, height, splitBy, format, formatTick, ceiling, whole = false }: ChartProps) {
  const [ref, { width }] = useSize();
  const { view, setRange } = useView();
  const open = useOpenPoint(data, splitBy);
  const marks = useTimeMarks(data);
  const ticks = useMemo(() => ticksOf(data, ceiling, whole), [data, ceiling, whole]);
  const endOf = (index: number): number => (data.buckets[index] ?? 0) + data.bucketSeconds * 1000;
  const zoom = (first: number, last: number) => {
    const from = new Date(data.buckets[first] ?? 0).toISOString();
    setRange({ from, to: new Date(endOf(last)).toISOString() });
  };
  return (
    <figure className="relative" style={{ height }} ref={ref}>
      <div aria-hidden className="absolute inset-0">
        {width > 0 && <Plot {...{ data, width, height, ticks, formatTick }} timeZone={view.timeZone} />}
      </div>
      {width > 0 && (
        <ChartLayer
          data={data}
          box={plotBox(width, height)}
          top={ticks.at(-1) ?? 1}
          timeZone={view.timeZone}
          label={title}
          marks={marks}
          format={format}
          onZoom={zoom}
          onOpen={open}
        />
      )}
      {isEmptyChart(data) && (
        <figcaption className="pointer-events-none absolute inset-0 flex items-center justify-center pb-5 pl-12 text-small text-muted">
          {splitBy === null ? 'Nothing' : `No ${title.toLowerCase()}`} in this range
        </figcaption>
      )}
      <ChartTable title={title} data={data} timeZone={view.timeZone} format={format} />
      <HeardMarks marks={marks} timeZone={view.timeZone} />
    </figure>
  );
}

function ticksOf(data: ChartData, ceiling: number | undefined, whole: boolean): number[] {
  if (ceiling === undefined) return valueTicks(highest(data), { whole });
  return valueTicks(highest(data), { whenNone: ceiling / 100 }).filter((tick) => tick <= ceiling + 1e-9);
}

/** To the requests of one bucket, of one value where a line was hit. */
function useOpenPoint(data: ChartData, splitBy: Dimension | null) {
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const { view } = useView();
  return (index: number, key: string | null) => {
    const at = data.buckets[index];
    if (at === undefined) return;
    const value = data.lines.find((line) => line.key === key)?.value ?? null;
    const added = splitBy === null || value === null ? [] : [{ field: splitBy, op: 'is' as const, values: [value] }];
    const range = { from: new Date(at).toISOString(), to: new Date(at + data.bucketSeconds * 1000).toISOString() };
    const ranged = writeRange(new URLSearchParams(sharedSearch(params)), range);
    void navigate(`/requests?${writeFilters(ranged, [...view.filters, ...added])}`);
  };
}
