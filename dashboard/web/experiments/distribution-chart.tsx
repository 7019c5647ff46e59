import { Area, CartesianGrid, ComposedChart, Tooltip, XAxis, YAxis } from 'recharts';
import type { Distribution } from '../../../domain/experiments/distributions.ts';
import { useSize } from '../charts/size.ts';
import { valueTicks } from '../charts/ticks.ts';
import { axisMoney } from '../format/money.ts';
import { duration, percent } from '../format/number.ts';
import { armColour } from './badges.tsx';
import { ChartTip, tick, valueAxis } from './chart-parts.tsx';
import { type DistributionRows, heights } from './distribution-rows.ts';
import { logTicks } from './log-axis.ts';
import { SpreadMarks } from './spread-marks.tsx';
import { shareText } from './words.ts';

interface DistributionChartProps {
  readonly distribution: Distribution;
  readonly rows: DistributionRows;
}

const HEIGHT = 200;
const RIGHT = 12;
const LABEL_WIDTH = 60;

/** Shares of each variant over each other, on a logarithmic scale, and below it where its median, mean and p99 lie. */
export function DistributionChart({ distribution, rows }: DistributionChartProps) {
  const [ref, { width }] = useSize();
  const { arms } = distribution;
  const ticks = valueTicks(rows.highest);
  const lines = arms.map(({ name }) => heights(rows, name));
  const [low, high] = [rows.buckets[0]?.at ?? 0, rows.buckets.at(-1)?.at ?? 1];
  const room = width - valueAxis.width - RIGHT;
  const place = (value: number) => valueAxis.width + ((Math.log10(value) - low) / (high - low)) * room;
  return (
    <figure ref={ref} className="relative">
      {width > 0 && (
        <>
          <ComposedChart
            width={width}
            height={HEIGHT}
            data={rows.buckets.map(({ at }, index) => ({ at, index }))}
            accessibilityLayer={false}
            margin={{ top: 8, right: RIGHT, bottom: 0, left: 0 }}
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis {...logAxis(distribution, rows, room)} />
            <YAxis
              {...valueAxis}
              domain={[0, ticks.at(-1) ?? 1]}
              ticks={ticks}
              tickFormatter={(value: number) => shareText(value)}
            />
            {arms.map(({ name }, index) => (
              <Area
                key={name}
                dataKey={(point: { index: number }) => lines[index]?.[point.index] ?? null}
                name={name}
                type="step"
                stroke={armColour(index)}
                strokeWidth={1.75}
                fill={armColour(index)}
                fillOpacity={0.16}
                isAnimationActive={false}
                activeDot={false}
                connectNulls={false}
              />
            ))}
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--text)', strokeOpacity: 0.45 }}
              content={({ active, label }) =>
                active ? <BucketTip {...{ distribution, rows }} at={Number(label)} /> : null
              }
            />
          </ComposedChart>
          <SpreadMarks arms={arms} place={place} width={width} />
        </>
      )}
      <DistributionTable distribution={distribution} rows={rows} />
    </figure>
  );
}

function logAxis({ metric, bounds }: Distribution, { zeroAt, buckets }: DistributionRows, width: number) {
  const [low = 1, high = 10] = [bounds[0], bounds.at(-1)];
  const most = Math.max(2, Math.floor(width / LABEL_WIDTH));
  const marks = logTicks(low, high, most).map(Math.log10);
  const text = (value: number) => (metric === 'cost_per_unit' ? axisMoney(value) : duration(value));
  return {
    dataKey: 'at',
    type: 'number',
    domain: [buckets[0]?.at ?? 0, buckets.at(-1)?.at ?? 1],
    height: 22,
    ticks: zeroAt === null ? marks : [zeroAt, ...marks],
    interval: 0,
    tick,
    tickLine: true,
    axisLine: { stroke: 'var(--line-strong)' },
    tickFormatter: (at: number) => (at === zeroAt ? text(0) : text(Number((10 ** at).toPrecision(3)))),
  } as const;
}

function BucketTip({ distribution: { arms }, rows, at }: DistributionChartProps & { at: number }) {
  const bucket = rows.buckets.find((each) => each.at === at);
  if (bucket === undefined || bucket.words === '') return null;
  const lines = arms.map(({ name }, index) => ({
    name,
    colour: armColour(index),
    text: percent(bucket.shares[name] ?? 0),
  }));
  return <ChartTip title={bucket.words} lines={lines} />;
}

/** The chart for those who hear it. */
function DistributionTable({ distribution: { arms }, rows }: DistributionChartProps) {
  return (
    <table className="sr-only">
      <caption>Shares of each variant by bucket</caption>
      <tbody>
        {rows.buckets
          .filter(({ words }) => words !== '')
          .map(({ at, words, shares }) => (
            <tr key={at}>
              <th scope="row">{words}</th>
              {arms.map(({ name }) => (
                <td key={name}>{`${name} ${percent(shares[name] ?? 0)}`}</td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  );
}
