import type { Range, RangePreset } from './view.ts';
import type { Zone } from './zone.ts';

/** From `from` inclusive to `to` exclusive, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A stretch of time cut for a chart. `edges[i]` begins bucket i, which ends where the next one begins. */
export interface Buckets {
  /** Nominal length; days of 23 or 25 hours and months are what they are. */
  readonly seconds: number;
  readonly edges: readonly number[];
  /** Index of the bucket that `now` lies in, null when the range has ended. */
  readonly running: number | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const rolling: Partial<Record<RangePreset, number>> = {
  '15m': 15 * MINUTE,
  '1h': HOUR,
  '6h': 6 * HOUR,
  '24h': DAY,
  '7d': 7 * DAY,
  '30d': 30 * DAY,
  '90d': 90 * DAY,
};

// One more than 30 days of 6 hours: a range that was moved to begin on an edge keeps the step that it was moved by.
const TARGET_BUCKETS = 121;
const MONTH_SECONDS = 2_592_000;
const STEPS = [10, 30, 60, 300, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800, MONTH_SECONDS];

/**
 * What a range means at `now`. Rolling ranges begin on an edge of their own buckets: a first bucket that is
 * half out of the range would look like a rise in spending. `first` is the oldest row, which `all` begins with.
 */
export function resolveRange(range: Range, zone: Zone, now: number, first: number | null): Span {
  if ('from' in range) return { from: Date.parse(range.from), to: Date.parse(range.to) };
  switch (range.preset) {
    case 'today':
      return { from: zone.startOfDay(now), to: now };
    case 'yesterday':
      return { from: zone.addDays(now, -1), to: zone.startOfDay(now) };
    case 'month':
      return { from: zone.startOfMonth(now), to: now };
    case 'all':
      return aligned({ from: Math.min(first ?? now - DAY, now - MINUTE), to: now }, zone);
    default:
      return aligned({ from: now - (rolling[range.preset] ?? DAY), to: now }, zone);
  }
}

/** The same length of time before: today against yesterday up to this hour, a month against the one before. */
export function previousSpan(range: Range, zone: Zone, { from, to }: Span): Span {
  const length = to - from;
  const preset = 'preset' in range ? range.preset : null;
  if (preset === 'today') return { from: zone.addDays(from, -1), to: zone.addDays(from, -1) + length };
  if (preset === 'month') {
    const start = zone.addMonths(from, -1);
    return { from: start, to: Math.min(start + length, from) };
  }
  return { from: from - length, to: from };
}

/** At most 300, usually 60 to 120, beginning at round times of the zone. Ends at `now` where the range goes beyond. */
export function bucketsOf(span: Span, zone: Zone, now: number): Buckets {
  const seconds = stepFor(span);
  const end = Math.max(Math.min(span.to, now), span.from + 1);
  const edges: number[] = [];
  for (let edge = floorTo(span.from, seconds, zone); edge < end; edge = nextEdge(edge, seconds, zone)) edges.push(edge);
  const ended = span.to < now || span.from > now;
  return { seconds, edges, running: ended ? null : edges.length - 1 };
}

/** `count` equal parts, whatever the calendar says: for sparklines. */
export function equalParts({ from, to }: Span, count: number): readonly number[] {
  const start = Math.floor(from / 1000) * 1000;
  const step = Math.max(1, Math.ceil((to - start) / count / 1000)) * 1000;
  return Array.from({ length: count }, (_, index) => start + index * step);
}

function aligned(span: Span, zone: Zone): Span {
  return { from: floorTo(span.from, stepFor(span), zone), to: span.to };
}

function stepFor({ from, to }: Span): number {
  const seconds = (to - from) / 1000;
  return (
    STEPS.find((step) => seconds / step <= TARGET_BUCKETS) ?? Math.ceil(seconds / TARGET_BUCKETS / 86_400) * 86_400
  );
}

function floorTo(at: number, seconds: number, zone: Zone): number {
  if (seconds === MONTH_SECONDS) return zone.startOfMonth(at);
  const day = zone.startOfDay(at);
  if (seconds === 604_800) return zone.addDays(at, -zone.weekday(at));
  if (seconds >= 86_400) return day;
  return day + Math.floor((at - day) / (seconds * 1000)) * seconds * 1000;
}

/** Steps of less than a day start anew at each midnight, so that they stay round after a change of clocks. */
function nextEdge(edge: number, seconds: number, zone: Zone): number {
  if (seconds === MONTH_SECONDS) return zone.addMonths(edge, 1);
  if (seconds >= 86_400) return zone.addDays(edge, seconds / 86_400);
  return Math.min(edge + seconds * 1000, zone.addDays(edge, 1));
}
