import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SpendlensError } from '../../domain/error.ts';
import type { ChildState } from '../../process/messages.ts';
import type { SupervisorConfig } from './config.ts';

export interface OperationsParts {
  /** Those that must be up for this supervisor to do what it is there for. */
  readonly needed: () => readonly ChildState[];
  readonly collect: () => Promise<string>;
}

export interface Operations {
  /** Null where nothing listens. */
  readonly port: number | null;
  close(): void;
}

/** `/healthz` and `/metrics` of everything that this supervisor runs. @throws SpendlensError config_invalid */
export async function startOperations(
  config: SupervisorConfig['operations'],
  { needed, collect }: OperationsParts,
): Promise<Operations> {
  if (config === null) return { port: null, close: () => undefined };
  const { host, port, metricsToken } = config;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/healthz') return say(response, ...healthOf(needed()));
    if (request.url !== '/metrics') return say(response, 404, 'there are /healthz and /metrics\n');
    if (metricsToken !== null && !carries(request, metricsToken)) {
      return say(response, 401, 'send SPENDLENS_METRICS_TOKEN in Authorization: Bearer TOKEN\n');
    }
    say(response, 200, await collect(), 'text/plain; version=0.0.4; charset=utf-8');
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => say(response, 500, `${String(error)}\n`));
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new SpendlensError(
      'config_invalid',
      `SPENDLENS_OPERATIONS_PORT: cannot listen on ${host}:${port}: ${String(cause)}`,
      { cause },
    );
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function healthOf(needed: readonly ChildState[]): [number, string] {
  const down = needed.filter(({ state }) => state !== 'up');
  if (down.length === 0) return [200, 'ok\n'];
  return [
    503,
    down.map(({ name, state, lastExit }) => `${name}: ${state}${lastExit ? ` (${lastExit})` : ''}\n`).join(''),
  ];
}

function carries(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function say(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(text);
}
