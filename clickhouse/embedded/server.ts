import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SpendlensError } from '../../domain/error.ts';
import type { Logger } from '../../process/log.ts';
import { createAuthentication, type Role } from './credentials.ts';
import { ClickHouseException } from './exception.ts';
import type { Asked } from './execute.ts';
import { Reply } from './reply.ts';
import { readQuery } from './request.ts';

export interface ServerParts {
  readonly version: string;
  readonly passwords: Readonly<Record<Role, string>>;
  readonly execute: (asked: Asked) => Promise<void>;
  readonly log: Logger;
}

/** ClickHouse's HTTP interface over `execute`. */
export function createWarehouseServer(parts: ServerParts): Server {
  const authenticate = createAuthentication(parts.passwords);

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://warehouse');
    if (url.pathname === '/ping' || (url.pathname === '/' && request.method !== 'POST' && url.search === '')) {
      return void response.setHeader('Content-Type', 'text/html; charset=UTF-8').end('Ok.\n');
    }
    const reply = new Reply(response, parts.version);
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    try {
      if (url.pathname !== '/') throw noSuchPath(url.pathname);
      const { role } = authenticate(request.headers, url.searchParams);
      const query = await readQuery(request, url.searchParams, role);
      reply.identify(query.id);
      const accept = request.headers['accept-encoding']?.toString() ?? null;
      await parts.execute({ query, role, reply, acceptEncoding: accept, gone: gone.signal });
    } catch (error) {
      if (!gone.signal.aborted) reply.fail(error);
    }
  };

  // Long-lived clients keep connections open; a short keep-alive would race with their next request.
  return createServer(
    { keepAliveTimeout: 65_000, requestTimeout: 0, maxHeaderSize: 1024 * 1024 },
    (request, response) => {
      answer(request, response).catch((error: unknown) => {
        parts.log.error(error, 'request failed');
        response.destroy();
      });
    },
  );
}

/** @throws SpendlensError port_in_use */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new SpendlensError('port_in_use', `Port ${port} (SPENDLENS_CLICKHOUSE_PORT) cannot be listened on.`, {
      cause,
    });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

const GRACE_MS = 3_000;

/** Takes no more statements, lets those under way finish, and after a while has `hurry` end them. */
export async function closeServer(server: Server, hurry: () => Promise<void>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const impatient = setTimeout(() => void hurry().finally(() => server.closeAllConnections()), GRACE_MS);
  await closed;
  clearTimeout(impatient);
}

function noSuchPath(path: string): ClickHouseException {
  return new ClickHouseException(46, 'UNKNOWN_FUNCTION', `There is no handle ${path}. Use / for queries or /ping.`);
}
