import type { Spread } from '../../../domain/experiments/distributions.ts';
import { armColour } from './badges.tsx';

interface SpreadMarksProps {
  readonly arms: readonly Spread[];
  /** Pixels from the left, of a value above zero. */
  readonly place: (value: number) => number;
  readonly width: number;
}

const ROW = 14;

/** Where the median, the mean and p99 of each variant lie, under the axis that they share with the chart. */
export function SpreadMarks({ arms, place, width }: SpreadMarksProps) {
  const at = (value: number | null) => (value !== null && value > 0 ? place(value) : null);
  return (
    <svg width={width} height={arms.length * ROW} aria-hidden className="block">
      {arms.map(({ name, p50, mean, p99 }, index) => (
        <g key={name} transform={`translate(0 ${index * ROW + ROW / 2})`} fill={armColour(index)}>
          <Range from={at(p50)} to={at(p99)} colour={armColour(index)} />
          <Mark shape="median" x={at(p50)} />
          <Mark shape="mean" x={at(mean)} />
          <Mark shape="p99" x={at(p99)} />
        </g>
      ))}
    </svg>
  );
}

function Range({ from, to, colour }: { from: number | null; to: number | null; colour: string }) {
  if (from === null || to === null) return null;
  return <line x1={from} x2={to} y1={0} y2={0} stroke={colour} strokeOpacity={0.5} strokeWidth={1.5} />;
}

type Shape = 'median' | 'mean' | 'p99';

function Mark({ shape, x }: { shape: Shape; x: number | null }) {
  if (x === null) return null;
  const outline = { stroke: 'var(--surface)', strokeWidth: 1 };
  switch (shape) {
    case 'median':
      return <circle cx={x} cy={0} r={4} {...outline} />;
    case 'mean':
      return <polygon points={`${x - 5},0 ${x},-5 ${x + 5},0 ${x},5`} {...outline} />;
    case 'p99':
      return <rect x={x - 1} y={-5} width={2} height={10} />;
  }
}

/** Beside its name, since the marks of the chart have none. */
export function MarkKey({ shape }: { shape: Shape }) {
  return (
    <svg width={12} height={12} aria-hidden className="mr-1 inline-block fill-current align-[-1.5px]">
      <g transform="translate(0 6)">
        <Mark shape={shape} x={6} />
      </g>
    </svg>
  );
}
