import type { Filter } from '../../../domain/view.ts';

const isSame = (a: Filter, b: Filter): boolean =>
  a.field === b.field && a.op === b.op && a.values.join('\0') === b.values.join('\0');

/** A click on a value: what was asked of the same field before gives way, so that the click always narrows to it. */
export function withValue(filters: readonly Filter[], added: Filter): Filter[] {
  return [...filters.filter((f) => !(f.field === added.field && f.op === added.op)), added];
}

export function replaced(filters: readonly Filter[], old: Filter | null, added: Filter): Filter[] {
  if (old === null) return [...filters.filter((f) => !isSame(f, added)), added];
  return filters.map((f) => (isSame(f, old) ? added : f));
}

export function removed(filters: readonly Filter[], old: Filter): Filter[] {
  return filters.filter((f) => !isSame(f, old));
}
