import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WireFormat } from '../domain/usage/facts.ts';
import { isRealtimeBulk } from '../domain/usage/openai-realtime.ts';
import { wireFormatOf } from '../domain/usage/wire-format.ts';
import type { CaptureMemory } from './capture/memory.ts';
import { type MessageRecord, recordMessages } from './capture/messages.ts';
import { limitConnect } from './connect-timeout.ts';
import type { Passage } from './passage.ts';
import { type Refusal, refuseOnSocket } from './refusal.ts';
import { bytesMoved, type StallWatch, type Wait, type Watched } from './stall-watch.ts';
import { failureOf, silenceOf } from './upstream-failure.ts';

export interface UpgradeParts {
  readonly memory: CaptureMemory;
  readonly stallWatch: StallWatch;
}

const withEvents: ReadonlySet<WireFormat> = new Set(['openai-realtime', 'openai-responses']);

/** Records an upgraded connection. Called before the library attaches its own listeners, so ours run first. */
export function watchUpgrade(proxyReq: ClientRequest, socket: Socket, passage: Passage, parts: UpgradeParts): void {
  const { recording, destination } = passage;
  const upgrade = new Upgrade(proxyReq, socket, passage, parts.memory);
  recording.called();
  const seat = parts.stallWatch.begin(upgrade);
  proxyReq.once('socket', (connection) => limitConnect(proxyReq, connection, destination.provider.timeouts.connectMs));
  proxyReq.on('upgrade', (proxyRes, connection, head) => upgrade.accepted(proxyRes, connection, head));
  proxyReq.on('response', (proxyRes) => upgrade.refused(proxyRes));
  proxyReq.on('error', (error) => upgrade.failed(error));
  socket.on('close', () => {
    parts.stallWatch.end(seat);
    upgrade.ended();
  });
}

/** One connection from the request to upgrade it to its end. */
class Upgrade implements Watched {
  readonly #proxyReq: ClientRequest;
  readonly #socket: Socket;
  readonly #passage: Passage;
  readonly #memory: CaptureMemory;
  #status: number | null = null;
  #upstream: Socket | null = null;
  #record: MessageRecord | null = null;
  #sentBefore = 0;
  #receivedBefore = 0;

  constructor(proxyReq: ClientRequest, socket: Socket, passage: Passage, memory: CaptureMemory) {
    this.#proxyReq = proxyReq;
    this.#socket = socket;
    this.#passage = passage;
    this.#memory = memory;
  }

  progress(): number {
    return bytesMoved(this.#socket) + bytesMoved(this.#upstream ?? this.#proxyReq.socket);
  }

  waitsFor(): Wait {
    const { firstByteMs, idleMs } = this.#passage.destination.provider.timeouts;
    return { party: 'provider', limitMs: this.#status === null ? firstByteMs : idleMs };
  }

  quiet(): void {}

  stalled({ limitMs }: Wait): void {
    this.#passage.recording.failed('upstream_timeout');
    if (this.#status === null) this.#refuse(silenceOf(this.#passage.destination, limitMs));
    else this.#socket.resetAndDestroy();
    this.#proxyReq.destroy();
  }

  accepted(proxyRes: IncomingMessage, upstream: Socket, head: Buffer): void {
    this.#answered(proxyRes);
    const { recording, destination } = this.#passage;
    const hasEvents = withEvents.has(wireFormatOf(destination.provider.name, destination.path));
    const extensions = proxyRes.headers['sec-websocket-extensions'];
    const record = recordMessages(recording, extensions, this.#memory, hasEvents ? isRealtimeBulk : () => false);
    this.#record = record;
    this.#upstream = upstream;
    this.#sentBefore = upstream.bytesWritten;
    this.#receivedBefore = upstream.bytesRead - head.length;
    // Not at once: with a listener already there, what the library puts back of `head` would go to it alone.
    process.nextTick(() => {
      this.#socket.on('data', record.fromApp);
      upstream.on('data', record.fromProvider);
    });
    this.#tie(upstream);
  }

  /** Each side ends as the other one did. */
  #tie(upstream: Socket): void {
    const { recording } = this.#passage;
    upstream.once('close', () => {
      recording.upstreamEnded();
      this.#socket.destroySoon();
    });
    upstream.on('error', () => {
      recording.failed('upstream_reset');
      this.#socket.resetAndDestroy();
    });
    this.#socket.on('close', () => upstream.destroy());
  }

  refused(proxyRes: IncomingMessage): void {
    this.#answered(proxyRes);
    const { recording } = this.#passage;
    recording.response.describe(proxyRes.headers['content-type'], proxyRes.headers['content-encoding']);
    proxyRes.on('data', (chunk: NonSharedBuffer) => recording.responseChunk(chunk));
    proxyRes.on('end', () => recording.upstreamEnded());
  }

  failed(error: Error): void {
    if (this.#status !== null) return;
    const { recording, destination } = this.#passage;
    if (!this.#socket.writable) {
      recording.failed('client_disconnect');
      return;
    }
    const { kind, refusal } = failureOf(error, destination);
    recording.failed(kind);
    this.#refuse(refusal);
  }

  ended(): void {
    const { recording } = this.#passage;
    if (this.#status === null) recording.failed('client_disconnect');
    const upstream = this.#upstream;
    if (this.#record === null || upstream === null) {
      recording.end(this.#status);
      return;
    }
    this.#record.end(() => {
      recording.passed(upstream.bytesWritten - this.#sentBefore, upstream.bytesRead - this.#receivedBefore);
      recording.end(this.#status);
    });
  }

  #refuse(refusal: Refusal): void {
    this.#passage.recording.explained(refusal.message);
    this.#status = refusal.status;
    refuseOnSocket(this.#socket, refusal, this.#passage.requestId);
  }

  #answered(proxyRes: IncomingMessage): void {
    const { recording, requestId, ignored } = this.#passage;
    this.#status = proxyRes.statusCode ?? 502;
    recording.answered(this.#status, proxyRes.rawHeaders);
    proxyRes.headers['helicone-id'] = requestId;
    proxyRes.headers['spendlens-id'] = requestId;
    if (ignored !== '') proxyRes.headers['spendlens-ignored'] = ignored;
  }
}
