import { once } from 'node:events';
import type { Server } from 'node:http';
import { SpendlensError } from '../../domain/error.ts';

const NEXT_PORTS = 20;

/**
 * Listens on `port`, or on the next free one where it is taken: people find the dashboard by the link that start
 * prints. 0 takes any.
 * @throws SpendlensError port_in_use
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  for (let candidate = port; candidate <= Math.min(port + NEXT_PORTS, 65_535); candidate++) {
    if (await listens(server, host, candidate)) return boundPort(server, candidate);
  }
  throw new SpendlensError(
    'port_in_use',
    `Ports ${port} to ${port + NEXT_PORTS} are all taken: set SPENDLENS_DASHBOARD_PORT to a free one.`,
  );
}

async function listens(server: Server, host: string, port: number): Promise<boolean> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') return false;
    throw new SpendlensError('config_invalid', `the dashboard cannot listen on ${host}:${port}: ${String(cause)}`, {
      cause,
    });
  }
}

function boundPort(server: Server, fallback: number): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : fallback;
}
