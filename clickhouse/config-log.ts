import { z } from 'zod';
import { SpendlensError } from '../domain/error.ts';
import type { Warehouse } from './client.ts';

/** A version of something that people change. */
export interface ConfigVersion {
  readonly id: string;
  /** 1 for the first. */
  readonly version: number;
  /** Drawn by whoever wrote it. */
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly who: string;
  readonly deleted: boolean;
  /** What was put, as JSON; null where that is none. */
  readonly value: unknown;
}

export interface ConfigChange {
  readonly id: string;
  /** The version that the change was made on, 0 for a new one. */
  readonly version: number;
  readonly who: string;
  readonly value: object;
  readonly deleted?: boolean;
}

/** Append-only: the newest version of an id is the state, all of them are the audit trail. */
export interface ConfigLog {
  /** The state of all of a kind that are not deleted, by id. */
  list(kind: string): Promise<ConfigVersion[]>;
  /** All versions of one, newest first. */
  history(kind: string, id: string): Promise<ConfigVersion[]>;
  /** Milliseconds since 1970 of the newest version of a kind, deletions too; 0 where there is none. */
  changedAt(kind: string): Promise<number>;
  /** @throws SpendlensError stale where `version` is not the newest one, be it by a moment. */
  put(kind: string, change: ConfigChange): Promise<ConfigVersion>;
}

const int = z.coerce.number();
const row = z.object({
  id: z.string(),
  version: int,
  nonce: z.string(),
  at: int,
  who: z.string(),
  deleted: z.boolean(),
  value: z.string(),
});

const COLUMNS = 'id, version, nonce, toUnixTimestamp64Milli(at) AS at, who, deleted, value';

export function createConfigLog(warehouse: Warehouse, now: () => number = Date.now): ConfigLog {
  async function history(kind: string, id: string): Promise<ConfigVersion[]> {
    const statement = {
      text: `SELECT ${COLUMNS} FROM spendlens.config WHERE kind = {kind:String} AND id = {id:String}
        ORDER BY version DESC, config.at LIMIT 1 BY version`,
      params: { kind, id },
    };
    const rows = await warehouse.rows(row, statement, { decisive: true });
    return rows.map(versionOf);
  }

  return {
    history,
    async list(kind) {
      const rows = await warehouse.rows(row, {
        text: `SELECT * FROM (
            SELECT ${COLUMNS} FROM spendlens.config WHERE kind = {kind:String}
            ORDER BY id, version DESC, config.at LIMIT 1 BY id)
          WHERE NOT deleted ORDER BY id`,
        params: { kind },
      });
      return rows.map(versionOf);
    },
    async changedAt(kind) {
      const [newest] = await warehouse.rows(z.object({ at: int }), {
        text: 'SELECT toUnixTimestamp64Milli(max(config.at)) AS at FROM spendlens.config WHERE kind = {kind:String}',
        params: { kind },
      });
      return newest?.at ?? 0;
    },
    async put(kind, { id, version, who, value, deleted = false }) {
      const [before] = await history(kind, id);
      if ((before?.version ?? 0) !== version) throw stale(kind, id, before);
      const nonce = crypto.randomUUID();
      const next = { kind, id, version: version + 1, nonce, at: now() / 1000, who, deleted };
      await warehouse.insert(
        'spendlens.config',
        [{ ...next, at: next.at.toFixed(3), value: JSON.stringify(value) }],
        `config:${JSON.stringify([kind, id, next.version])}`,
      );
      // The token let the first of those who wrote this version in.
      const [after] = await history(kind, id);
      if (after?.nonce !== nonce) throw stale(kind, id, after);
      return after;
    },
  };
}

function versionOf({ value, ...rest }: z.infer<typeof row>): ConfigVersion {
  return { ...rest, value: parse(value) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function stale(kind: string, id: string, newest: ConfigVersion | undefined): SpendlensError {
  const found = newest === undefined ? 'there is none yet' : `${newest.who} made version ${newest.version} of it`;
  return new SpendlensError('stale', `${kind} ${id} was changed by somebody else: ${found}. Load it again.`);
}
