import { UNKNOWN } from './money.ts';

/** Between a number and its unit, so that they never part at a line's end. */
export const GAP = '\u00a0';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function integer(value: number | null): string {
  return value === null || !Number.isFinite(value) ? UNKNOWN : whole.format(value);
}

/** A figure of somebody else's, with as many places as it has, up to four. */
export function decimal(value: number): string {
  return fractional.format(value);
}

const fractional = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 });

/** `812`, `12.4k`, `3.1M`, `2.05B`: three significant digits. */
export function compact(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size < 1000) return trimmed(value, size < 10 && !Number.isInteger(value) ? 1 : 0);
  const [divisor, unit] = scaleOf(size);
  const scaled = value / divisor;
  return `${scaled.toFixed(Math.abs(scaled) < 99.95 ? 1 : 0)}${unit}`;
}

/** The bounds lie below the round numbers, so that 999,950 is `1M` and not `1000k`. */
function scaleOf(size: number): [number, string] {
  if (size >= 999.5e9) return [1e12, 'T'];
  if (size >= 999.5e6) return [1e9, 'B'];
  if (size >= 999.5e3) return [1e6, 'M'];
  return [1e3, 'k'];
}

function trimmed(value: number, places: number): string {
  const text = value.toFixed(places);
  return places === 0 ? text : text.replace(/\.0$/, '');
}

/** A share of 1 as `12.3 %`. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return UNKNOWN;
  const points = share * 100;
  if (points !== 0 && Math.abs(points) < 0.05) return `<${GAP}0.1${GAP}%`;
  return `${points === 0 || points === 100 ? points : points.toFixed(1)}${GAP}%`;
}

/** `840 ms`, `2.4 s`, `1 m 12 s`, `2 h 5 m`. */
export function duration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return UNKNOWN;
  if (ms < 9.95) return `${trimmed(ms, 1)}${GAP}ms`;
  if (ms < 999.5) return `${Math.round(ms)}${GAP}ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}${GAP}s`;
  if (ms < 59_500) return `${Math.round(ms / 1000)}${GAP}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${GAP}m${GAP}${seconds % 60}${GAP}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}${GAP}h${GAP}${minutes % 60}${GAP}m`;
}

export function bytes(size: number | null): string {
  if (size === null || !Number.isFinite(size)) return UNKNOWN;
  if (size < 1000) return `${Math.round(size)}${GAP}B`;
  if (size < 999_500) return `${trimmed(size / 1000, 1)}${GAP}kB`;
  return `${trimmed(size / 1e6, 1)}${GAP}MB`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${integer(count)} ${count === 1 ? one : many}`;
}
