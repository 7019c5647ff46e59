import { execFileSync } from 'node:child_process';
import { constants, mkdirSync, openSync, readSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join, resolve } from 'node:path';

/** A named pipe through which a result leaves the engine while it is being made. */
export interface Pipe {
  readonly path: string;
  /** To be called before the engine opens the other end. It ends when the engine has closed that. */
  open(): Socket;
  /** Throws away what nobody read, so that the next result begins with its own bytes. */
  drain(): void;
}

/**
 * Results could be streamed by the engine's own interface, were it not that it analyses the statement on the calling
 * thread (a scalar subquery held up all of this process for 26 s), and begins the format anew with every block (a CSV
 * with many heads, a JSON with many documents). Written to a file, a result is made off this thread and is whole; and
 * a named pipe is a file that takes no room and waits for its reader.
 *
 * Null where there are none: results are held in memory then.
 */
export function createPipes(folder: string, names: readonly string[]): ReadonlyMap<string, Pipe> | null {
  if (process.platform !== 'linux') return null;
  const home = resolve(folder, 'pipes');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { mode: 0o700 });
  const paths = names.map((name) => join(home, name));
  try {
    execFileSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' });
  } catch {
    return null;
  }
  return new Map(names.map((name) => [name, createPipe(join(home, name))]));
}

const NOTHING_LEFT = 'EAGAIN';

function createPipe(path: string): Pipe {
  // A reader that is always there. The engine opens its end again to clean up after a statement that failed, and
  // would wait for ever where ours has ended with the first time.
  const guard = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const waste = Buffer.alloc(64 * 1024);
  return {
    path,
    drain() {
      try {
        while (readSync(guard, waste) > 0);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === NOTHING_LEFT)) throw error;
      }
    },
    open() {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      return new Socket({ fd, readable: true, writable: false });
    },
  };
}
