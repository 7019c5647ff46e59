/** Reads of values that nobody has vouched for: each answers for any shape, none throws. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Token counts are `UInt32` in the warehouse; what exceeds it is nobody's real usage. */
const MAX_COUNT = 4_294_967_295;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of keys, undefined where any step is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (!isObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** A whole, credible, non-negative number; null for everything else. */
export function countAt(value: unknown, ...path: readonly string[]): number | null {
  const found = at(value, ...path);
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 0 || found > MAX_COUNT) return null;
  return found;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
