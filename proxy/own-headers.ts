import type { IncomingHttpHeaders } from 'node:http';

/** The headers that are meant for the proxy, by what follows `helicone-` or `spendlens-`, in lower case. */
export type OwnHeaders = ReadonlyMap<string, OwnHeader>;

interface OwnHeader {
  /** As the caller named it, in lower case. */
  readonly name: string;
  readonly value: string;
}

export interface SplitHeaders {
  readonly own: OwnHeaders;
  /** What may go to the provider: neither ours nor about the caller's own connection (RFC 9110, 7.6.1). */
  readonly passed: IncomingHttpHeaders;
}

const HELICONE = 'helicone-';
const SPENDLENS = 'spendlens-';
const none: OwnHeaders = new Map();
/** What frames the body stays, whoever nominates it: without it the body would be read as another request. */
const framing: ReadonlySet<string> = new Set(['transfer-encoding', 'content-length', 'host']);
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'upgrade',
]);

/** Into a new object: one that headers were deleted from is slow to copy, and the proxy library copies it. */
export function splitHeaders(headers: IncomingHttpHeaders, method: string | undefined, upgrade: boolean): SplitHeaders {
  let own: Map<string, OwnHeader> | null = null;
  const passed: IncomingHttpHeaders = {};
  const nominated = nominatedBy(headers.connection);
  for (const name in headers) {
    const prefix = name.startsWith(HELICONE) ? HELICONE : name.startsWith(SPENDLENS) ? SPENDLENS : null;
    if (prefix !== null) {
      own ??= new Map();
      const key = name.slice(prefix.length);
      if (prefix === SPENDLENS || !own.has(key)) own.set(key, { name, value: readText(headers[name]) });
    } else if (!hopByHop.has(name) && !nominated?.has(name)) passed[name] = headers[name];
  }
  if (upgrade) {
    passed.connection = 'Upgrade';
    passed.upgrade = headers.upgrade;
  }
  // Left in place it would cost each upload its connection. Node frames these methods' bodies by itself.
  if (passed['transfer-encoding'] === 'chunked' && (method === 'POST' || method === 'PUT' || method === 'PATCH'))
    delete passed['transfer-encoding'];
  return { own: own ?? none, passed };
}

function nominatedBy(connection: string | undefined): ReadonlySet<string> | null {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return null;
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => !framing.has(name)));
}

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
