import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts';
import type { Experiment } from '../../../domain/experiments/experiment.ts';
import type { ExperimentSeries } from '../../../domain/experiments/results.ts';
import { useSize } from '../charts/size.ts';
import { dateTime } from '../format/time.ts';
import { armColour } from './badges.tsx';
import { ChartTip, timeAxis, valueAxis } from './chart-parts.tsx';
import { axisLift, intervalText, liftText } from './words.ts';

interface LiftChartProps {
  readonly setup: Experiment;
  readonly series: ExperimentSeries;
  readonly timeZone: string;
}

interface Row {
  readonly at: number;
  readonly lift: Record<string, number | null>;
  readonly band: Record<string, [number, number] | null>;
}

const HEIGHT = 240;

/** Lift of the cost per unit with its interval, as units came in; the control is the zero line. */
export function LiftChart({ setup, series, timeZone }: LiftChartProps) {
  const [ref, { width }] = useSize();
  const variants = setup.variants.slice(1).map(({ name }) => name);
  const rows = rowsOf(series);
  const marks = marksOf(series);
  return (
    <figure ref={ref} style={{ height: HEIGHT }} className="relative">
      {width > 0 && (
        <ComposedChart
          width={width}
          height={HEIGHT}
          data={rows}
          accessibilityLayer={false}
          margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
        >
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis {...timeAxis(rows, timeZone, width)} />
          <YAxis
            {...valueAxis}
            domain={[marks[0] ?? -1, marks.at(-1) ?? 1]}
            allowDataOverflow
            ticks={marks}
            tickFormatter={(value: number) => axisLift(value)}
          />
          <ReferenceLine y={0} stroke="var(--text)" strokeOpacity={0.6} />
          {variants.map((name, index) => (
            <Area
              key={`band ${name}`}
              dataKey={(row: Row) => row.band[name] ?? null}
              name={`${name}, interval`}
              type="linear"
              stroke="none"
              fill={armColour(index + 1)}
              fillOpacity={0.16}
              isAnimationActive={false}
              activeDot={false}
              connectNulls={false}
            />
          ))}
          {variants.map((name, index) => (
            <Line
              key={name}
              dataKey={(row: Row) => row.lift[name] ?? null}
              name={name}
              type="linear"
              stroke={armColour(index + 1)}
              strokeWidth={1.75}
              dot={rows.length < 3}
              isAnimationActive={false}
              connectNulls={false}
            />
          ))}
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--text)', strokeOpacity: 0.45 }}
            content={({ active, label }) =>
              active ? (
                <ChartTip title={dateTime(Number(label), timeZone)} lines={linesAt(series, variants, Number(label))} />
              ) : null
            }
          />
        </ComposedChart>
      )}
      <LiftTable series={series} variants={variants} />
    </figure>
  );
}

function rowsOf({ points }: ExperimentSeries): Row[] {
  const rows = new Map<number, Row>();
  for (const { at, variant, lift, interval } of points) {
    const time = Date.parse(at);
    const row: Row = rows.get(time) ?? { at: time, lift: {}, band: {} };
    row.lift[variant] = lift;
    row.band[variant] = interval === null ? null : [interval.low, interval.high];
    rows.set(time, row);
  }
  return [...rows.values()];
}

const NARROWEST = 0.02;
const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1];
const MARKS = 4;

/**
 * Round marks around zero and the later half of the intervals; the first ones reach beyond everything, and what is
 * known by now would be a line in the middle.
 */
function marksOf({ points }: ExperimentSeries): number[] {
  const known = points.flatMap(({ interval }) => interval ?? []);
  const later = known.slice(Math.floor(known.length / 2));
  const low = Math.max(-1, Math.min(-NARROWEST, ...later.map((each) => each.low * 1.15)));
  const high = Math.min(2, Math.max(NARROWEST, ...later.map((each) => each.high * 1.15)));
  const step = steps.find((each) => (high - low) / each <= MARKS) ?? 1;
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toFixed(4)));
}

function linesAt({ points }: ExperimentSeries, variants: readonly string[], at: number) {
  return variants.map((name, index) => {
    const point = points.find((each) => each.variant === name && Date.parse(each.at) === at);
    const known = point?.lift != null && point.interval !== null;
    const text = known ? `${liftText(point.lift ?? 0)} (${point.interval && intervalText(point.interval)})` : 'too few';
    return { name, colour: armColour(index + 1), text };
  });
}

/** The chart for those who hear it. */
function LiftTable({ series, variants }: { series: ExperimentSeries; variants: readonly string[] }) {
  return (
    <table className="sr-only">
      <caption>Change in cost per unit over time</caption>
      <tbody>
        {series.points
          .filter(({ variant }) => variants.includes(variant))
          .map(({ at, variant, lift, interval }) => (
            <tr key={`${at} ${variant}`}>
              <th scope="row">{`${at} ${variant}`}</th>
              <td>{lift === null || interval === null ? 'too few' : `${liftText(lift)}, ${intervalText(interval)}`}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
