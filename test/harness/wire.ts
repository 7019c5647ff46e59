import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { until } from './stack.ts';

/** A connection byte by byte, as no client shows it. */
export interface Wire {
  readonly socket: Socket;
  /** Everything that came, bytes as Latin-1. */
  text(): string;
  /** Waits for it to come. @throws with what came instead */
  waitFor(pattern: RegExp): Promise<string>;
  /** How the other side ended it. */
  readonly ended: Promise<'fin' | 'reset'>;
}

export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1' });
  const chunks: Buffer[] = [];
  const text = () => Buffer.concat(chunks).toString('latin1');
  const ended = new Promise<'fin' | 'reset'>((resolve) => {
    socket.on('end', () => resolve('fin'));
    socket.on('error', () => resolve('reset'));
    socket.on('close', () => resolve('fin'));
  });
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'connect');
  return {
    socket,
    text,
    ended,
    async waitFor(pattern) {
      if (!(await until(() => pattern.test(text())))) throw new Error(`no ${pattern} in:\n${text()}`);
      return text();
    },
  };
}

/** Sends `request` on a connection of its own and gives all that comes until its end. */
export async function rawExchange(port: number, request: string | Buffer): Promise<{ text: string; end: string }> {
  const wire = await openWire(port);
  wire.socket.write(request);
  const end = await wire.ended;
  wire.socket.destroy();
  return { text: wire.text(), end };
}

/** An answer without what concerns one connection only, or is the proxy's own: what must be the same as in a direct call. */
export function endToEnd(text: string): string {
  return text.replace(/^(?:helicone-|spendlens-|connection:|keep-alive:|date:).*\r\n/gim, '');
}

export function idIn(text: string): string {
  return /^helicone-id: (\S+)/im.exec(text)?.[1] ?? '';
}

/** A provider at the level of its sockets: one that is no HTTP server may stop reading, or say what none would. */
export async function startWireUpstream(script: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    script(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Resident memory of a process in bytes; Linux only. */
export function residentBytes(pid: number | undefined): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}
