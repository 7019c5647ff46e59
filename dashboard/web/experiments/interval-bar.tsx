import { axisLift, type Interval, liftText } from './words.ts';

interface IntervalBarProps {
  readonly lift: number;
  readonly interval: Interval;
  /** Lift at either end of the axis, which all bars of a table share. */
  readonly extent: number;
  readonly tone: 'good' | 'bad' | 'open';
}

const HEIGHT = 18;
const tones = { good: 'var(--good)', bad: 'var(--bad)', open: 'var(--muted)' } as const;

/** The interval as a bar and the estimate as a point; the control is the line in the middle. An arrow says that it goes on. */
export function IntervalBar({ lift, interval, extent, tone }: IntervalBarProps) {
  const place = (value: number): number => 50 + (50 * Math.max(-extent, Math.min(extent, value))) / extent;
  const [left, right] = [place(interval.low), place(interval.high)];
  const colour = tones[tone];
  return (
    <div
      className="relative h-[18px] w-full min-w-20"
      title={`${liftText(interval.low)} to ${liftText(interval.high)}`}
    >
      <svg width="100%" height={HEIGHT} aria-hidden className="block overflow-visible">
        <line x1="50%" x2="50%" y1={-10} y2={HEIGHT + 10} stroke="var(--line-strong)" />
        <rect
          x={`${left}%`}
          width={`${Math.max(right - left, 0.6)}%`}
          y={6}
          height={6}
          rx={3}
          fill={colour}
          fillOpacity={0.4}
        />
        <circle cx={`${place(lift)}%`} cy={9} r={4} fill={colour} stroke="var(--surface)" strokeWidth={1.5} />
      </svg>
      {interval.low < -extent && <Beyond side="left" colour={colour} />}
      {interval.high > extent && <Beyond side="right" colour={colour} />}
    </div>
  );
}

function Beyond({ side, colour }: { side: 'left' | 'right'; colour: string }) {
  const points = side === 'left' ? '5,0 0,4 5,8' : '0,0 5,4 0,8';
  return (
    <svg width={5} height={8} aria-hidden className="absolute top-[5px]" style={{ [side]: -7 }}>
      <polygon points={points} fill={colour} />
    </svg>
  );
}

/** The ends of the axis over the bars. */
export function LiftAxis({ extent }: { extent: number }) {
  return (
    <span className="flex justify-between text-micro font-normal text-muted">
      <span>{axisLift(-extent)}</span>
      <span>0</span>
      <span>{axisLift(extent)}</span>
    </span>
  );
}
