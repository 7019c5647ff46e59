import { memo, useMemo } from 'react';
import { Area, Bar, CartesianGrid, ComposedChart, Line, XAxis, YAxis } from 'recharts';
import { dayOf, timeOfDay } from '../format/time.ts';
import type { ChartData, ChartLine } from './chart-data.ts';
import { AXIS_HEIGHT, AXIS_WIDTH, plotBox } from './plot-box.ts';
import { isMidnight, timeTicks } from './ticks.ts';

interface PlotProps {
  readonly data: ChartData;
  readonly width: number;
  readonly height: number;
  readonly ticks: readonly number[];
  readonly timeZone: string;
  readonly formatTick: (value: number, ticks: readonly number[]) => string;
}

/** Below this width a bar says no more than an area does, and costs as many elements as there are points. */
const NARROWEST_BAR = 5;
const LABEL_WIDTH = 74;
const HALF_LABEL = 14;
const tickStyle = { fill: 'var(--muted)', fontSize: 11 };

/** The drawing alone; pointer, crosshair and tooltip live in a layer over it, so that hovering draws nothing anew. */
export const Plot = memo(function Plot({ data, width, height, ticks, timeZone, formatTick }: PlotProps) {
  const rows = useMemo(() => rowsOf(data), [data]);
  const box = plotBox(width, height);
  const plotWidth = box.right - box.left;
  const band = plotWidth / Math.max(data.buckets.length, 1);
  const marks = useMemo(() => marksOf(data.buckets, timeZone, plotWidth), [data.buckets, timeZone, plotWidth]);
  const asBars = band >= NARROWEST_BAR;
  return (
    <ComposedChart
      width={width}
      height={height}
      data={rows}
      accessibilityLayer={false}
      margin={{ top: box.top, right: width - box.right, bottom: 0, left: 0 }}
      barCategoryGap={band > 14 ? '18%' : band > 8 ? 2 : 1}
    >
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="index"
        scale="band"
        height={AXIS_HEIGHT}
        ticks={marks}
        interval={0}
        tick={tickStyle}
        tickLine={false}
        axisLine={{ stroke: 'var(--line-strong)' }}
        tickFormatter={(index: number) => timeLabel(data, index, timeZone)}
      />
      <YAxis
        width={AXIS_WIDTH}
        domain={[0, ticks.at(-1) ?? 1]}
        allowDataOverflow
        ticks={[...ticks]}
        interval={0}
        tick={tickStyle}
        tickLine={false}
        axisLine={false}
        tickFormatter={(value: number) => formatTick(value, ticks)}
      />
      {data.lines.map((line) => shapeOf(line, asBars))}
    </ComposedChart>
  );
});

/** Round times that have room for their label; at the right end it would be cut. */
function marksOf(buckets: readonly number[], timeZone: string, plotWidth: number): number[] {
  const marks = timeTicks(buckets, timeZone, Math.max(2, Math.floor(plotWidth / LABEL_WIDTH)));
  const band = plotWidth / Math.max(buckets.length, 1);
  return marks.filter((index) => (index + 0.5) * band < plotWidth - HALF_LABEL);
}

/** Not components: recharts looks at the elements that stand directly inside the chart. */
function shapeOf(line: ChartLine, asBars: boolean) {
  const shared = { dataKey: line.key, name: line.title, isAnimationActive: false } as const;
  if (line.look === 'before') {
    return (
      <Line
        key={line.key}
        {...shared}
        type="step"
        stroke={line.colour}
        strokeWidth={1}
        strokeDasharray="3 3"
        dot={false}
        connectNulls={false}
      />
    );
  }
  if (line.look !== 'stacked') {
    const stroke = line.look === 'strong' ? 1.75 : 1.5;
    const opacity = line.look === 'strong' ? 1 : 0.55;
    return (
      <Line
        key={line.key}
        {...shared}
        type="linear"
        stroke={line.colour}
        strokeWidth={stroke}
        strokeOpacity={opacity}
        dot={(point) => <LonePoint key={point.index} line={line} index={point.index} x={point.cx} y={point.cy} />}
        connectNulls={false}
      />
    );
  }
  if (asBars) return <Bar key={line.key} {...shared} stackId="stack" fill={line.colour} />;
  return (
    <Area
      key={line.key}
      {...shared}
      type="step"
      stackId="stack"
      stroke="none"
      fill={line.colour}
      fillOpacity={1}
      dot={false}
      activeDot={false}
      connectNulls={false}
    />
  );
}

interface LonePointProps {
  readonly line: ChartLine;
  readonly index: number;
  readonly x: number | undefined;
  readonly y: number | undefined;
}

/** A point between two gaps has no line to be seen by. */
function LonePoint({ line, index, x, y }: LonePointProps) {
  const isGap = (at: number): boolean => (line.points[at] ?? null) === null;
  if (isGap(index) || !isGap(index - 1) || !isGap(index + 1)) return null;
  return <circle cx={x} cy={y} r={2} fill={line.colour} fillOpacity={line.look === 'light' ? 0.55 : 1} />;
}

function rowsOf(data: ChartData): Record<string, number | null>[] {
  return data.buckets.map((_, index) => {
    const points = data.lines.map((line): [string, number | null] => [line.key, line.points[index] ?? null]);
    return { index, ...Object.fromEntries(points) };
  });
}

function timeLabel(data: ChartData, index: number, timeZone: string): string {
  const at = data.buckets[index];
  if (at === undefined) return '';
  return data.bucketSeconds >= 86_400 || isMidnight(at, timeZone) ? dayOf(at, timeZone) : timeOfDay(at, timeZone);
}
