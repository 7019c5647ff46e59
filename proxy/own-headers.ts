import type { IncomingHttpHeaders } from 'node:http';

/** The headers that are meant for the proxy, by what follows `helicone-` or `spendlens-`, in lower case. */
export type OwnHeaders = ReadonlyMap<string, OwnHeader>;

interface OwnHeader {
  /** As the caller named it, in lower case. */
  readonly name: string;
  readonly value: string;
}

const HELICONE = 'helicone-';
const SPENDLENS = 'spendlens-';
const none: OwnHeaders = new Map();

/**
 * Takes our headers and those that concern one hop only out of `headers`, which then may go to the provider. This is
 * done on the request before the proxy library sees it: for `Expect: 100-continue` it skips its own hook.
 */
export function takeOwnHeaders(headers: IncomingHttpHeaders, method: string | undefined, upgrade: boolean): OwnHeaders {
  let own: Map<string, OwnHeader> | null = null;
  for (const name in headers) {
    const prefix = name.startsWith(HELICONE) ? HELICONE : name.startsWith(SPENDLENS) ? SPENDLENS : null;
    if (prefix === null) continue;
    own ??= new Map();
    const key = name.slice(prefix.length);
    if (prefix === SPENDLENS || !own.has(key)) own.set(key, { name, value: readText(headers[name]) });
    delete headers[name];
  }
  dropHopByHop(headers, method, upgrade);
  return own ?? none;
}

/** RFC 9110, 7.6.1. What frames the body stays, whoever nominates it: without it the body would be another request. */
function dropHopByHop(headers: IncomingHttpHeaders, method: string | undefined, upgrade: boolean): void {
  const { connection } = headers;
  // What most clients send, and what goes to the provider as well: taking it out would only slow the object down.
  if (connection !== undefined && connection !== 'keep-alive') {
    for (const nominated of connection.split(',')) {
      const name = nominated.trim().toLowerCase();
      if (!framing.has(name)) delete headers[name];
    }
    delete headers.connection;
  }
  for (const name of hopByHop) if (headers[name] !== undefined) delete headers[name];
  if (upgrade) headers.connection = 'Upgrade';
  else if (headers.upgrade !== undefined) delete headers.upgrade;
  // Left in place it would cost each upload its connection. Node frames these methods' bodies by itself.
  if (headers['transfer-encoding'] === 'chunked' && (method === 'POST' || method === 'PUT' || method === 'PATCH'))
    delete headers['transfer-encoding'];
}

const framing: ReadonlySet<string> = new Set(['transfer-encoding', 'content-length', 'host', 'upgrade', 'connection']);
const hopByHop = ['proxy-connection', 'proxy-authorization', 'proxy-authenticate', 'keep-alive', 'te', 'expect'];

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Node reads header bytes as Latin-1; most clients that send anything beyond ASCII send UTF-8. */
function readText(value: string | string[] | undefined): string {
  const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
  if (!/[\x80-\xff]/.test(text)) return text;
  try {
    return utf8.decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}
