import type { SeriesAnswer } from '../../../domain/api.ts';
import type { Metric } from '../../../domain/view.ts';
import type { AskedSeries } from '../api/queries.ts';
import { metricTitles, valueTitle } from '../state/vocabulary.ts';
import { coloursOf, OTHER_COLOUR } from './palette.ts';

export interface ChartLine {
  readonly key: string;
  readonly title: string;
  readonly colour: string;
  /** Stacked on those before it, or a line of its own: strong, or lighter beside a strong one. */
  readonly look: 'stacked' | 'strong' | 'light' | 'before';
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

export interface PeriodBefore {
  readonly answer: SeriesAnswer;
  /** How much earlier than the period of now it lies. */
  readonly shiftMs: number;
}

export function stackedData(answer: AskedSeries, before: PeriodBefore | undefined): ChartData {
  const { metric, splitBy: dimension } = answer;
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
  const frame = frameOf(answer);
  const earlier = before && beforeLine(before, frame.buckets);
  const isWorthALine = earlier?.points.some((point) => point !== null && point !== 0) === true;
  return { ...frame, lines: earlier && isWorthALine ? [...lines, earlier] : lines, sql: answer.sql };
}

const DAY_MS = 86_400_000;

/**
 * By how much the period before is moved to lie under the one of now: whole days, so that nights lie on nights, or
 * whole buckets where the periods are shorter than that.
 */
export function shiftBetween(apartMs: number, bucketMs: number): number {
  const unit = apartMs >= 1.5 * DAY_MS ? Math.max(DAY_MS, bucketMs) : bucketMs;
  return Math.round(apartMs / unit) * unit;
}

/** The whole of the period before, each bucket under the one that it is compared with. */
function beforeLine({ answer, shiftMs }: PeriodBefore, buckets: readonly number[]): ChartLine {
  const [series] = answer.series;
  const places = new Map(answer.buckets.map((at, index) => [Date.parse(at) + shiftMs, index]));
  const indexes = buckets.map((at) => places.get(at) ?? -1);
  return {
    key: 'before',
    title: 'Period before',
    colour: 'var(--muted)',
    look: 'before',
    points: indexes.map((index) => series?.points[index] ?? null),
    exact: series?.exact ? indexes.map((index) => series.exact?.[index] ?? null) : null,
    value: null,
  };
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

const MOST_BEFORE = 1.5;

/** Upper end of what must be seen. A peak of the period before may leave the picture: it must not flatten this one. */
export function highest(data: ChartData): number {
  const topOf = (lines: readonly ChartLine[]): number =>
    data.buckets.reduce((most, _, index) => Math.max(most, ...lines.map((line) => line.points[index] ?? 0)), 0);
  const stacked = data.buckets.reduce((most, _, index) => Math.max(most, stackTotal(data.lines, index) ?? 0), 0);
  const current = Math.max(
    stacked,
    topOf(data.lines.filter((line) => line.look === 'strong' || line.look === 'light')),
  );
  const before = topOf(data.lines.filter((line) => line.look === 'before'));
  return current === 0 ? before : Math.max(current, Math.min(before, current * MOST_BEFORE));
}

/** A stack of nothing but zeros is empty; a line along zero (no errors) is not. */
export function isEmptyChart(data: ChartData): boolean {
  const current = data.lines.filter((line) => line.look !== 'before');
  return current.every((line) =>
    line.points.every((point) => point === null || (line.look === 'stacked' && point === 0)),
  );
}
