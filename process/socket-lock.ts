import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';

export interface SocketLock {
  release(): Promise<void>;
}

/**
 * Takes `folder` for this process under a name; null where another process has it. The lock is a listening socket:
 * unlike a file with a process id it is free at once when its owner dies, however it dies.
 */
export async function takeSocketLock(folder: string, name: string): Promise<SocketLock | null> {
  const path = socketPath(folder, name);
  if (await somebodyListens(path)) return null;
  await rm(path, { force: true });
  const server = await listen(path);
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** True while a process holds the lock. */
export const isLocked = (folder: string, name: string): Promise<boolean> => somebodyListens(socketPath(folder, name));

/** Socket paths are limited to about 100 bytes, so the shorter spelling is taken. */
function socketPath(folder: string, name: string): string {
  const absolute = join(folder, `${name}.sock`);
  const fromHere = relative(process.cwd(), absolute);
  return fromHere.length < absolute.length ? fromHere : absolute;
}

function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}
