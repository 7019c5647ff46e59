import { listAt, parseJson, textAt } from '../../domain/usage/json.ts';
import { type HeaderList, headerOf } from '../../domain/usage/reader.ts';

/** How a call that failed is made again; of the reference's `Helicone-Retry-*` headers. */
export interface RetrySettings {
  /** Calls after the first. */
  readonly num: number;
  readonly factor: number;
  readonly minTimeoutMs: number;
  readonly maxTimeoutMs: number;
}

export const retryDefaults: RetrySettings = { num: 5, factor: 2, minTimeoutMs: 1_000, maxTimeoutMs: 10_000 };
const MAX_NUM = 20;
const MAX_TIMEOUT_MS = 120_000;
const MAX_FACTOR = 10;

/** `value` gives a header's text by what follows `retry-`, '' where it was not sent. */
export function readRetrySettings(value: (key: string) => string): RetrySettings | { readonly fault: string } {
  const read = (key: string, fallback: number, min: number, max: number) => {
    const text = value(key);
    if (text === '') return fallback;
    const number = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    return number >= min && number <= max ? number : `${min} to ${max}, found ${JSON.stringify(text)}`;
  };
  const num = read('num', retryDefaults.num, 0, MAX_NUM);
  const factor = read('factor', retryDefaults.factor, 1, MAX_FACTOR);
  const minTimeoutMs = read('min-timeout', retryDefaults.minTimeoutMs, 0, MAX_TIMEOUT_MS);
  const maxTimeoutMs = read('max-timeout', retryDefaults.maxTimeoutMs, 0, MAX_TIMEOUT_MS);
  if (typeof num === 'string') return { fault: `Retry-Num: expected ${num}` };
  if (typeof factor === 'string') return { fault: `Retry-Factor: expected ${factor}` };
  if (typeof minTimeoutMs === 'string') return { fault: `Retry-Min-Timeout: expected milliseconds, ${minTimeoutMs}` };
  if (typeof maxTimeoutMs === 'string') return { fault: `Retry-Max-Timeout: expected milliseconds, ${maxTimeoutMs}` };
  return { num: Math.floor(num), factor, minTimeoutMs, maxTimeoutMs };
}

/**
 * Milliseconds to wait before the call after `made` failed ones: anything up to the exponential step (full jitter:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), but no less than the provider asked for.
 * Null where it asks for more than the caller would wait.
 */
export function retryDelay(
  settings: RetrySettings,
  made: number,
  askedMs: number | null,
  random: () => number,
): number | null {
  const step = Math.min(settings.maxTimeoutMs, settings.minTimeoutMs * settings.factor ** (made - 1));
  if (askedMs !== null && askedMs > settings.maxTimeoutMs) return null;
  return Math.max(askedMs ?? 0, step * random());
}

/**
 * Milliseconds after which the provider says that it may be asked again; null where it does not say.
 * `retry-after-ms` and `retry-after` (RFC 9110, 10.2.3), then the resets of those limits that are used up: OpenAI's
 * `x-ratelimit-reset-*` (`1s`, `6m0s`, `20ms`), Anthropic's `anthropic-ratelimit-*-reset` (RFC 3339), and Gemini's
 * `RetryInfo` in the body (https://cloud.google.com/apis/design/errors#retry_info).
 */
export function askedDelay(headers: HeaderList, body: string, now: number): number | null {
  const ms = headerOf(headers, 'retry-after-ms');
  if (/^\d+(?:\.\d+)?$/.test(ms)) return Number(ms);
  return retryAfter(headerOf(headers, 'retry-after'), now) ?? limitReset(headers, now) ?? retryInfo(body);
}

function retryAfter(text: string, now: number): number | null {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1_000;
  return text === '' ? null : untilDate(text, now);
}

function untilDate(text: string, now: number): number | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

function limitReset(headers: HeaderList, now: number): number | null {
  const resets = headers.flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    if (!/^x-ratelimit-reset-|^anthropic-ratelimit-.*-reset$/.test(lower)) return [];
    const remaining = headerOf(headers, lower.replace('reset', 'remaining'));
    const wait = plainSeconds(value) ?? durationMs(value) ?? untilDate(value, now);
    return wait === null || remaining !== '0' ? [] : [wait];
  });
  return resets.length === 0 ? null : Math.max(...resets);
}

/** Azure's. A larger number is a point in time, of which there are several kinds. */
function plainSeconds(text: string): number | null {
  return /^\d{1,5}(?:\.\d+)?$/.test(text) ? Number(text) * 1_000 : null;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `6m0s`, `20ms`, `1.5s` */
function durationMs(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  return parts.reduce((sum, [, amount = '0', unit = '']) => sum + Number(amount) * (unitMs[unit] ?? 0), 0);
}

function retryInfo(body: string): number | null {
  if (!body.includes('retryDelay')) return null;
  const value = parseJson(body);
  const details = [
    ...listAt(value, 'error', 'details'),
    ...listAt(Array.isArray(value) ? value[0] : null, 'error', 'details'),
  ];
  const found = details.map((detail) => durationMs(textAt(detail, 'retryDelay'))).find((wait) => wait !== null);
  return found ?? null;
}
