import { offsetAt, wallClock } from '../format/time.ts';

/** Round values from zero to just above the highest, about `wanted` of them; `whole` for what is counted. */
export function valueTicks(highest: number, { whenNone = 1, whole = false, wanted = 4 } = {}): number[] {
  if (!(highest > 0) || !Number.isFinite(highest)) return [0, whenNone];
  const raw = highest / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const even = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * (1 - 1e-9)) ?? 10) * power;
  const step = whole ? Math.max(1, Math.ceil(even)) : even;
  const count = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const steps = [
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
];
const daySteps = [1, 2, 3, 7, 14, 30, 60, 90, 182, 365];

/** Indexes of the buckets that stand at a round time of the zone's clock, at most `most` of them. */
export function timeTicks(buckets: readonly number[], timeZone: string, most: number): number[] {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return [];
  const span = last - first;
  if (span >= DAY * (buckets.length - 1)) return everyNth(buckets.length, most);
  const step = steps.find((each) => span / each <= most);
  const isRound =
    step === undefined ? everyDays(span, timeZone, most) : (at: number) => (at + offsetAt(at, timeZone)) % step === 0;
  const round = buckets.flatMap((at, index) => (isRound(at) ? [index] : []));
  return round.length > 0 ? round : [0];
}

/** For buckets of a day and more, which are round by themselves. */
function everyNth(count: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}

function everyDays(span: number, timeZone: string, most: number): (at: number) => boolean {
  const days = daySteps.find((each) => span / DAY / each <= most) ?? 365;
  return (at) => {
    const local = at + offsetAt(at, timeZone);
    return local % DAY === 0 && Math.floor(local / DAY) % days === 0;
  };
}

export function isMidnight(at: number, timeZone: string): boolean {
  const clock = wallClock(at, timeZone);
  return clock.hour === 0 && clock.minute === 0;
}
