import type { Tags } from '../domain/exchange.ts';
import type { OwnHeaders } from './own-headers.ts';

const MAX_PROPERTIES = 64;
const MAX_NAME_BYTES = 128;
const MAX_VALUE_BYTES = 2_048;
const PROPERTY = 'property-';

/** Headers of Helicone's that have no column here and are kept as properties of the same name. */
const keptAsProperty = /^(?:prompt-name|prompt-mode|experiment-id|webhook-enabled|posthog-.+)$/;

export function isTagHeader(key: string): boolean {
  return key.startsWith(PROPERTY) || keptAsProperty.test(key) || plainTags.has(key);
}

const plainTags: ReadonlySet<string> = new Set([
  'user-id',
  'prompt-id',
  'prompt-version',
  'session-id',
  'session-name',
  'session-path',
]);

/** What is too long is cut and flagged, never refused. */
export function readTags(own: OwnHeaders, traceparent: string | undefined): Tags {
  let cut = false;
  const shorten = (value: string, limit = MAX_VALUE_BYTES) => {
    const fitting = cutToBytes(value, limit);
    if (fitting !== value) cut = true;
    return fitting;
  };
  const tag = (key: string) => shorten(own.get(key)?.value ?? '');
  // Names are the app's: `constructor` must find nothing that the app did not send, and `__proto__` must be kept.
  const properties: Record<string, string> = Object.create(null);
  let count = 0;
  for (const [key, { value }] of own) {
    const name = propertyName(key);
    if (name === null) continue;
    if (count === MAX_PROPERTIES) {
      cut = true;
      break;
    }
    count++;
    const kept = key === 'posthog-key' || key === 'posthog-api-key' ? '[redacted]' : value;
    properties[shorten(name, MAX_NAME_BYTES)] = shorten(kept);
  }
  return {
    userId: tag('user-id'),
    feature: properties['feature'] ?? '',
    promptId: tag('prompt-id'),
    promptVersion: tag('prompt-version'),
    sessionId: tag('session-id'),
    sessionName: tag('session-name'),
    sessionPath: tag('session-path'),
    traceId: traceIdOf(traceparent),
    properties,
    cut,
  };
}

function propertyName(key: string): string | null {
  if (key.startsWith(PROPERTY)) return key.length > PROPERTY.length ? key.slice(PROPERTY.length) : null;
  return keptAsProperty.test(key) ? key : null;
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function traceIdOf(traceparent: string | undefined): string {
  const id = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/.exec(traceparent ?? '')?.[1] ?? '';
  return /^0*$/.test(id) ? '' : id;
}

function cutToBytes(value: string, limit: number): string {
  // No character takes more than three bytes a UTF-16 unit.
  if (value.length * 3 <= limit) return value;
  const bytes = Buffer.from(value);
  if (bytes.length <= limit) return value;
  let end = limit;
  // A byte 10xxxxxx continues a character, which must not be cut in two.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
