import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Stands between a client and a broker, and is a bad network on demand. Everything passes until told otherwise. */
export interface Relay {
  /** `host:port` for clients. */
  readonly address: string;
  /** Bytes per second each way and connection; null = as fast as it goes. */
  throttle(bytesPerSecond: number | null): void;
  /** Milliseconds that each piece is held back, each way. */
  delay(ms: number): void;
  /** Drops all connections and takes no new ones. */
  cut(): void;
  /** Lets requests to store a batch through, and nothing of the broker's answers to them. */
  swallowAcknowledgements(): void;
  /** How many answers were swallowed. */
  swallowed(): number;
  /** A good network again; connections that lost an answer stay without it. */
  heal(): void;
  close(): Promise<void>;
}

interface Weather {
  bytesPerSecond: number | null;
  delayMs: number;
  isCut: boolean;
  swallows: boolean;
  swallowed: number;
}

const PRODUCE = 0;
/** More than this waits at the sender, as it would before a slow network. */
const MAX_WAITING = 1024 ** 2;

export async function startRelay({ port, target }: { port: number; target: number }): Promise<Relay> {
  const weather: Weather = { bytesPerSecond: null, delayMs: 0, isCut: false, swallows: false, swallowed: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (weather.isCut) return client.destroy();
    const broker = connect(target, '127.0.0.1');
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        broker.destroy();
      });
    }
    const sieve = createSieve(weather);
    carry(client, broker, weather, sieve.request);
    carry(broker, client, weather, sieve.answer);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${port}`,
    throttle(bytesPerSecond) {
      weather.bytesPerSecond = bytesPerSecond;
    },
    delay(ms) {
      weather.delayMs = ms;
    },
    cut() {
      weather.isCut = true;
      dropAll();
    },
    swallowAcknowledgements() {
      weather.swallows = true;
    },
    swallowed: () => weather.swallowed,
    heal() {
      Object.assign(weather, { bytesPerSecond: null, delayMs: 0, isCut: false, swallows: false });
    },
    close() {
      dropAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Moves what comes from one side to the other, in order, as slowly as the weather wants. */
function carry(from: Socket, to: Socket, weather: Weather, sieve: (chunk: Buffer) => Buffer): void {
  const waiting: { chunk: Buffer; due: number }[] = [];
  let bytes = 0;
  let busy = false;

  async function pump(): Promise<void> {
    if (busy) return;
    busy = true;
    for (let next = waiting.shift(); next && !to.destroyed; next = waiting.shift()) {
      const early = next.due - Date.now();
      if (early > 0) await sleep(early);
      if (weather.bytesPerSecond !== null) await sleep((next.chunk.length * 1_000) / weather.bytesPerSecond);
      if (!to.write(next.chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
      bytes -= next.chunk.length;
      if (bytes < MAX_WAITING) from.resume();
    }
    busy = false;
  }

  from.on('data', (raw: Buffer) => {
    const chunk = sieve(raw);
    if (chunk.length === 0) return;
    bytes += chunk.length;
    waiting.push({ chunk, due: Date.now() + weather.delayMs });
    if (bytes >= MAX_WAITING) from.pause();
    void pump();
  });
}

/**
 * Kafka's frames: a size of four bytes, then in requests key (2), version (2) and correlation id (4), in answers the
 * correlation id. Answers are dropped as whole frames, so that all others are still understood.
 */
function createSieve(weather: Weather) {
  const produced = new Set<number>();
  const requests = createFrames();
  const answers = createFrames();
  return {
    request(chunk: Buffer): Buffer {
      for (const frame of requests(chunk)) {
        if (frame.readInt16BE(4) === PRODUCE) produced.add(frame.readInt32BE(8));
      }
      return chunk;
    },
    answer(chunk: Buffer): Buffer {
      const kept = answers(chunk).filter((frame) => {
        if (!produced.delete(frame.readInt32BE(4)) || !weather.swallows) return true;
        weather.swallowed++;
        return false;
      });
      return Buffer.concat(kept);
    },
  };
}

/** Returns `frames(chunk)`: those that are whole now. */
function createFrames(): (chunk: Buffer) => Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  return function frames(chunk) {
    rest = Buffer.concat([rest, chunk]);
    const whole: Buffer[] = [];
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      whole.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return whole;
  };
}
