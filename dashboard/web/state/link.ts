import {
  type Filter,
  filter,
  type Range,
  type RangePreset,
  rangePreset,
  range as rangeSchema,
  type View,
} from '../../../domain/view.ts';
import { isTimeZone } from '../format/time.ts';

/** What the URL says of the view. What it does not say is null: the defaults depend on the browser and the data. */
export interface LinkedView {
  readonly range: Range | null;
  readonly timeZone: string | null;
  readonly kind: View['kind'] | null;
  readonly filters: readonly Filter[];
  readonly compare: boolean;
}

const DAY_MS = 86_400_000;

/** Where the URL names no range: a week, or on the first day a day, in which a few requests can be seen. */
export function usualRange(firstRowAt: string | null, now: string): RangePreset {
  return firstRowAt === null || Date.parse(now) - Date.parse(firstRowAt) < DAY_MS ? '24h' : '7d';
}

/** Whatever in the URL cannot be read is left out: a mangled link shows more than was meant, never nothing. */
export function readView(params: URLSearchParams): LinkedView {
  const timeZone = params.get('tz');
  const kind = params.get('kind');
  return {
    range: readRange(params),
    timeZone: timeZone !== null && isTimeZone(timeZone) ? timeZone : null,
    kind: kind === 'app' || kind === 'demo' ? kind : null,
    filters: params.getAll('f').flatMap((text) => readFilter(text) ?? []),
    compare: params.get('compare') !== 'off',
  };
}

function readRange(params: URLSearchParams): Range | null {
  const preset = rangePreset.safeParse(params.get('range'));
  if (preset.success) return { preset: preset.data };
  const custom = rangeSchema.safeParse({ from: params.get('from'), to: params.get('to') });
  return custom.success ? custom.data : null;
}

export function writeRange(params: URLSearchParams, range: Range): URLSearchParams {
  const next = without(params, ['range', 'from', 'to']);
  if ('preset' in range) {
    next.set('range', range.preset);
    return next;
  }
  next.set('from', range.from);
  next.set('to', range.to);
  return next;
}

export function writeFilters(params: URLSearchParams, filters: readonly Filter[]): URLSearchParams {
  const next = without(params, ['f']);
  for (const each of filters) next.append('f', writeFilter(each));
  return next;
}

function without(params: URLSearchParams, names: readonly string[]): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const name of names) next.delete(name);
  return next;
}

/** `is:user_id:ann,bob`; a comma, colon or backslash inside a piece stands behind a backslash. */
export function writeFilter(value: Filter): string {
  return `${value.op}:${escaped(value.field)}:${value.values.map(escaped).join(',')}`;
}

export function readFilter(text: string): Filter | null {
  const [op, field, values, ...rest] = pieces(text, ':');
  if (op === undefined || field === undefined || values === undefined || rest.length > 0) return null;
  const parsed = filter.safeParse({ op, field: unescaped(field), values: pieces(values, ',').map(unescaped) });
  return parsed.success ? parsed.data : null;
}

const escaped = (text: string): string => text.replace(/[\\:,]/g, '\\$&');
const unescaped = (text: string): string => text.replace(/\\([\\:,])/g, '$1');

/** Splits at the separators that no backslash precedes. */
function pieces(text: string, separator: string): string[] {
  const found: string[] = [''];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === separator) {
      found.push('');
      continue;
    }
    const pair = char === '\\' ? text.slice(at, at + 2) : char;
    at += pair.length - 1;
    found[found.length - 1] += pair;
  }
  return found;
}
