import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Counts until the connection can be used, so that a TLS handshake that hangs is one that fails. */
export function limitConnect(proxyReq: ClientRequest, socket: Socket, limitMs: number): void {
  const isSecure = 'encrypted' in socket;
  // A reused connection has both behind it.
  if (!socket.connecting && !(isSecure && 'secureConnecting' in socket && socket.secureConnecting === true)) return;
  const late = setTimeout(() => proxyReq.destroy(new ConnectTimeout('no connection')), limitMs);
  const settled = () => clearTimeout(late);
  socket.once(isSecure ? 'secureConnect' : 'connect', settled);
  proxyReq.once('close', settled);
}
