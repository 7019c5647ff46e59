import { integer } from '../format/number.ts';

export function Progress({ words, done, total }: { words: string; done: number; total: number }) {
  const share = total === 0 ? 0 : Math.min(done / total, 1);
  return (
    <div className="flex flex-col gap-1.5 py-6">
      <div
        role="progressbar"
        aria-label={words}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={Math.min(done, total)}
        className="h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${share * 100}%` }} />
      </div>
      <p className="text-small text-muted">
        {words}
        {total > 0 && `: ${integer(done)} of ${integer(total)}`}
      </p>
    </div>
  );
}
