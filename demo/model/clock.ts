/** When traffic happens: a working week that grows, in UTC. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Share of a plain day's busiest hour, from 00:00 UTC on: Europe's working day with America's afternoon after it. */
const hours = [
  0.16, 0.13, 0.11, 0.1, 0.12, 0.2, 0.38, 0.62, 0.86, 0.97, 1, 0.94, 0.8, 0.9, 0.98, 0.95, 0.84, 0.7, 0.58, 0.48, 0.4,
  0.33, 0.26, 0.2,
] as const;
/** From Sunday on. */
const weekdays = [0.32, 1, 1.07, 1.1, 1.04, 0.92, 0.38] as const;
const GROWTH = 0.6;

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Clock {
  /** The moment by which `share` of the span's traffic has come; `share` in [0, 1). */
  momentAt(share: number): number;
}

export function createClock({ from, to }: Span): Clock {
  const steps = Math.max(1, Math.ceil((to - from) / (HOUR_MS / 4)));
  const stepMs = (to - from) / steps;
  const reached = new Float64Array(steps + 1);
  for (let step = 0; step < steps; step++) {
    const moment = from + (step + 0.5) * stepMs;
    const growth = 1 + GROWTH * ((step + 0.5) / steps - 0.5);
    reached[step + 1] = (reached[step] ?? 0) + intensity(moment) * growth;
  }
  const total = reached[steps] ?? 1;
  return {
    momentAt(share) {
      const wanted = share * total;
      let low = 0;
      let high = steps - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((reached[middle + 1] ?? total) > wanted) high = middle;
        else low = middle + 1;
      }
      const begin = reached[low] ?? 0;
      const width = (reached[low + 1] ?? total) - begin;
      return from + (low + (wanted - begin) / width) * stepMs;
    },
  };
}

/** Relative to a plain day's busiest hour; hours run into each other. */
function intensity(moment: number): number {
  const date = new Date(moment);
  const within = (moment % HOUR_MS) / HOUR_MS;
  const hour = date.getUTCHours();
  const now = hours[hour] ?? 1;
  const next = hours[(hour + 1) % 24] ?? 1;
  return (now + (next - now) * within) * (weekdays[date.getUTCDay()] ?? 1);
}

/** An hour of the night, when jobs run that nobody waits for. */
export function isNight(moment: number): boolean {
  const hour = new Date(moment).getUTCHours();
  return hour < 5;
}

/** A stretch of a working day about `share` into the span; null where the span has no such day. */
export function workdayStretch(span: Span, share: number, fromHour: number, hoursLong: number): Span | null {
  const aim = span.from + (span.to - span.from) * share;
  for (const offset of [0, -1, 1, -2, 2, -3, 3]) {
    const midnight = Math.floor(aim / DAY_MS + offset) * DAY_MS;
    const weekday = new Date(midnight).getUTCDay();
    const stretch = { from: midnight + fromHour * HOUR_MS, to: midnight + (fromHour + hoursLong) * HOUR_MS };
    if (weekday >= 1 && weekday <= 5 && stretch.from >= span.from && stretch.to <= span.to) return stretch;
  }
  return null;
}

export const within = (span: Span | null, moment: number): boolean =>
  span !== null && moment >= span.from && moment < span.to;
