import { GAP } from './number.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs more than using it; a table makes thousands. */
function formatter(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
  formatters.set(key, made);
  return made;
}

const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };

export function isTimeZone(name: string): boolean {
  try {
    formatter(name, {});
    return true;
  } catch {
    return false;
  }
}

export const timeOfDay = (at: number, timeZone: string): string => formatter(timeZone, clock).format(at);
export const dayOf = (at: number, timeZone: string): string => formatter(timeZone, day).format(at);
export const weekdayOf = (at: number, timeZone: string): string =>
  formatter(timeZone, { weekday: 'short', ...day }).format(at);
export const dateTime = (at: number, timeZone: string): string =>
  `${dayOf(at, timeZone)}, ${formatter(timeZone, { ...clock, second: '2-digit' }).format(at)}`;

/** With year and milliseconds, for tooltips. */
export function fullDateTime(at: number, timeZone: string): string {
  const options: Intl.DateTimeFormatOptions = { ...clock, ...day, year: 'numeric', second: '2-digit' };
  return formatter(timeZone, { ...options, fractionalSecondDigits: 3, timeZoneName: 'short' }).format(at);
}

/** The zone's clock at an instant, as numbers. */
export function wallClock(at: number, timeZone: string) {
  const options: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'numeric', day: 'numeric', ...clock };
  const parts = new Map(
    formatter(timeZone, options)
      .formatToParts(at)
      .map((p) => [p.type, Number(p.value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return { year: of('year'), month: of('month'), day: of('day'), hour: of('hour'), minute: of('minute') };
}

/** The instant at which the zone's clock shows this; in the hour that a change of clocks skips, the one after it. */
export function instantOf(local: string, timeZone: string): number | null {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return null;
  const first = asUtc - offsetAt(asUtc, timeZone);
  return asUtc - offsetAt(first, timeZone);
}

/** Milliseconds that the zone is ahead of UTC. */
export function offsetAt(at: number, timeZone: string): number {
  const w = wallClock(at, timeZone);
  const minute = Math.floor(at / 60_000) * 60_000;
  return Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute) - minute;
}

/** `2026-11-21T09:30`, as an `<input type="datetime-local">` wants it. */
export function localInput(at: number, timeZone: string): string {
  return new Date(at + offsetAt(at, timeZone)).toISOString().slice(0, 16);
}

/** `3 s ago`, `5 m ago`, `2 h ago`, `4 d ago`. */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 2) return 'just now';
  if (seconds < 90) return `${seconds}${GAP}s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)}${GAP}m ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)}${GAP}h ago`;
  return `${Math.round(seconds / 86_400)}${GAP}d ago`;
}

/** What a bucket of a chart covers. */
export function bucketTitle(at: number, seconds: number, timeZone: string): string {
  if (seconds >= 86_400) {
    const end = at + seconds * 1000 - 1;
    const first = weekdayOf(at, timeZone);
    return seconds < 2 * 86_400 ? first : `${first} – ${dayOf(end, timeZone)}`;
  }
  return `${dayOf(at, timeZone)}, ${timeOfDay(at, timeZone)} – ${timeOfDay(at + seconds * 1000, timeZone)}`;
}
