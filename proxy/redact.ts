/** What stands where a secret stood. */
const REDACTED = '[redacted]';
const MAX_CACHED_NAMES = 2_000;
const SECRET_NAME =
  /^(?:(?:proxy-)?authorization|authentication|(?:set-)?cookie2?|(?:helicone|spendlens)-(?:auth|fallbacks))$|(?:^|[-_])(?:api)?key(?:[-_]?\d+)?$|apikey|token|secret|passw(?:or)?d|credential|signature/i;
/** Browsers can set no header on a WebSocket but this one: `realtime, openai-insecure-api-key.sk-…`. */
const SUBPROTOCOLS = /^sec-websocket-protocol$/i;
const ADDRESS_NAME = /^(?:helicone|spendlens)-(?:target-url|openai-api-base)$/i;
/** Counts of tokens are no tokens. */
const HARMLESS_NAME =
  /^(?:x-ratelimit-|anthropic-ratelimit-|(?:helicone|spendlens)-(?:token-limit|property-)|.*(?:idempotency-key|tokens?-count)$)/i;
const SECRET_QUERY = /^(?:.*[-_])?(?:key|apikey|token|secret|sig|signature|password|credential|code)$/i;
/** Keys as providers shape them, wherever in a path somebody put one. */
const KEY_SHAPE = '(?:sk|pk|rk|gsk|xai|key|pplx|AIza|Bearer|AKIA|ASIA)[-_A-Za-z0-9.~%]{14,}';
const KEY_SEGMENTS = new RegExp(`/${KEY_SHAPE}(?=/|$)`, 'g');
const KEY_ALONE = new RegExp(`^${KEY_SHAPE}$`);

const verdicts = new Map<string, boolean>();

export function isSecretName(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const verdict = SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
  // Callers choose the names, so the memory of them must be bounded.
  if (verdicts.size < MAX_CACHED_NAMES) verdicts.set(name, verdict);
  return verdict;
}

/** Pairs of what Node lists flat, secrets replaced. */
export function redactHeaders(raw: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    headers.push([name, isSecretName(name) ? REDACTED : redactValue(name, value)]);
  }
  return headers;
}

function redactValue(name: string, value: string): string {
  if (ADDRESS_NAME.test(name)) return redactAddress(value);
  return SUBPROTOCOLS.test(name) ? value.replace(/((?:key|token|auth|bearer)\w*\.)[^,\s]+/gi, `$1${REDACTED}`) : value;
}

/** A caller's own address, without what may be a secret in it. */
export function redactAddress(address: string): string {
  return address.replace(/\/\/[^/]*@/, `//${REDACTED}@`).replace(/[?#].*$/s, '');
}

/** Path and query without the keys that some APIs take in them. */
export function redactPath(path: string): string {
  const query = path.indexOf('?');
  const plain = query === -1 ? path : path.slice(0, query);
  const clean = plain.replace(KEY_SEGMENTS, `/${REDACTED}`);
  if (query === -1) return clean;
  return `${clean}?${path
    .slice(query + 1)
    .split('&')
    .map(redactParameter)
    .join('&')}`;
}

/** Of a path that names no provider: what stands in that place may be a key for somebody else's proxy. */
export function redactStrangePath(path: string): string {
  return redactPath(path).replace(/^\/(?![a-z][a-z._-]{0,31}(?:[/?]|$))[^/?]+/i, `/${REDACTED}`);
}

function redactParameter(parameter: string): string {
  const equals = parameter.indexOf('=');
  if (equals === -1) return KEY_ALONE.test(parameter) ? REDACTED : parameter;
  return isSecretParameter(parameter) ? `${parameter.slice(0, equals)}=${REDACTED}` : parameter;
}

/** `name=value` of a query. */
export function isSecretParameter(parameter: string): boolean {
  return SECRET_QUERY.test(decoded(parameter.slice(0, Math.max(0, parameter.indexOf('=')))));
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
