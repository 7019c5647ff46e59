import type { ErrorKind } from '../domain/exchange.ts';
import type { Refusal } from './refusal.ts';
import type { Destination } from './upstream.ts';

/** Codes of a connection that stood and broke, as against one that never came to be. */
const resets: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'HPE_INVALID_CONSTANT']);

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
  return { kind: 'upstream_unreachable', refusal: refuse('could not be reached') };
}
