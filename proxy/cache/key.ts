import { hash } from 'node:crypto';
import { isObject, type JsonObject } from '../../domain/usage/json.ts';

/** All that has to be the same for one answer to do for another request. */
export interface KeyParts {
  /** The caller's credential, so that two of them never share: of whatever length, '' where there is none. */
  readonly credential: string;
  readonly seed: string;
  readonly method: string;
  readonly upstream: string;
  readonly path: string;
  /** What this target is asked for in place of the body's own, '' where that stands. */
  readonly model: string;
  /** Of the headers, those that change an answer. */
  readonly headers: readonly string[];
  /** The body as JSON, or as bytes where it is none. */
  readonly body: JsonObject | Uint8Array;
  readonly ignoredKeys: readonly string[];
}

/** 64 hex digits. */
export function cacheKey(parts: KeyParts): string {
  const { body, ignoredKeys, credential, ...rest } = parts;
  const text = body instanceof Uint8Array ? hash('sha256', body, 'hex') : canonical(without(body, ignoredKeys));
  const scope = hash('sha256', credential, 'hex');
  return hash('sha256', canonical({ ...rest, scope, ignoredKeys: [...ignoredKeys].sort(), text }), 'hex');
}

function without(body: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !keys.includes(key)));
}

/** JSON whose keys are in order at every depth, and without spaces: the same for bodies that say the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}
