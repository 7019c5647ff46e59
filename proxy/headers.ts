import type { IncomingHttpHeaders } from 'node:http';
import type { Destination } from './upstream.ts';

const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
]);

/** The headers that we add to an answer, names and values in turn. */
export function ownAnswerHeaders(
  requestId: string,
  status: number,
  destination: Destination,
  ignored: string,
): string[] {
  const headers = ['Helicone-Id', requestId, 'Spendlens-Id', requestId];
  headers.push('Helicone-Status', status < 400 ? 'success' : 'failed', 'Helicone-Provider', destination.provider.name);
  const model = modelInPath(destination.path);
  if (model !== '') headers.push('Helicone-Model', model);
  if (ignored !== '') headers.push('Spendlens-Ignored', ignored);
  return headers;
}

/**
 * What the provider sent, in its order, case and number, without what concerned its own connection only. Node's
 * parsed headers would join or drop those that stand twice.
 */
export function endToEndHeaders(raw: readonly string[], parsed: IncomingHttpHeaders): string[] {
  const nominated = nominatedBy(parsed.connection);
  const headers: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || nominated?.has(lower)) continue;
    headers.push(name, raw[i + 1] ?? '');
  }
  return headers;
}

function nominatedBy(connection: string | undefined): ReadonlySet<string> | null {
  if (connection === undefined || /^(?:keep-alive|close)$/i.test(connection)) return null;
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== 'content-length'));
}

/** Gemini's `/models/NAME:method` and Bedrock's `/model/NAME/method`; elsewhere only the body tells. */
function modelInPath(path: string): string {
  const name = /\/models?\/([^/?:]+(?:%3A[^/?:]*)?)(?:[:/])/.exec(path)?.[1];
  return name !== undefined && /^[\w.%@-]{1,128}$/.test(name) ? name : '';
}
