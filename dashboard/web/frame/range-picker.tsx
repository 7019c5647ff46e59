import { CalendarDays, ChevronDown } from 'lucide-react';
import { useState } from 'react';
import type { Range, RangePreset } from '../../../domain/view.ts';
import { dayOf, instantOf, isTimeZone, localInput, timeOfDay } from '../format/time.ts';
import { Button } from '../parts/button.tsx';
import { Popover } from '../parts/popover.tsx';
import { useParam, useView } from '../state/view.tsx';
import { presetTitles } from '../state/vocabulary.ts';

const columns: readonly (readonly RangePreset[])[] = [
  ['15m', '1h', '6h', '24h', '7d', '30d', '90d'],
  ['today', 'yesterday', 'month', 'all'],
];

export function rangeTitle(range: Range, timeZone: string): string {
  if ('preset' in range) return presetTitles[range.preset];
  const [from, to] = [Date.parse(range.from), Date.parse(range.to)];
  const [first, last] = [dayOf(from, timeZone), dayOf(to, timeZone)];
  const end = first === last ? timeOfDay(to, timeZone) : `${last}, ${timeOfDay(to, timeZone)}`;
  return `${first}, ${timeOfDay(from, timeZone)} – ${end}`;
}

export function RangePicker() {
  const { view, setRange } = useView();
  const [open, setOpen] = useState(false);
  const choose = (range: Range) => {
    setRange(range);
    setOpen(false);
  };
  const trigger = (
    <Button>
      <CalendarDays size={14} aria-hidden className="text-muted" />
      {rangeTitle(view.range, view.timeZone)}
      <ChevronDown size={13} aria-hidden className="text-muted" />
    </Button>
  );
  return (
    <Popover trigger={trigger} label="Range" align="end" open={open} onOpenChange={setOpen} className="w-80 p-2">
      <div className="grid grid-cols-2 gap-x-2">
        {columns.map((presets) => (
          <ul key={presets[0]}>
            {presets.map((preset) => (
              <li key={preset}>
                <button
                  type="button"
                  aria-pressed={'preset' in view.range && view.range.preset === preset}
                  onClick={() => choose({ preset })}
                  className="h-7 w-full rounded-[5px] px-2 text-left text-small hover:bg-hover aria-pressed:bg-selected aria-pressed:font-medium"
                >
                  {presetTitles[preset]}
                </button>
              </li>
            ))}
          </ul>
        ))}
      </div>
      <CustomRange key={JSON.stringify(view.range)} onChoose={choose} />
      <TimeZonePicker />
    </Popover>
  );
}

const DAY_MS = 86_400_000;
const field = 'h-7 w-full rounded-md border border-line bg-surface px-2 text-small';

function CustomRange({ onChoose }: { onChoose: (range: Range) => void }) {
  const { view } = useView();
  const zone = view.timeZone;
  const now = Date.now();
  const shown = 'from' in view.range ? view.range : null;
  const [from, setFrom] = useState(localInput(shown ? Date.parse(shown.from) : now - DAY_MS, zone));
  const [to, setTo] = useState(localInput(shown ? Date.parse(shown.to) : now, zone));
  const [start, end] = [instantOf(from, zone), instantOf(to, zone)];
  const valid = start !== null && end !== null && start < end;
  return (
    <form
      className="mt-2 grid grid-cols-[auto_1fr] items-center gap-x-2 gap-y-1.5 border-t border-line px-2 pt-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) onChoose({ from: new Date(start).toISOString(), to: new Date(end).toISOString() });
      }}
    >
      <label htmlFor="range-from" className="text-small text-muted">
        From
      </label>
      <input
        id="range-from"
        type="datetime-local"
        className={field}
        value={from}
        onChange={(e) => setFrom(e.target.value)}
      />
      <label htmlFor="range-to" className="text-small text-muted">
        To
      </label>
      <input id="range-to" type="datetime-local" className={field} value={to} onChange={(e) => setTo(e.target.value)} />
      <span className="col-span-2 flex items-center justify-end gap-2">
        {!valid && <span className="text-small text-bad">The end must come after the beginning</span>}
        <Button type="submit" look="primary" disabled={!valid}>
          Apply
        </Button>
      </span>
    </form>
  );
}

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')];

function TimeZonePicker() {
  const { view } = useView();
  const [, setZone] = useParam('tz');
  const [typed, setTyped] = useState(view.timeZone);
  return (
    <div className="mt-2 flex items-center gap-2 border-t border-line px-2 pt-2">
      <label htmlFor="time-zone" className="text-small whitespace-nowrap text-muted">
        Time zone
      </label>
      <input
        id="time-zone"
        list="time-zones"
        value={typed}
        aria-invalid={!isTimeZone(typed)}
        onChange={(event) => {
          setTyped(event.target.value);
          if (zones.includes(event.target.value)) setZone(event.target.value);
        }}
        className={`${field} aria-invalid:border-bad`}
      />
      <datalist id="time-zones">
        {zones.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}
