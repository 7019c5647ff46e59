import { type JsonObject, parseJson } from './json.ts';

/**
 * The complete part of JSON text that breaks off: everything up to the last finished value, with its open brackets
 * closed. Undefined where nothing can be made of it.
 */
export function repairEnd(text: string): unknown {
  const closers: string[] = [];
  let safeEnd = -1;
  let safeDepth = 0;
  const markSafe = (end: number) => {
    safeEnd = end;
    safeDepth = closers.length;
  };
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"':
        i = endOfString(text, i);
        break;
      case '{':
      case '[':
        closers.push(text[i] === '{' ? '}' : ']');
        markSafe(i + 1);
        break;
      case '}':
      case ']':
        closers.pop();
        markSafe(i + 1);
        break;
      case ',':
        markSafe(i);
        break;
    }
  }
  if (safeEnd < 0) return undefined;
  // Whatever came after the last safe place only opened brackets, so the outer ones still stand as they stood there.
  return parseJson(text.slice(0, safeEnd) + closers.slice(0, safeDepth).reverse().join(''));
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    if (slashesBefore(text, end) % 2 === 0) return end;
  }
  return text.length;
}

function slashesBefore(text: string, quote: number): number {
  let slashes = 0;
  while (text[quote - 1 - slashes] === '\\') slashes++;
  return slashes;
}

/** A bracket that was open where the text was cut: what of it is complete. */
export interface TornLevel {
  readonly kind: 'object' | 'array';
  /** Of an object. */
  readonly members: JsonObject;
  /** Of an array, in order. */
  readonly elements: readonly unknown[];
}

/** An event of a stream that the cut went through; only its end is there. */
export interface TornEvent {
  /** How many whole events came before it. */
  readonly position: number;
  readonly levels: readonly TornLevel[];
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface OpenLevel {
  readonly kind: 'object' | 'array';
  /** Where the bracket closes. */
  readonly close: number;
  /** Where the value that is being walked over ends. */
  valueEnd: number;
  readonly keys: Span[];
  readonly values: Span[];
}

/**
 * The end of JSON text whose beginning is missing: the brackets that were open at the cut, outermost first. It walks
 * backwards, since at the end one surely stands outside of every string, while at the beginning nobody knows.
 */
export function readTornEnd(text: string): readonly TornLevel[] {
  const levels: OpenLevel[] = [];
  for (let i = text.length - 1; i >= 0; i--) {
    const level = levels.at(-1);
    switch (text[i]) {
      case '"': {
        const start = startOfString(text, i);
        if (start < 0) return finish(text, levels);
        const next = skipSpace(text, i + 1);
        if (level?.kind === 'object' && text[next] === ':') {
          level.keys.push({ start, end: i + 1 });
          level.values.push({ start: next + 1, end: level.valueEnd });
        }
        i = start;
        break;
      }
      case '}':
      case ']':
        levels.push({ kind: text[i] === '}' ? 'object' : 'array', close: i, valueEnd: i, keys: [], values: [] });
        break;
      case '{':
      case '[': {
        if (level === undefined) return [];
        levels.pop();
        const parent = levels.at(-1);
        if (parent === undefined) return finish(text, [level]);
        if (parent.kind === 'array') parent.values.push({ start: i, end: level.close + 1 });
        break;
      }
      case ',':
        if (level !== undefined) level.valueEnd = i;
        break;
    }
    if (levels.length === 0 && !/\s/.test(text[i] ?? ' ')) return [];
  }
  return finish(text, levels);
}

function skipSpace(text: string, start: number): number {
  let i = start;
  while (/\s/.test(text[i] ?? '')) i++;
  return i;
}

/** -1 where it lies before the cut, or at it: a quote there may have lost the backslash in front of it. */
function startOfString(text: string, end: number): number {
  for (let start = text.lastIndexOf('"', end - 1); start > 0; start = text.lastIndexOf('"', start - 1)) {
    const slashes = slashesBefore(text, start);
    if (slashes === start) return -1;
    if (slashes % 2 === 0) return start;
  }
  return -1;
}

function finish(text: string, levels: readonly OpenLevel[]): readonly TornLevel[] {
  return levels.map(({ kind, keys, values }) => {
    const found = values.map(({ start, end }) => parseJson(text.slice(start, end)));
    if (kind === 'array') return { kind, members: {}, elements: found.reverse() };
    const names = keys.map(({ start, end }) => String(parseJson(text.slice(start, end))));
    const entries = names.map((name, i) => [name, found[i]] as const).filter(([, value]) => value !== undefined);
    // Walked backwards, the last one of a repeated key came first; it is to win, as it does in JSON.parse.
    return { kind, members: Object.fromEntries(entries.reverse()), elements: [] };
  });
}
