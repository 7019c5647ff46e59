import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { limitConnect } from './connect-timeout.ts';
import type { Passage } from './passage.ts';
import { refuseOnSocket } from './refusal.ts';
import { failureOf } from './upstream-failure.ts';

/**
 * Records an upgraded connection by its sizes; its messages are not read. Called before the library attaches its own
 * listeners, so ours run first.
 */
export function watchUpgrade(proxyReq: ClientRequest, socket: Socket, passage: Passage): void {
  const { recording, requestId, destination, ignored } = passage;
  let status: number | null = null;
  let measure = () => {};
  recording.called();
  proxyReq.once('socket', (connection) => limitConnect(proxyReq, connection, destination.provider.timeouts.connectMs));
  proxyReq.on('upgrade', (proxyRes, upstream, head) => {
    answered(proxyRes);
    tie(upstream, head);
  });
  proxyReq.on('response', (proxyRes) => {
    answered(proxyRes);
    proxyRes.on('data', (chunk: NonSharedBuffer) => recording.responseChunk(chunk));
    proxyRes.on('end', () => recording.upstreamEnded());
  });
  proxyReq.on('error', (error) => {
    if (status !== null) return;
    if (!socket.writable) {
      recording.failed('client_disconnect');
      return;
    }
    const { kind, refusal } = failureOf(error, destination);
    recording.failed(kind);
    recording.explained(refusal.message);
    status = refusal.status;
    refuseOnSocket(socket, refusal, requestId);
  });
  socket.on('close', () => {
    if (status === null) recording.failed('client_disconnect');
    measure();
    recording.end(status);
  });

  function answered(proxyRes: IncomingMessage): void {
    status = proxyRes.statusCode ?? 502;
    recording.answered(status, proxyRes.rawHeaders);
    recording.response.describe(proxyRes.headers['content-type'], proxyRes.headers['content-encoding']);
    proxyRes.headers['helicone-id'] = requestId;
    proxyRes.headers['spendlens-id'] = requestId;
    if (ignored !== '') proxyRes.headers['spendlens-ignored'] = ignored;
  }

  function tie(upstream: Socket, head: Buffer): void {
    const sentBefore = upstream.bytesWritten;
    const receivedBefore = upstream.bytesRead - head.length;
    measure = () => recording.passed(upstream.bytesWritten - sentBefore, upstream.bytesRead - receivedBefore);
    upstream.once('close', () => {
      recording.upstreamEnded();
      socket.destroySoon();
    });
    upstream.on('error', () => {
      recording.failed('upstream_reset');
      socket.resetAndDestroy();
    });
    socket.on('close', () => upstream.destroy());
  }
}
