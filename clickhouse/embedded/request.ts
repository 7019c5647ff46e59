import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Surroundings } from './connection.ts';
import type { Role } from './credentials.ts';
import { ClickHouseException } from './exception.ts';
import { formatClause, kindOf, type StatementKind } from './statement.ts';

/** A statement as it came over HTTP. */
export interface Query {
  readonly id: string;
  readonly sql: string;
  readonly kind: StatementKind;
  /** The rows of an INSERT whose text was in the URL. */
  readonly rows: Buffer | null;
  readonly surroundings: Surroundings;
  readonly format: string;
  readonly compressed: boolean;
  /** The client wants the status to be true of the whole result. */
  readonly waitsForEnd: boolean;
}

const MIB = 1024 * 1024;
const BODY_LIMITS: Readonly<Record<Role, number>> = { ingest: 256 * MIB, dashboard: 64 * MIB, reader: MIB };

// Not settings but parts of the HTTP interface, or settings that only a server can act on.
const NOT_SETTINGS = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'user',
  'password',
  'quota_key',
  'role',
  'compress',
  'decompress',
  'buffer_size',
  'wait_end_of_query',
  'stacktrace',
  'client_protocol_version',
  'close_session',
  'send_progress_in_http_headers',
  'enable_http_compression',
  'readonly',
  'cancel_http_readonly_queries_on_client_close',
  'log_comment',
  'log_queries',
]);

export async function readQuery(request: IncomingMessage, url: URLSearchParams, role: Role): Promise<Query> {
  refuseNativeCompression(url);
  const body = await readBody(request, BODY_LIMITS[role]);
  const inUrl = url.get('query')?.trim() ?? '';
  const kind = kindOf(inUrl === '' ? body.toString('utf8', 0, 4096) : inUrl);
  const rows = inUrl !== '' && kind === 'insert' && body.length > 0 ? body : null;
  const sql = rows === null ? [inUrl, body.toString('utf8')].filter((part) => part !== '').join('\n') : inUrl;
  if (sql.trim() === '') throw new ClickHouseException(62, 'SYNTAX_ERROR', 'Syntax error: Empty query.');
  // The engine takes a statement as a C string: what follows a NUL byte would be lost without a word.
  if (sql.includes('\0')) throw new ClickHouseException(62, 'SYNTAX_ERROR', 'A statement cannot hold a NUL byte.');
  const header = (name: string) => request.headers[name]?.toString();
  return {
    id: url.get('query_id') || randomUUID(),
    sql,
    kind,
    rows,
    surroundings: {
      database: url.get('database') || header('x-clickhouse-database') || 'default',
      settings: settingsOf(url),
      parameters: parametersOf(url),
    },
    format:
      (kind === 'insert' ? null : formatClause(sql)) ??
      formatName(header('x-clickhouse-format') ?? url.get('default_format')),
    compressed: url.get('enable_http_compression') === '1',
    waitsForEnd: url.get('wait_end_of_query') === '1',
  };
}

/** LZ4 inside ClickHouse's own frames: a client that asked for it could not read an answer without. */
function refuseNativeCompression(url: URLSearchParams): void {
  const asked = ['compress', 'decompress'].find((name) => url.get(name) === '1');
  if (asked === undefined) return;
  const hint = 'Set compress=0 in your client; enable_http_compression=1 with Accept-Encoding works.';
  throw new ClickHouseException(48, 'NOT_IMPLEMENTED', `${asked}=1 is not supported by the embedded engine. ${hint}`);
}

function formatName(name: string | null): string {
  if (name === null || name === '') return 'TabSeparated';
  if (/^\w+$/.test(name)) return name;
  throw new ClickHouseException(73, 'UNKNOWN_FORMAT', `Unknown format ${name}.`);
}

function settingsOf(url: URLSearchParams): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of url) {
    if (NOT_SETTINGS.has(name) || name.startsWith('param_') || name.startsWith('http_')) continue;
    settings.set(name, value);
  }
  return settings;
}

function parametersOf(url: URLSearchParams): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of url) if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value);
  return parameters;
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const limited = pipeline(decoded(request), byteLimit(limit), () => undefined);
  try {
    return await buffer(limited);
  } catch (error) {
    if (error instanceof ClickHouseException) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ClickHouseException(33, 'CANNOT_READ_ALL_DATA', `The request's body could not be read: ${reason}.`);
  }
}

function decoded(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  switch (encoding) {
    case 'identity':
    case '':
      return request;
    case 'gzip':
    case 'x-gzip':
      return pipeline(request, createGunzip(), () => undefined);
    case 'deflate':
      return pipeline(request, createInflate(), () => undefined);
    case 'br':
      return pipeline(request, createBrotliDecompress(), () => undefined);
    case 'zstd':
      return pipeline(request, createZstdDecompress(), () => undefined);
    default:
      throw new ClickHouseException(
        48,
        'NOT_IMPLEMENTED',
        `Content-Encoding ${encoding} is not supported. Use gzip, deflate, br or zstd.`,
      );
  }
}

function byteLimit(limit: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen <= limit) return done(null, chunk);
      done(new ClickHouseException(299, 'HTTP_CONTENT_TOO_LARGE', `The body is longer than ${limit} bytes.`));
    },
  });
}
