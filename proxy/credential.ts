import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isSecretName } from './redact.ts';

const FINGERPRINT_LENGTH = 12;
const MAX_FINGERPRINTS = 256;
const fingerprints = new Map<string, string>();

/** The proxy's own key, compared so that the time taken tells nothing of it. */
export interface ProxyKey {
  matches(candidate: string): boolean;
}

export function createProxyKey(key: string): ProxyKey {
  const expected = hash('sha256', key, 'buffer');
  return { matches: (candidate) => timingSafeEqual(hash('sha256', candidate, 'buffer'), expected) };
}

/**
 * First 12 hex digits of the SHA-256 of the credential that the caller has for the provider: the token of
 * `Authorization`, else `x-api-key`, `api-key`, `x-goog-api-key`, else `key` in the query. Of a signed AWS request it
 * is the access key's id, since the signature is new each time. '' where there is none.
 */
export function keyIdOf(headers: IncomingHttpHeaders, url: string): string {
  const credential = credentialOf(headers) ?? queryKey(url);
  if (credential === undefined || credential === '') return '';
  const known = fingerprints.get(credential);
  if (known !== undefined) return known;
  const fingerprint = hash('sha256', credential, 'hex').slice(0, FINGERPRINT_LENGTH);
  if (fingerprints.size >= MAX_FINGERPRINTS) fingerprints.clear();
  fingerprints.set(credential, fingerprint);
  return fingerprint;
}

function credentialOf(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined)
    return /^AWS4.*?Credential=([^/,\s]+)/.exec(authorization)?.[1] ?? withoutScheme(authorization);
  const own = text(headers['x-api-key']) ?? text(headers['api-key']) ?? text(headers['x-goog-api-key']);
  // That of a browser's WebSocket, which can send no other header.
  return own ?? /api-key\.([^,\s]+)/i.exec(headers['sec-websocket-protocol'] ?? '')?.[1];
}

/** All that a request carries to prove who sends it, so that what is kept for one caller is never another's. */
export function credentialsOf(headers: IncomingHttpHeaders): string {
  const found = Object.entries(headers).flatMap(([name, value]) => {
    if (name === 'authorization') return [[name, credentialOf(headers) ?? '']];
    return isSecretName(name) || /^openai-(?:organization|project)$/.test(name) ? [[name, String(value)]] : [];
  });
  return found.length === 0 ? '' : JSON.stringify(found.sort());
}

function queryKey(url: string): string | undefined {
  if (!url.includes('key=')) return undefined;
  return /[?&](?:api[-_]?)?key=([^&]*)/i.exec(url)?.[1];
}

export function withoutScheme(value: string): string {
  return value.replace(/^(?:bearer|basic)\s+/i, '').trim();
}

function text(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
