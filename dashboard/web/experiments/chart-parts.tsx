import { timeTicks } from '../charts/ticks.ts';
import { dayOf, timeOfDay } from '../format/time.ts';

export const tick = { fill: 'var(--muted)', fontSize: 11 };
const LABEL_WIDTH = 84;
const DAY_MS = 86_400_000;

/** A linear axis of time with round marks, since steps need not be of one length. */
export function timeAxis(rows: readonly { readonly at: number }[], timeZone: string, width: number) {
  const times = rows.map(({ at }) => at);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const byDay = last - first > 2 * DAY_MS;
  const most = Math.max(2, Math.floor((width - 64) / LABEL_WIDTH));
  const marks = timeTicks(times, timeZone, most).flatMap((index) => times[index] ?? []);
  return {
    dataKey: 'at',
    type: 'number',
    scale: 'time',
    domain: [first, last],
    height: 22,
    ticks: marks,
    interval: 0,
    tick,
    tickLine: false,
    axisLine: { stroke: 'var(--line-strong)' },
    tickFormatter: (at: number) => (byDay ? dayOf(at, timeZone) : timeOfDay(at, timeZone)),
  } as const;
}

export const valueAxis = { width: 56, interval: 0, tick, tickLine: false, axisLine: false } as const;

interface ChartTipProps {
  readonly title: string;
  readonly lines: readonly { readonly name: string; readonly colour: string; readonly text: string }[];
}

export function ChartTip({ title, lines }: ChartTipProps) {
  return (
    <div className="min-w-44 rounded-lg border border-line bg-raised px-2.5 py-1.5 text-small shadow-pop">
      <div className="mb-1 whitespace-nowrap text-muted">{title}</div>
      <ul>
        {lines.map(({ name, colour, text }) => (
          <li key={name} className="flex h-5 items-center gap-1.5 whitespace-nowrap">
            <span aria-hidden className="size-2 rounded-[2px]" style={{ background: colour }} />
            <span className="flex-1">{name}</span>
            <span className="pl-4 font-medium">{text}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
