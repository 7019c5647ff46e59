import { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import { stringLiteral } from './literal.ts';
import { createPool, type Pool } from './pool.ts';

/**
 * Who shares connections with whom: inserts never wait for a SELECT, nor the dashboard for an analyst.
 * `control` kills what runs on the others.
 */
export interface Pools {
  readonly inserts: Pool;
  readonly ingest: Pool;
  readonly dashboard: Pool;
  readonly reader: Pool;
  kill(connection: Connection): Promise<void>;
  close(): void;
}

const SIZES = { inserts: 2, ingest: 2, dashboard: 4, reader: 2, control: 1 };

/** Threads of libuv that the engine may hold at once, and a few for Node's own files and compression. */
export const ENGINE_THREADS = Object.values(SIZES).reduce((sum, size) => sum + size) + 5;

const LINE_LIMIT = 200;

// The embedded engine's own defaults: a bare expression counts as a query, and introspection is allowed.
const FIXED = 'implicit_select = 0, allow_introspection_functions = 0';

export function createPools(engine: Engine): Pools {
  const pool = (name: keyof typeof SIZES) => {
    const connections = Array.from(
      { length: SIZES[name] },
      (_, index) => new Connection(`${name}-${index}`, engine.open, FIXED),
    );
    return createPool(name, connections, LINE_LIMIT);
  };
  const control = pool('control');
  const pools = {
    inserts: pool('inserts'),
    ingest: pool('ingest'),
    dashboard: pool('dashboard'),
    reader: pool('reader'),
  };
  return {
    ...pools,
    async kill({ tag }) {
      await control.use((connection) =>
        connection.run(`KILL QUERY WHERE Settings['log_comment'] = ${stringLiteral(tag)} ASYNC`, 'Null'),
      );
    },
    close() {
      for (const each of [...Object.values(pools), control]) each.close();
    },
  };
}
