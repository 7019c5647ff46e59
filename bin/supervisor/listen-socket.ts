import net from 'node:net';
import { SpendlensError } from '../../domain/error.ts';

/**
 * Binds the proxy's address and keeps the socket open without ever accepting on it. Workers listen on the inherited
 * descriptor; when the last one dies the kernel goes on queueing connections until its successor accepts them, where
 * a closed port would refuse the apps. Node offers binding without accepting only through the call that its cluster
 * module uses.
 */
export function bindSocket(host: string, port: number): number {
  const create: unknown = Reflect.get(net, '_createServerHandle');
  if (typeof create !== 'function') throw unsupported();
  const handle: unknown = create(host, port, net.isIPv6(host) ? 6 : 4, undefined, undefined);
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  if (typeof fd !== 'number' || fd < 0) throw unsupported();
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
