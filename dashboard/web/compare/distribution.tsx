import { duration, percent } from '../format/number.ts';

const HEIGHT_PX = 28;

interface DistributionProps {
  /** Shares between two bounds each, the first from 0, the last without an end. */
  readonly shares: readonly number[];
  readonly boundsMs: readonly number[];
  /** Of all models: the bars of one can be held against those of another. */
  readonly highest: number;
}

/** Where the durations lie, each bar twice as wide in time as the one before it. */
export function Distribution({ shares, boundsMs, highest }: DistributionProps) {
  if (shares.length === 0) return <span className="text-muted">—</span>;
  return (
    <div role="img" aria-label={spoken(shares, boundsMs)} className="ml-auto flex h-7 w-full max-w-40 items-end gap-px">
      {shares.map((share, index) => (
        <div
          key={boundsMs[index] ?? 'more'}
          title={`${words(boundsMs, index)}: ${percent(share)}`}
          className="flex h-full flex-1 items-end bg-sunken"
        >
          <div
            className="w-full bg-accent"
            style={{ height: share === 0 ? 0 : Math.max(1, (share / highest) * HEIGHT_PX) }}
          />
        </div>
      ))}
    </div>
  );
}

function words(boundsMs: readonly number[], index: number): string {
  const from = boundsMs[index - 1];
  const to = boundsMs[index];
  if (from === undefined) return `under ${duration(to ?? null)}`;
  return to === undefined ? `${duration(from)} and more` : `${duration(from)} to ${duration(to)}`;
}

function spoken(shares: readonly number[], boundsMs: readonly number[]): string {
  return shares
    .flatMap((share, index) => (share === 0 ? [] : [`${words(boundsMs, index)} ${percent(share)}`]))
    .join(', ');
}
