import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis } from 'recharts';
import type { Experiment } from '../../../domain/experiments/experiment.ts';
import type { ExperimentSeries } from '../../../domain/experiments/results.ts';
import { useSize } from '../charts/size.ts';
import { valueTicks } from '../charts/ticks.ts';
import { compact, integer } from '../format/number.ts';
import { dateTime } from '../format/time.ts';
import { armColour } from './badges.tsx';
import { ChartTip, timeAxis, valueAxis } from './chart-parts.tsx';

interface ExposuresChartProps {
  readonly setup: Experiment;
  readonly series: ExperimentSeries;
  readonly timeZone: string;
}

const HEIGHT = 176;
interface Row {
  readonly at: number;
  readonly units: Record<string, number>;
}

/** Units that were seen for the first time, by variant. */
export function ExposuresChart({ setup, series, timeZone }: ExposuresChartProps) {
  const [ref, { width }] = useSize();
  const names = setup.variants.map(({ name }) => name);
  const rows = rowsOf(series);
  const highest = Math.max(0, ...rows.map((row) => names.reduce((sum, name) => sum + (row.units[name] ?? 0), 0)));
  const ticks = valueTicks(highest, { whole: true, whenNone: 4 });
  const { scale: _scale, type: _type, domain: _domain, ...axis } = timeAxis(rows, timeZone, width);
  return (
    <figure ref={ref} style={{ height: HEIGHT }} className="relative">
      {width > 0 && (
        <BarChart
          width={width}
          height={HEIGHT}
          data={rows}
          accessibilityLayer={false}
          margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
          barCategoryGap="18%"
          maxBarSize={36}
        >
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis {...axis} />
          <YAxis
            {...valueAxis}
            domain={[0, ticks.at(-1) ?? 1]}
            ticks={ticks}
            tickFormatter={(value: number) => compact(value)}
          />
          {names.map((name, index) => (
            <Bar
              key={name}
              dataKey={(row: Row) => row.units[name] ?? 0}
              name={name}
              stackId="units"
              fill={armColour(index)}
              isAnimationActive={false}
            />
          ))}
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--hover)' }}
            content={({ active, label }) =>
              active ? (
                <ChartTip
                  title={dateTime(Number(label), timeZone)}
                  lines={names.map((name, index) => ({
                    name,
                    colour: armColour(index),
                    text: integer(rows.find(({ at }) => at === Number(label))?.units[name] ?? 0),
                  }))}
                />
              ) : null
            }
          />
        </BarChart>
      )}
    </figure>
  );
}

function rowsOf({ points }: ExperimentSeries): Row[] {
  const rows = new Map<number, Row>();
  for (const { at, variant, newUnits } of points) {
    const time = Date.parse(at);
    const row: Row = rows.get(time) ?? { at: time, units: {} };
    row.units[variant] = newUnits;
    rows.set(time, row);
  }
  return [...rows.values()];
}
