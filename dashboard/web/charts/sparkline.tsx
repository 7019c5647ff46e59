interface SparklineProps {
  readonly points: readonly number[];
  readonly width?: number;
  readonly height?: number;
}

/** Shape only: where the spend lay within the range, each row on its own scale. */
export function Sparkline({ points, width = 96, height = 20 }: SparklineProps) {
  const most = Math.max(...points, 0);
  if (most <= 0 || points.length < 2) return <span aria-hidden className="inline-block" style={{ width, height }} />;
  const x = (index: number): string => ((index / (points.length - 1)) * (width - 2) + 1).toFixed(1);
  const y = (value: number): string => (height - 1 - (Math.max(value, 0) / most) * (height - 3)).toFixed(1);
  const line = points.map((value, index) => `${x(index)} ${y(value)}`).join('L');
  return (
    <svg width={width} height={height} aria-hidden className="block overflow-visible">
      <title>Spend over the range</title>
      <path d={`M1 ${height - 1}L${line}L${width - 1} ${height - 1}Z`} className="fill-accent/15" />
      <path d={`M${line}`} fill="none" className="stroke-accent" strokeWidth={1.25} strokeLinejoin="round" />
    </svg>
  );
}
