import type { Experiment } from '../../../domain/experiments/experiment.ts';
import type { ArmResult, ExperimentResults } from '../../../domain/experiments/results.ts';
import { useSize } from '../charts/size.ts';
import { armColour } from './badges.tsx';
import { figure, metricTitle } from './words.ts';

interface ScatterProps {
  readonly setup: Experiment;
  readonly results: ExperimentResults;
}

interface Point {
  readonly name: string;
  readonly index: number;
  readonly x: number;
  readonly y: number;
  /** Ends of the intervals of the difference, laid around the control's own value. */
  readonly xs: readonly [number, number] | null;
  readonly ys: readonly [number, number] | null;
}

const HEIGHT = 240;
const box = { left: 52, right: 16, top: 16, bottom: 34 };

/** Cost against quality: the better, the further up and to the left. Null without scores. */
export function CostAgainstQuality({ setup, results }: ScatterProps) {
  const [ref, { width }] = useSize();
  const points = pointsOf(results.arms);
  const control = points.find(({ index }) => index === 0);
  const [xs, ys] = [rangeOf(points, 'x'), rangeOf(points, 'y')];
  const x = (value: number) => box.left + ((value - xs[0]) / (xs[1] - xs[0])) * (width - box.left - box.right);
  const y = (value: number) =>
    HEIGHT - box.bottom - ((value - ys[0]) / (ys[1] - ys[0])) * (HEIGHT - box.bottom - box.top);
  if (points.length < 2) {
    return (
      <p className="px-3 pb-3 text-small text-muted">There are no scores of two variants to set against cost yet.</p>
    );
  }
  return (
    <figure ref={ref} style={{ height: HEIGHT }}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={wordsOf(points)}>
          <title>{wordsOf(points)}</title>
          {control && (
            <g stroke="var(--line-strong)" strokeDasharray="3 3">
              <line x1={x(control.x)} x2={x(control.x)} y1={box.top} y2={HEIGHT - box.bottom} />
              <line x1={box.left} x2={width - box.right} y1={y(control.y)} y2={y(control.y)} />
            </g>
          )}
          <line
            x1={box.left}
            x2={width - box.right}
            y1={HEIGHT - box.bottom}
            y2={HEIGHT - box.bottom}
            stroke="var(--line-strong)"
          />
          {points.map((point) => (
            <Arm key={point.name} point={point} x={x} y={y} right={width - box.right} />
          ))}
          <g fill="var(--muted)" fontSize={11}>
            <text x={box.left} y={HEIGHT - 18}>
              {figure('cost_per_unit', xs[0])}
            </text>
            <text x={width - box.right} y={HEIGHT - 18} textAnchor="end">
              {figure('cost_per_unit', xs[1])}
            </text>
            <text x={(box.left + width - box.right) / 2} y={HEIGHT - 5} textAnchor="middle">
              {metricTitle('cost_per_unit', setup)} →
            </text>
            <text x={box.left + 4} y={box.top - 2}>
              ↑ {metricTitle('score', setup)}
            </text>
            <text x={box.left - 6} y={box.top + 8} textAnchor="end">
              {figure('score', ys[1])}
            </text>
            <text x={box.left - 6} y={HEIGHT - box.bottom} textAnchor="end">
              {figure('score', ys[0])}
            </text>
          </g>
        </svg>
      )}
    </figure>
  );
}

interface ArmProps {
  readonly point: Point;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly right: number;
}

const ROOM_FOR_NAME = 64;

function Arm({ point, x, y, right }: ArmProps) {
  const colour = armColour(point.index);
  const [cx, cy] = [x(point.x), y(point.y)];
  const onLeft = cx > right - ROOM_FOR_NAME;
  return (
    <g stroke={colour}>
      {point.xs && (
        <line x1={x(point.xs[0])} x2={x(point.xs[1])} y1={cy} y2={cy} strokeWidth={2} strokeOpacity={0.55} />
      )}
      {point.ys && (
        <line x1={cx} x2={cx} y1={y(point.ys[0])} y2={y(point.ys[1])} strokeWidth={2} strokeOpacity={0.55} />
      )}
      <circle cx={cx} cy={cy} r={5} fill={colour} stroke="var(--surface)" strokeWidth={1.5} />
      <text
        x={onLeft ? cx - 9 : cx + 9}
        y={cy - 8}
        textAnchor={onLeft ? 'end' : 'start'}
        fontSize={12}
        fontWeight={500}
        fill="var(--text)"
        stroke="none"
      >
        {point.name}
      </text>
    </g>
  );
}

function pointsOf(arms: readonly ArmResult[]): Point[] {
  const [control] = arms;
  const of = (arm: ArmResult | undefined, metric: 'cost_per_unit' | 'score') =>
    arm?.metrics.find((each) => each.metric === metric);
  return arms.flatMap((arm, index) => {
    const [cost, score] = [of(arm, 'cost_per_unit'), of(arm, 'score')];
    if (cost?.value == null || score?.value == null) return [];
    const around = (line: typeof cost, metric: 'cost_per_unit' | 'score') => {
      const base = of(control, metric)?.value;
      if (base == null || line.differenceInterval === null) return null;
      return [base + line.differenceInterval.low, base + line.differenceInterval.high] as const;
    };
    const [xs, ys] = [around(cost, 'cost_per_unit'), around(score, 'score')];
    return [{ name: arm.name, index, x: cost.value, y: score.value, xs, ys }];
  });
}

/** All points and bars with a margin around them. */
function rangeOf(points: readonly Point[], axis: 'x' | 'y'): [number, number] {
  const all = points.flatMap((point) => [point[axis], ...((axis === 'x' ? point.xs : point.ys) ?? [])]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const margin = (high - low || Math.abs(high) || 1) * 0.18;
  return [Math.max(low - margin, Math.min(0, low)), high + margin];
}

const wordsOf = (points: readonly Point[]): string =>
  `Cost against quality: ${points
    .map(({ name, x, y }) => `${name} costs ${figure('cost_per_unit', x)} and scores ${figure('score', y)}`)
    .join('; ')}`;
