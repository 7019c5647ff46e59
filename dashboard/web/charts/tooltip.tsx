import { exactMoney } from '../format/money.ts';
import { bucketTitle } from '../format/time.ts';
import { type ChartData, type ChartLine, stackTotal } from './chart-data.ts';
import { MarkList, type PlacedMark } from './marks.tsx';

interface TooltipProps {
  readonly data: ChartData;
  readonly index: number;
  readonly timeZone: string;
  readonly format: (value: number | null, exact: string | null) => string;
  /** The line under the pointer. */
  readonly marked: string | null;
  /** What somebody changed in this bucket. */
  readonly marks: readonly PlacedMark[];
}

export function ChartTooltip({ data, index, timeZone, format, marked, marks }: TooltipProps) {
  const stacked = data.lines.filter((line) => line.look === 'stacked');
  const shown = sortedAt(data.lines, index);
  const total =
    stacked.length > 1 && shown.some((line) => line.look === 'stacked') ? stackTotal(data.lines, index) : null;
  return (
    <div className="min-w-44 sm:max-w-72 rounded-lg border border-line bg-raised px-2.5 py-1.5 text-small shadow-pop">
      <div className="mb-1 flex justify-between gap-4 whitespace-nowrap text-muted">
        {bucketTitle(data.buckets[index] ?? 0, data.bucketSeconds, timeZone)}
        {index === data.running && <span className="text-warn">so far</span>}
      </div>
      {total !== null && (
        <div className="flex justify-between gap-6 border-b border-line pb-1 font-semibold">
          Total<span>{format(total, null)}</span>
        </div>
      )}
      <ul className="pt-0.5">
        {shown.map((line) => (
          <li
            key={line.key}
            className={`flex h-5 items-center gap-1.5 ${marked !== null && marked !== line.key ? 'opacity-60' : ''}`}
            title={line.exact ? exactMoney(line.exact[index] ?? null) : undefined}
          >
            <Swatch line={line} />
            <span className="min-w-0 flex-1 truncate">{line.title}</span>
            <span className="pl-4 font-medium">{format(line.points[index] ?? null, line.exact?.[index] ?? null)}</span>
          </li>
        ))}
        {shown.length === 0 && <li className="text-muted">Nothing</li>}
      </ul>
      {marks.length > 0 && <MarkList marks={marks} timeZone={timeZone} />}
    </div>
  );
}

function sortedAt(lines: readonly ChartLine[], index: number): ChartLine[] {
  const present = lines.filter((line) => (line.points[index] ?? null) !== null);
  const worth = present.filter((line) => line.look === 'strong' || line.look === 'light' || line.points[index] !== 0);
  const isBefore = (line: ChartLine): number => (line.look === 'before' ? 1 : 0);
  return worth.sort((a, b) => isBefore(a) - isBefore(b) || (b.points[index] ?? 0) - (a.points[index] ?? 0));
}

export function Swatch({ line }: { line: ChartLine }) {
  if (line.look === 'before')
    return <span aria-hidden className="w-2.5 shrink-0 border-t border-dashed border-muted" />;
  const look = line.look === 'stacked' ? 'size-2 rounded-[2px]' : 'h-0.5 w-2.5 rounded-full';
  return (
    <span
      aria-hidden
      className={`${look} shrink-0 ${line.look === 'light' ? 'opacity-55' : ''}`}
      style={{ background: line.colour }}
    />
  );
}
