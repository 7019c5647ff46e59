import { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import { stringLiteral } from './literal.ts';
import { createPipes } from './pipe.ts';
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
  /** Where statements are parsed and judged, so that this never waits behind those that run. */
  readonly parsers: Pool;
  readonly control: Pool;
  kill(connection: Connection): Promise<void>;
  /** Ends every statement but inserts. */
  killReads(): Promise<void>;
  close(): void;
}

const SIZES = { inserts: 2, ingest: 2, dashboard: 4, reader: 3, parsers: 2, control: 1 };

/** Threads of libuv that the engine may hold at once, and a few for Node's own files and compression. */
export const ENGINE_THREADS = Object.values(SIZES).reduce((sum, size) => sum + size) + 5;

const LINE_LIMIT = 200;
const READONLY: readonly string[] = ['reader', 'parsers'];

export function createPools(engine: Engine): Pools {
  const tags = (name: keyof typeof SIZES) => Array.from({ length: SIZES[name] }, (_, index) => `${name}-${index}`);
  const pipes = createPipes(engine.folder, [...tags('ingest'), ...tags('dashboard'), ...tags('reader')]);
  const pool = (name: keyof typeof SIZES) => {
    const readonly = READONLY.includes(name);
    const connections = tags(name).map(
      (tag) => new Connection(tag, engine.open, { readonly, pipe: pipes?.get(tag) ?? null }),
    );
    return createPool(name, connections, LINE_LIMIT);
  };
  const control = pool('control');
  const pools = {
    inserts: pool('inserts'),
    ingest: pool('ingest'),
    dashboard: pool('dashboard'),
    reader: pool('reader'),
    parsers: pool('parsers'),
    control,
  };
  const kill = (which: string) =>
    control.use(async (connection) => {
      await connection.run(`KILL QUERY WHERE Settings['log_comment'] ${which} ASYNC`, 'Null');
    });
  return {
    ...pools,
    kill: ({ tag }) => kill(`= ${stringLiteral(tag)}`),
    killReads: () => kill("NOT LIKE 'inserts-%'"),
    close() {
      for (const each of Object.values(pools)) each.close();
    },
  };
}
