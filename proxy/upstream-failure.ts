import type { ErrorKind } from '../domain/exchange.ts';
import type { Refusal } from './refusal.ts';
import type { Destination } from './upstream.ts';

/** Codes of a connection that stood and broke, as against one that never came to be. */
const resets: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
const lookups: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA', 'ESERVFAIL']);
/** OpenSSL's verdicts on a certificate, as Node names them: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const certificates: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'presented a certificate that it signed itself'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'presented a certificate of an authority that is not trusted here'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'presented a certificate of an authority that is not trusted here'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'presented a certificate of an authority that is not trusted here'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'presented a certificate of an authority that is not trusted here'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'presented a certificate for another host'],
  ['CERT_HAS_EXPIRED', 'presented a certificate that has expired'],
  ['CERT_NOT_YET_VALID', 'presented a certificate that is not valid yet'],
  ['CERT_REVOKED', 'presented a certificate that was revoked'],
]);

/** What to record and to tell the app when no answer came from the provider. */
export function failureOf(error: Error, { provider, upstream }: Destination): { kind: ErrorKind; refusal: Refusal } {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const { style, title } = provider;
  const refuse = (what: string): Refusal => ({
    status: 502,
    code: 'upstream_unreachable',
    style,
    message: `${title} at ${upstream} ${what}${code === '' ? '' : ` (${code})`}`,
  });
  if (code === 'ETIMEDOUT') return { kind: 'upstream_timeout', refusal: refuse('did not accept a connection in time') };
  if (resets.has(code) || code.startsWith('HPE_')) {
    return { kind: 'upstream_reset', refusal: refuse('broke the connection before it answered') };
  }
  if (lookups.has(code) || code.startsWith('EAI_')) {
    return { kind: 'upstream_dns', refusal: refuse('could not be found: its name does not resolve') };
  }
  const distrust = certificates.get(code);
  if (distrust !== undefined) return { kind: 'upstream_tls', refusal: refuse(distrust) };
  if (/^(?:ERR_SSL_|ERR_TLS_|CERT_|EPROTO$)/.test(code)) {
    return { kind: 'upstream_tls', refusal: refuse('could not agree with us on TLS') };
  }
  return { kind: 'upstream_unreachable', refusal: refuse('could not be reached') };
}

/** Of a provider that took the request and was silent. */
export function silenceOf({ provider, upstream }: Destination, limitMs: number): Refusal {
  return {
    status: 504,
    code: 'upstream_timeout',
    style: provider.style,
    message: `${provider.title} at ${upstream} sent nothing for ${limitMs} ms, which is as long as its timeouts in spendlens.yaml allow`,
  };
}

/** Of a provider that stopped reading the request. */
export function untakenUpload({ provider, upstream }: Destination, limitMs: number): Refusal {
  return {
    status: 504,
    code: 'upstream_timeout',
    style: provider.style,
    message: `${provider.title} at ${upstream} took nothing of the request’s body for ${limitMs} ms`,
  };
}

/** Of an app that began to send a body and stopped. */
export function unfinishedUpload({ provider }: Destination, limitMs: number): Refusal {
  return {
    status: 408,
    code: 'request_timeout',
    style: provider.style,
    message: `nothing came of the rest of this request’s body for ${limitMs} ms`,
  };
}
