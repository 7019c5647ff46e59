import type { ExchangeKind } from '../domain/exchange.ts';
import { readCacheAsks } from './cache/asks.ts';
import type { OwnHeaders } from './own-headers.ts';
import { faultInRateLimitPolicy, parseRateLimitPolicy } from './rate-limit/policy.ts';
import { readFallbacks } from './routed/fallback-header.ts';
import { nothingRouted, type RoutedAsks } from './routed/plan.ts';
import { readRetrySettings } from './routed/retry.ts';
import { isTagHeader } from './tags.ts';

/** What a request's own headers ask of the proxy, decided before a byte of its body is read. */
export interface Asks {
  /** '' or why the request must be answered with a 400. */
  readonly fault: string;
  /** What was asked and is not done here, as `Spendlens-Ignored` names it; '' for nothing. */
  readonly ignored: string;
  readonly omitRequest: boolean;
  readonly omitResponse: boolean;
  readonly modelOverride: string;
  readonly kind: ExchangeKind;
  /** '' or the address that the caller wants to be called instead of its path's. */
  readonly target: string;
  readonly routed: RoutedAsks;
}

const nothing: Asks = {
  fault: '',
  ignored: '',
  omitRequest: false,
  omitResponse: false,
  modelOverride: '',
  kind: 'app',
  target: '',
  routed: nothingRouted,
};

const MAX_CACHE_BUCKET = 20;
const handled: ReadonlySet<string> = new Set([
  'auth',
  'request-id',
  'omit-request',
  'omit-response',
  'model-override',
  'kind',
  'target-url',
  'openai-api-base',
  'retry-enabled',
  'retry-num',
  'retry-factor',
  'retry-min-timeout',
  'retry-max-timeout',
  'fallbacks',
  'stream-usage',
  'force-variant',
  'cache-enabled',
  'cache-save',
  'cache-read',
  'cache-bucket-max-size',
  'cache-seed',
  'cache-ignore-keys',
  'ratelimit-policy',
]);
const isTrue = (value: string) => value.trim().toLowerCase() === 'true';

/** `cacheControl`: the request's own header of that name. */
export function readAsks(own: OwnHeaders, cacheControl = ''): Asks {
  if (own.size === 0) return nothing;
  const ignored: string[] = [];
  for (const [key, { name, value }] of own) {
    const fault = faultIn(key, value);
    if (fault !== '') return { ...nothing, fault: `${canonical(name)}: ${fault}` };
    if (isIgnored(key)) ignored.push(canonical(name));
  }
  const value = (key: string) => own.get(key)?.value.trim() ?? '';
  const retry = isTrue(value('retry-enabled')) ? readRetrySettings((key) => value(`retry-${key}`)) : null;
  if (retry !== null && 'fault' in retry) return { ...nothing, fault: `Helicone-${retry.fault}` };
  const fallbacks = value('fallbacks') === '' ? [] : readFallbacks(value('fallbacks'));
  if ('fault' in fallbacks) return { ...nothing, fault: `Helicone-Fallbacks: ${fallbacks.fault}` };
  const cache = readCacheAsks((key) => value(`cache-${key}`), cacheControl);
  const policy = value('ratelimit-policy');
  const limit = policy === '' ? null : parseRateLimitPolicy(policy);
  const streamUsage = isTrue(value('stream-usage'));
  return {
    fault: '',
    ignored: ignored.join(', '),
    omitRequest: isTrue(value('omit-request')),
    omitResponse: isTrue(value('omit-response')),
    modelOverride: value('model-override').slice(0, 256),
    kind: value('kind') === 'demo' ? 'demo' : 'app',
    target: value('target-url') || value('openai-api-base'),
    routed: askingRouted({ retry, fallbacks, streamUsage, cache, limit, forcedVariant: value('force-variant') }),
  };
}

/** One object for all that ask for nothing, as most do. */
function askingRouted(asks: RoutedAsks): RoutedAsks {
  const { retry, fallbacks, streamUsage, cache, limit, forcedVariant } = asks;
  const isNothing = retry === null && fallbacks.length === 0 && !streamUsage && cache === null && limit === null;
  return isNothing && forcedVariant === '' ? nothingRouted : asks;
}

/** Where passing a request on without what it asked for would be worse than refusing it. */
function faultIn(key: string, value: string): string {
  switch (key) {
    case 'ratelimit-policy':
      return faultInRateLimitPolicy(value);
    case 'cache-bucket-max-size': {
      const size = /^\d+$/.test(value.trim()) ? Number(value) : 0;
      if (size >= 1 && size <= MAX_CACHE_BUCKET) return '';
      return `expected a whole number from 1 to ${MAX_CACHE_BUCKET}, found ${JSON.stringify(value)}`;
    }
    case 'moderations-enabled':
    case 'llm-security-enabled':
      return isTrue(value) ? 'this check is not available yet, and the request was not sent without it' : '';
    default:
      return '';
  }
}

function isIgnored(key: string): boolean {
  if (handled.has(key) || isTagHeader(key)) return false;
  if (key === 'moderations-enabled' || key === 'llm-security-enabled') return false;
  return true;
}

/** `helicone-cache-enabled` is `Helicone-Cache-Enabled`. */
function canonical(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}
