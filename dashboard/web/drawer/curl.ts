import type { RequestDetail } from '../../../domain/api.ts';

type Attempt = RequestDetail['attempts'][number];

/** Set by curl itself, or meant for one connection only. */
const left =
  /^(host|content-length|connection|accept-encoding|transfer-encoding|expect|keep-alive|te|upgrade|via|x-forwarded-.*)$/i;
const secret =
  /^(authorization|proxy-authorization|x-api-key|api-key|x-goog-api-key|cookie|helicone-auth|spendlens-auth)$/i;

/** A POSIX shell's single quotes: inside them nothing has a meaning but the quote. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The same request through the proxy again; where a secret was, a placeholder stands. */
export function curlOf(proxyUrl: string, detail: Pick<RequestDetail, 'method' | 'line'>, attempt: Attempt): string {
  const url = `${proxyUrl.replace(/\/+$/, '')}/${detail.line.provider}${detail.line.path}`;
  const headers = attempt.requestHeaders.split(/\r?\n/).flatMap(headerOf);
  const parts = [
    `curl -X ${shellQuoted(detail.method)} ${shellQuoted(url)}`,
    ...headers.map((text) => `-H ${shellQuoted(text)}`),
  ];
  if (attempt.requestBody !== '') parts.push(`--data-raw ${shellQuoted(attempt.requestBody)}`);
  return parts.join(' \\\n  ');
}

function headerOf(line: string): string[] {
  const colon = line.indexOf(':');
  if (colon < 1) return [];
  const name = line.slice(0, colon).trim();
  if (left.test(name)) return [];
  if (secret.test(name)) return [`${name}: ${name.toLowerCase() === 'authorization' ? 'Bearer YOUR_KEY' : 'YOUR_KEY'}`];
  return [`${name}: ${line.slice(colon + 1).trim()}`];
}
