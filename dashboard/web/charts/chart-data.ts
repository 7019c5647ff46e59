import type { SeriesAnswer } from '../../../domain/api.ts';
import type { Metric } from '../../../domain/view.ts';
import { metricTitles, valueTitle } from '../state/vocabulary.ts';
import { coloursOf, OTHER_COLOUR } from './palette.ts';

export interface ChartLine {
  readonly key: string;
  readonly title: string;
  readonly colour: string;
  /** Stacked on those before it, or a line of its own: strong, or lighter beside a strong one. */
  readonly look: 'stacked' | 'strong' | 'light';
  readonly points: readonly (number | null)[];
  /** Exact decimal dollars where the metric is money. */
  readonly exact: readonly (string | null)[] | null;
  /** The value of the dimension that this line stands for; null for a whole or for the rest. */
  readonly value: string | null;
}

export interface ChartData {
  /** Beginnings of the buckets. */
  readonly buckets: readonly number[];
  readonly bucketSeconds: number;
  /** Index of the bucket that is still filling. */
  readonly running: number | null;
  readonly lines: readonly ChartLine[];
  readonly sql: string;
}

export function stackedData(answer: SeriesAnswer, metric: Metric, dimension: string | null): ChartData {
  const values = answer.series.filter((s) => !s.other).map((s) => s.value ?? '');
  const colours = dimension === null ? new Map([['', 'var(--series-1)']]) : coloursOf(dimension, values);
  const lines = answer.series.map((series, index): ChartLine => {
    const value = series.other ? null : series.value;
    return {
      key: `s${index}`,
      title: series.other
        ? 'Other'
        : dimension === null
          ? metricTitles[metric]
          : valueTitle(dimension, series.value ?? ''),
      colour: series.other ? OTHER_COLOUR : (colours.get(series.value ?? '') ?? OTHER_COLOUR),
      look: 'stacked',
      points: series.points,
      exact: series.exact,
      value: dimension === null ? null : value,
    };
  });
  return { ...frameOf(answer), lines, sql: answer.sql };
}

export interface LineSpec {
  readonly metric: Metric;
  readonly colour: string;
  readonly look: 'strong' | 'light';
}

/** Several metrics over the same buckets, one line each. */
export function linesData(answers: readonly SeriesAnswer[], specs: readonly LineSpec[]): ChartData | null {
  const [first] = answers;
  if (first === undefined || answers.length < specs.length) return null;
  const lines = specs.flatMap((spec, index): ChartLine[] => {
    const series = answers[index]?.series[0];
    if (series === undefined) return [];
    const { metric, colour, look } = spec;
    return [
      {
        key: metric,
        title: metricTitles[metric],
        colour,
        look,
        points: series.points,
        exact: series.exact,
        value: null,
      },
    ];
  });
  return { ...frameOf(first), lines, sql: answers.map((answer) => answer.sql).join(';\n\n') };
}

function frameOf(answer: SeriesAnswer) {
  return {
    buckets: answer.buckets.map((at) => Date.parse(at)),
    bucketSeconds: answer.bucketSeconds,
    running: answer.running,
  };
}

/** Top of the stack at a bucket; null where no line has a point. */
export function stackTotal(lines: readonly ChartLine[], index: number): number | null {
  const points = lines.filter((line) => line.look === 'stacked').map((line) => line.points[index] ?? null);
  if (points.every((point) => point === null)) return null;
  return points.reduce<number>((sum, point) => sum + (point ?? 0), 0);
}

export function highest(data: ChartData): number {
  const stacked = data.buckets.map((_, index) => stackTotal(data.lines, index) ?? 0);
  const single = data.lines.filter((line) => line.look !== 'stacked').flatMap((line) => line.points.map((p) => p ?? 0));
  return [...stacked, ...single].reduce((a, b) => Math.max(a, b), 0);
}

export const isEmptyChart = (data: ChartData): boolean =>
  data.lines.every((line) => line.points.every((point) => point === null || point === 0));
