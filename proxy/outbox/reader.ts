import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type EntryKey, type Environment, entryIds, openEnvironmentToRead } from './environment.ts';
import { currentOwner } from './owner.ts';

export interface Entry {
  readonly seq: number;
  /** As domain/exchange encodes it. */
  readonly encoded: Uint8Array;
}

/** An id that has entries, or whose owner may still add some. */
export interface OutboxState {
  readonly id: string;
  /** Null where nothing stands under it. */
  readonly firstSeq: number | null;
  /** False once nobody will append under it any more. */
  readonly open: boolean;
}

/** Reads the outboxes of all proxy workers of this machine, from another process than theirs. */
export interface OutboxReader {
  /** Looks for new folders, then lists what every environment holds now. */
  outboxes(): Promise<OutboxState[]>;
  /** In order, as many as fit: at least one where there is one, whatever its size. */
  read(id: string, fromSeq: number, limit: { entries: number; bytes: number }): Entry[];
  close(): Promise<void>;
}

/** `folder` is `$SPENDLENS_DATA/outbox`; it may appear later, and so may each worker's folder in it. */
export function createOutboxReader(folder: string): OutboxReader {
  const environments = new Map<string, { readonly environment: Environment; readonly file: number }>();
  /** Where an id's entries stand, as of the last look. */
  let homes = new Map<string, Environment>();

  async function discover(): Promise<void> {
    const slots = await subfolders(folder);
    for (const slot of new Set([...slots, ...environments.keys()])) {
      const file = await inodeOf(join(folder, slot, 'data.mdb'));
      const known = environments.get(slot);
      if (known && known.file === file) continue;
      if (known) await forget(slot, known.environment);
      const environment = file === null ? null : openEnvironmentToRead(join(folder, slot));
      if (environment && file !== null) environments.set(slot, { environment, file });
    }
  }

  /** A folder that was removed, or made anew under the same name, lives on in an environment that is still open. */
  async function forget(slot: string, environment: Environment): Promise<void> {
    environments.delete(slot);
    for (const [id, home] of homes) if (home === environment) homes.delete(id);
    await environment.root.close();
  }

  return {
    async outboxes() {
      await discover();
      const found = new Map<string, Environment>();
      const states: OutboxState[] = [];
      for (const { environment } of environments.values()) {
        for (const state of statesOf(environment)) {
          found.set(state.id, environment);
          states.push(state);
        }
      }
      homes = found;
      return states;
    },
    read(id, fromSeq, limit) {
      const environment = homes.get(id);
      if (!environment) return [];
      const { entries } = environment;
      entries.resetReadTxn();
      const read: Entry[] = [];
      let bytes = 0;
      const start: EntryKey = [id, fromSeq];
      for (const { key, value } of entries.getRange({ start, end: [id, Number.MAX_SAFE_INTEGER] })) {
        bytes += value.length;
        if (read.length > 0 && bytes > limit.bytes) break;
        read.push({ seq: key[1], encoded: Buffer.from(value) });
        if (read.length >= limit.entries) break;
      }
      return read;
    },
    async close() {
      await Promise.all([...environments.values()].map(({ environment }) => environment.root.close()));
      environments.clear();
    },
  };
}

/** One snapshot: an id that is no longer the owner's and has no entries is gone for good. */
function statesOf(environment: Environment): OutboxState[] {
  environment.entries.resetReadTxn();
  const owner = currentOwner(environment);
  const states = entryIds(environment.entries).map(
    ({ id, firstSeq }): OutboxState => ({ id, firstSeq, open: id === owner }),
  );
  if (owner !== null && !states.some(({ id }) => id === owner)) states.push({ id: owner, firstSeq: null, open: true });
  return states;
}

async function subfolders(folder: string): Promise<string[]> {
  try {
    const children = await readdir(folder, { withFileTypes: true });
    return children.filter((child) => child.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

async function inodeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).ino;
  } catch {
    return null;
  }
}
