import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

const CONNECT_TIMEOUT_MS = 10_000;

class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Only the connection has a deadline: an answer may take its time, and a stream may be quiet for long. */
export function limitConnect(proxyReq: ClientRequest, socket: Socket): void {
  if (!socket.connecting) return;
  const late = setTimeout(() => proxyReq.destroy(new ConnectTimeout('no connection')), CONNECT_TIMEOUT_MS);
  const settled = () => clearTimeout(late);
  socket.once('connect', settled);
  proxyReq.once('close', settled);
}
