import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import type { Role } from './credentials.ts';
import { ClickHouseException } from './exception.ts';
import { createGate } from './gate/gate.ts';
import { createGuard } from './gate/guard.ts';
import { RAW_FORMATS, rawInsert } from './insert.ts';
import { DEFAULTS } from './limits.ts';
import type { Pool } from './pool.ts';
import type { Pools } from './pools.ts';
import type { Reply, Summary } from './reply.ts';
import type { Query } from './request.ts';
import { formatClause, kindOf } from './statement.ts';

export interface Asked {
  readonly query: Query;
  readonly role: Role;
  readonly reply: Reply;
  readonly acceptEncoding: string | null;
  /** Aborted when the client goes away. */
  readonly gone: AbortSignal;
}

export function createExecution(pools: Pools) {
  const admit = createGate(pools.parsers);
  const guard = createGuard(pools.parsers);

  const run = (asked: Asked) =>
    poolFor(pools, asked).use(async (connection) => {
      if (asked.gone.aborted) return;
      await connection.prepare(asked.query.surroundings);
      const { kind, rows } = asked.query;
      if (kind === 'session') connection.spoil();
      // An insert runs on when its client has gone: half of its blocks may stand already.
      if (rows !== null) return insertRows(connection, asked, rows);
      if (kind === 'insert') return runWhole(connection, asked);
      await killedWhenGone(pools, connection, asked.gone, () => read(connection, asked));
    });

  const throughGate = async (asked: Asked) => {
    const { query } = asked;
    const { sql, surroundings } = await admit(query.sql, query.surroundings);
    const format = formatClause(sql) ?? query.format;
    return run({ ...asked, query: { ...query, sql, surroundings, format, kind: kindOf(sql), rows: null } });
  };

  return async function execute(asked: Asked): Promise<void> {
    const { query, role } = asked;
    if (role === 'reader') return throughGate(asked);
    if (role === 'dashboard') await guard(query.sql, query.surroundings);
    const settings = new Map([...DEFAULTS[role], ...query.surroundings.settings]);
    await run({ ...asked, query: { ...query, surroundings: { ...query.surroundings, settings } } });
  };
}

function poolFor(pools: Pools, { query, role }: Asked): Pool {
  return query.kind === 'insert' ? pools.inserts : pools[role];
}

function read(connection: Connection, asked: Asked): Promise<void> {
  const { kind, waitsForEnd } = asked.query;
  return kind === 'select' && !waitsForEnd ? runPouring(connection, asked) : runWhole(connection, asked);
}

const KILL_AGAIN_MS = 300;

/**
 * The connection is given back only after the last kill has returned, so that it cannot hit the next statement. One
 * that comes before the engine knows of the statement misses it; hence again and again.
 */
async function killedWhenGone(pools: Pools, connection: Connection, gone: AbortSignal, work: () => Promise<void>) {
  const done = new AbortController();
  const killing = once(gone, 'abort', { signal: done.signal }).then(async () => {
    while (!done.signal.aborted) {
      await pools.kill(connection).catch(() => undefined);
      await sleep(KILL_AGAIN_MS, undefined, { signal: done.signal }).catch(() => undefined);
    }
  });
  try {
    await work();
  } finally {
    done.abort();
    await killing.catch(() => undefined);
  }
}

async function insertRows(connection: Connection, asked: Asked, rows: Buffer): Promise<void> {
  const { query, reply } = asked;
  const startedAt = process.hrtime.bigint();
  const raw = rawInsert(query.sql);
  if (raw === null) return runWhole(connection, asked, `${query.sql}\n${textOf(rows)}`);
  const { columns, ...target } = raw;
  const written = await connection.insert({ ...target, ...(columns === null ? {} : { columns }), values: rows });
  reply.begin(query.format, { ...NOTHING, startedAt, writtenRows: written.rows, writtenBytes: written.bytes }, null);
  reply.end();
}

/** Formats that the engine takes only inside a statement must be text. */
function textOf(rows: Buffer): string {
  if (isUtf8(rows) && !rows.includes(0)) return rows.toString('utf8');
  throw new ClickHouseException(
    73,
    'UNKNOWN_FORMAT',
    `The embedded engine takes no binary rows. Insert as ${RAW_FORMATS.join(', ')}, or another text format in UTF-8.`,
  );
}

const NOTHING: Omit<Summary, 'startedAt'> = { resultRows: 0, resultBytes: 0, writtenRows: 0, writtenBytes: 0 };

async function runWhole(connection: Connection, { query, reply, ...asked }: Asked, sql = query.sql): Promise<void> {
  const startedAt = process.hrtime.bigint();
  const result = await connection.run(sql, query.format);
  const { resultRows, resultBytes } = result;
  const summary = { ...NOTHING, startedAt, resultRows, resultBytes };
  reply.begin(query.format, summary, query.compressed ? asked.acceptEncoding : null);
  await reply.write(result.bytes);
  reply.end();
}

/** The first piece decides the status: what fails before it is a plain error. */
async function runPouring(connection: Connection, { query, reply, gone, ...asked }: Asked): Promise<void> {
  const startedAt = process.hrtime.bigint();
  const accept = query.compressed ? asked.acceptEncoding : null;
  let begun = false;
  const done = await connection.pour(query.sql, query.format, async (piece) => {
    if (!begun) reply.begin(query.format, { ...NOTHING, startedAt }, accept);
    begun = true;
    await reply.write(piece);
    gone.throwIfAborted();
  });
  const { resultRows, resultBytes } = done;
  if (!begun) reply.begin(query.format, { ...NOTHING, startedAt, resultRows, resultBytes }, accept);
  reply.end();
}
