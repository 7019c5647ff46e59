import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WireFormat } from '../domain/usage/facts.ts';
import { isRealtimeBulk } from '../domain/usage/openai-realtime.ts';
import { wireFormatOf } from '../domain/usage/wire-format.ts';
import type { CaptureMemory } from './capture/memory.ts';
import { recordMessages } from './capture/messages.ts';
import { limitConnect } from './connect-timeout.ts';
import type { Passage } from './passage.ts';
import { refuseOnSocket } from './refusal.ts';
import { bytesMoved, type StallWatch } from './stall-watch.ts';
import { failureOf, silenceOf } from './upstream-failure.ts';

export interface UpgradeParts {
  readonly memory: CaptureMemory;
  readonly stallWatch: StallWatch;
}

const withEvents: ReadonlySet<WireFormat> = new Set(['openai-realtime', 'openai-responses']);

/** Records an upgraded connection. Called before the library attaches its own listeners, so ours run first. */
export function watchUpgrade(proxyReq: ClientRequest, socket: Socket, passage: Passage, parts: UpgradeParts): void {
  const { recording, requestId, destination, ignored } = passage;
  const { timeouts } = destination.provider;
  let status: number | null = null;
  let upstream: Socket | null = null;
  let close = (done: () => void) => done();
  const watched = {
    progress: () => bytesMoved(socket) + bytesMoved(upstream ?? proxyReq.socket),
    waitsFor: () => ({ party: 'provider', limitMs: status === null ? timeouts.firstByteMs : timeouts.idleMs }) as const,
    quiet: () => {},
    stalled() {
      recording.failed('upstream_timeout');
      if (status === null) refuse(silenceOf(destination, timeouts.firstByteMs));
      else socket.resetAndDestroy();
      proxyReq.destroy();
    },
  };
  recording.called();
  const seat = parts.stallWatch.begin(watched);
  proxyReq.once('socket', (connection) => limitConnect(proxyReq, connection, timeouts.connectMs));
  proxyReq.on('upgrade', (proxyRes, connection, head) => {
    answered(proxyRes);
    upstream = connection;
    tie(connection, proxyRes.headers['sec-websocket-extensions'], head);
  });
  proxyReq.on('response', (proxyRes) => {
    answered(proxyRes);
    recording.response.describe(proxyRes.headers['content-type'], proxyRes.headers['content-encoding']);
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
    refuse(refusal);
  });
  socket.on('close', () => {
    parts.stallWatch.end(seat);
    if (status === null) recording.failed('client_disconnect');
    close(() => recording.end(status));
  });

  function refuse(refusal: Parameters<typeof refuseOnSocket>[1]): void {
    recording.explained(refusal.message);
    status = refusal.status;
    refuseOnSocket(socket, refusal, requestId);
  }

  function answered(proxyRes: IncomingMessage): void {
    status = proxyRes.statusCode ?? 502;
    recording.answered(status, proxyRes.rawHeaders);
    proxyRes.headers['helicone-id'] = requestId;
    proxyRes.headers['spendlens-id'] = requestId;
    if (ignored !== '') proxyRes.headers['spendlens-ignored'] = ignored;
  }

  function tie(connection: Socket, extensions: string | undefined, head: Buffer): void {
    const sentBefore = connection.bytesWritten;
    const receivedBefore = connection.bytesRead - head.length;
    const hasEvents = withEvents.has(wireFormatOf(destination.provider.name, destination.path));
    const record = recordMessages(recording, extensions, parts.memory, hasEvents ? isRealtimeBulk : () => false);
    // Not at once: with a listener already there, what the library puts back of `head` would go to it alone.
    process.nextTick(() => {
      socket.on('data', record.fromApp);
      connection.on('data', record.fromProvider);
    });
    close = (done) =>
      record.end(() => {
        recording.passed(connection.bytesWritten - sentBefore, connection.bytesRead - receivedBefore);
        done();
      });
    connection.once('close', () => {
      recording.upstreamEnded();
      socket.destroySoon();
    });
    connection.on('error', () => {
      recording.failed('upstream_reset');
      socket.resetAndDestroy();
    });
    socket.on('close', () => connection.destroy());
  }
}
