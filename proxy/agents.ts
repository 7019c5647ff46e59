import http from 'node:http';
import https from 'node:https';
import type { Target } from './upstream.ts';

/** Idle connections are closed before most servers do it, so that few requests meet a closing one. */
const IDLE_MS = 30_000;

/** One pair for the process. The library's own stops at 256 sockets per provider, which as many open streams reach. */
export function createAgents() {
  const options = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 512, timeout: IDLE_MS };
  const plain = new http.Agent(options);
  const secure = new https.Agent(options);
  return {
    forTarget: (target: Target) => (target.protocol === 'https:' ? secure : plain),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}
export type Agents = ReturnType<typeof createAgents>;
