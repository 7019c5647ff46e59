import { USUAL_CACHE_SECONDS } from '../../domain/cache-lifetime.ts';

/** What a request asks of the cache; null in its place where it asks for nothing. */
export interface CacheAsks {
  readonly reads: boolean;
  readonly saves: boolean;
  /** How old an answer may be that is read, and how long one that is saved is kept. */
  readonly maxAgeMs: number;
  /** Answers kept for one and the same request. */
  readonly bucketSize: number;
  readonly seed: string;
  /** Of the body's top level, those that do not count. */
  readonly ignoredKeys: readonly string[];
}

const MAX_AGE_SECONDS = 31_536_000;

/** `value` gives a header's text by what follows `cache-`, '' where it was not sent. */
export function readCacheAsks(value: (key: string) => string, cacheControl: string): CacheAsks | null {
  const isOn = (key: string) => value(key).toLowerCase() === 'true';
  const isOff = (key: string) => value(key).toLowerCase() === 'false';
  const enabled = isOn('enabled');
  const directives = parseDirectives(cacheControl);
  const stores = !directives.has('no-store');
  const maxAgeSeconds = ageOf(directives);
  const reads = (enabled ? !isOff('read') : isOn('read')) && stores && !directives.has('no-cache') && maxAgeSeconds > 0;
  const saves = (enabled ? !isOff('save') : isOn('save')) && stores && maxAgeSeconds > 0;
  if (!reads && !saves) return null;
  return {
    reads,
    saves,
    maxAgeMs: maxAgeSeconds * 1_000,
    bucketSize: Number(value('bucket-max-size') || 1),
    seed: value('seed'),
    ignoredKeys: value('ignore-keys')
      .split(',')
      .map((key) => key.trim())
      .filter((key) => key !== ''),
  };
}

/** https://www.rfc-editor.org/rfc/rfc9111#section-5.2 */
function parseDirectives(text: string): ReadonlyMap<string, string> {
  const parts = text.split(',').map((part) => part.split('=', 2).map((half) => half.trim().replace(/^"|"$/g, '')));
  return new Map(parts.map(([name = '', argument = '']) => [name.toLowerCase(), argument]));
}

function ageOf(directives: ReadonlyMap<string, string>): number {
  const text = directives.get('s-maxage') ?? directives.get('max-age') ?? '';
  return /^\d+$/.test(text) ? Math.min(Number(text), MAX_AGE_SECONDS) : USUAL_CACHE_SECONDS;
}
