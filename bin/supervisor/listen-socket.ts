import net from 'node:net';
import { SpendlensError } from '../../domain/error.ts';

/** libuv's flag for SO_REUSEPORT; Node names it nowhere that a program could read it. */
const REUSE_PORT = 2;

/**
 * Binds the proxy's address and keeps the sockets open without ever accepting on them; one descriptor per worker.
 * Workers listen on the inherited descriptor; when one dies the kernel goes on queueing its connections until its
 * successor accepts them, where a closed port would refuse the apps. Each has a socket of its own, between which the
 * kernel deals out connections: of one that they shared whoever wakes first takes most of what waits (of 32
 * connections, 2 and 30). Where the system cannot do that they share one all the same.
 */
export function bindSockets(host: string, port: number, workers: number): number[] {
  const first = workers === 1 ? null : bind(host, port, REUSE_PORT);
  if (first === null) return Array<number>(workers).fill(bound(host, port, 0));
  return [first, ...Array.from({ length: workers - 1 }, () => bound(host, port, REUSE_PORT))];
}

function bound(host: string, port: number, flags: number): number {
  const fd = bind(host, port, flags);
  if (fd === null) throw unsupported();
  return fd;
}

/** Node offers binding without accepting only through the call that its cluster module uses. */
function bind(host: string, port: number, flags: number): number | null {
  const create: unknown = Reflect.get(net, '_createServerHandle');
  if (typeof create !== 'function') throw unsupported();
  const handle: unknown = create(host, port, net.isIPv6(host) ? 6 : 4, undefined, flags);
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  if (typeof fd !== 'number' || fd < 0) return null;
  held.push(handle);
  return fd;
}

/** Handles that are collected as garbage close their sockets. */
const held: unknown[] = [];

const unsupported = () =>
  new SpendlensError(
    'platform_unsupported',
    `this Node (${process.version}) cannot hand a listening socket to a child`,
  );
