import { useQueries } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import type { Dimension, Metric } from '../../../domain/view.ts';
import { type AskedSeries, seriesOptions, useSeries, useSummary } from '../api/queries.ts';
import { rangeTitle } from '../frame/range-picker.tsx';
import { Panel } from '../parts/panel.tsx';
import { Settled } from '../parts/settled.tsx';
import { useView } from '../state/view.tsx';
import { Chart } from './chart.tsx';
import {
  type ChartData,
  type LineSpec,
  linesData,
  type PeriodBefore,
  shiftBetween,
  stackedData,
} from './chart-data.ts';
import { chartCsv } from './csv.ts';
import { Legend } from './legend.tsx';
import { ChartMenu } from './menu.tsx';
import { metricFormats } from './metric-format.ts';

interface StackedPanelProps {
  readonly title: string;
  readonly metric: Metric;
  readonly splitBy: Dimension | null;
  readonly height: number;
  readonly aside?: ReactNode;
  readonly className?: string;
  /** Draws the whole of the period before as well, where the reader compares. */
  readonly compared?: boolean;
}

export function StackedPanel({
  title,
  metric,
  splitBy,
  height,
  aside,
  className = '',
  compared = false,
}: StackedPanelProps) {
  const { view } = useView();
  const query = useSeries({ view, metric, splitBy });
  const before = useBefore(metric, compared);
  const answer = query.data;
  const data = useMemo(() => answer && stackedData(answer, before), [answer, before]);
  return <ChartPanel {...{ title, metric, splitBy, height, aside, className }} query={{ ...query, data }} />;
}

function useBefore(metric: Metric, compared: boolean): PeriodBefore | undefined {
  const { view, compare } = useView();
  const summary = useSummary(view, compared && compare).data;
  const wanted = compared && compare && summary !== undefined;
  const asked = { view: { ...view, range: summary?.previousRange ?? view.range }, metric, splitBy: null };
  const answer = useSeries(asked, wanted).data;
  return useMemo(() => {
    if (!wanted || answer === undefined) return undefined;
    const apart = Date.parse(summary.range.from) - Date.parse(summary.previousRange.from);
    return { answer, shiftMs: shiftBetween(apart, answer.bucketSeconds * 1000) };
  }, [wanted, answer, summary]);
}

interface LinesPanelProps {
  readonly title: string;
  readonly lines: readonly LineSpec[];
  readonly height: number;
  readonly className?: string;
}

export function LinesPanel({ title, lines, height, className = '' }: LinesPanelProps) {
  const { view } = useView();
  const query = useQueries({
    queries: lines.map((line) => seriesOptions({ view, metric: line.metric, splitBy: null })),
    combine: combined,
  });
  const { answers } = query;
  const data = useMemo(() => (answers && linesData(answers, lines)) ?? undefined, [answers, lines]);
  const metric = lines[0]?.metric ?? 'requests';
  return <ChartPanel {...{ title, metric, height, className }} splitBy={null} query={{ ...query, data }} />;
}

interface PartOfMany {
  readonly data: AskedSeries | undefined;
  readonly error: Error | null;
  readonly isPlaceholderData: boolean;
  readonly fetchStatus: 'fetching' | 'paused' | 'idle';
  readonly refetch: () => unknown;
}

/** Several answers as one: ready when all are, failed when one is. Outside of the component, so that it stays stable. */
function combined(results: readonly PartOfMany[]) {
  const answers = results.flatMap((result) => result.data ?? []);
  return {
    answers: answers.length === results.length ? answers : undefined,
    error: results.find((result) => result.error !== null)?.error ?? null,
    isPlaceholderData: results.some((result) => result.isPlaceholderData),
    fetchStatus: results.find((result) => result.fetchStatus === 'fetching')?.fetchStatus ?? ('idle' as const),
    refetch: () => results.forEach((result) => void result.refetch()),
  };
}

interface ChartPanelProps {
  readonly title: string;
  readonly metric: Metric;
  readonly splitBy: Dimension | null;
  readonly height: number;
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly query: Omit<PartOfMany, 'data'> & { readonly data: ChartData | undefined };
}

function ChartPanel({ title, metric, splitBy, height, aside, className = '', query }: ChartPanelProps) {
  const { view } = useView();
  const { data } = query;
  const menu = <ChartMenu title={title} sql={data?.sql ?? null} csv={data ? () => chartCsv(data) : null} />;
  const skeleton = <div className="skeleton mx-3 mt-5" style={{ height: height - 8 }} />;
  return (
    <Panel
      title={title}
      className={className}
      aside={
        <>
          {aside}
          {menu}
        </>
      }
    >
      <div className="pr-1 pb-1" style={{ height: height + 24 }}>
        <Settled
          query={query}
          skeleton={skeleton}
          reading={`Reading ${rangeTitle(view.range, view.timeZone).toLowerCase()} …`}
        >
          {(ready) => (
            <>
              <Legend data={ready} splitBy={splitBy} />
              <Chart title={title} data={ready} height={height} splitBy={splitBy} {...metricFormats[metric]} />
            </>
          )}
        </Settled>
      </div>
    </Panel>
  );
}
