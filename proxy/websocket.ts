import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Passage } from './passage.ts';

/**
 * Records an upgraded connection by its sizes; its messages are not read. Called before the library attaches its own
 * listeners, so ours run first.
 */
export function watchUpgrade(
  proxyReq: ClientRequest,
  socket: Socket,
  { recording, requestId, ignored }: Passage,
): void {
  let status: number | null = null;
  recording.called();
  proxyReq.on('upgrade', (proxyRes, upstream, head) => {
    status = answered(proxyRes);
    proxyRes.headers['helicone-id'] = requestId;
    proxyRes.headers['spendlens-id'] = requestId;
    if (ignored !== '') proxyRes.headers['spendlens-ignored'] = ignored;
    tie(upstream, head);
  });
  proxyReq.on('response', (proxyRes) => {
    status = answered(proxyRes);
    proxyRes.headers['helicone-id'] = requestId;
    proxyRes.headers['spendlens-id'] = requestId;
    proxyRes.on('data', (chunk: NonSharedBuffer) => recording.responseChunk(chunk));
    proxyRes.on('end', () => recording.upstreamEnded());
  });
  proxyReq.on('error', () => recording.failed(socket.destroyed ? 'client_disconnect' : 'upstream_unreachable'));
  socket.on('close', () => {
    if (status === null) recording.failed('client_disconnect');
    recording.end(status);
  });

  function answered(proxyRes: IncomingMessage): number {
    const code = proxyRes.statusCode ?? 502;
    recording.answered(code, proxyRes.rawHeaders);
    recording.response.describe(proxyRes.headers['content-type'], proxyRes.headers['content-encoding']);
    return code;
  }

  function tie(upstream: Socket, head: Buffer): void {
    const sentBefore = upstream.bytesWritten;
    const receivedBefore = upstream.bytesRead - head.length;
    upstream.once('close', () => {
      recording.upstreamEnded();
      recording.passed(upstream.bytesWritten - sentBefore, upstream.bytesRead - receivedBefore);
      socket.destroySoon();
    });
    upstream.on('error', () => {
      recording.failed('upstream_reset');
      socket.resetAndDestroy();
    });
    socket.on('close', () => upstream.destroy());
  }
}
