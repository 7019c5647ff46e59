import type { Connection } from './connection.ts';
import { ClickHouseException } from './exception.ts';

/** How long a statement waits for its turn before the client is told to come back. */
const WAIT_LIMIT_MS = 30_000;

interface Waiter {
  readonly take: (connection: Connection) => void;
  readonly timer: NodeJS.Timeout;
}

export interface Pool {
  /** Runs `work` on a connection of its own; waits in line while all are taken. */
  use<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): void;
}

export function createPool(name: string, connections: readonly Connection[], lineLimit: number): Pool {
  const idle = [...connections];
  const line: Waiter[] = [];

  const acquire = () =>
    new Promise<Connection>((resolve, reject) => {
      const connection = idle.pop();
      if (connection !== undefined) return resolve(connection);
      if (line.length >= lineLimit) return reject(tooMany(name, connections.length));
      const waiter: Waiter = {
        take: resolve,
        timer: setTimeout(() => {
          line.splice(line.indexOf(waiter), 1);
          reject(tooMany(name, connections.length));
        }, WAIT_LIMIT_MS),
      };
      line.push(waiter);
    });

  const release = (connection: Connection) => {
    connection.refresh();
    const next = line.shift();
    if (next === undefined) return void idle.push(connection);
    clearTimeout(next.timer);
    next.take(connection);
  };

  return {
    async use(work) {
      const connection = await acquire();
      try {
        return await work(connection);
      } finally {
        release(connection);
      }
    },
    close() {
      for (const connection of connections) connection.close();
    },
  };
}

function tooMany(name: string, size: number): ClickHouseException {
  return new ClickHouseException(
    202,
    'TOO_MANY_SIMULTANEOUS_QUERIES',
    `All ${size} places for ${name} are taken and the line is full or slow. Try again.`,
  );
}
