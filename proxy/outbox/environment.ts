import { type Database, open, type RootDatabase } from 'lmdb';
import { z } from 'zod';

/** An outbox's entries in order: `[outbox_id, seq]`. Ordered by id first, so that each id's entries stand together. */
export type EntryKey = [outboxId: string, seq: number];

export const ownerRecord = z.object({ id: z.string().min(1), closed: z.boolean() });

/** What stands on the disk, kept in the same transactions as the entries that it counts. */
export const totals = z.object({ bytes: z.number().int().nonnegative(), entries: z.number().int().nonnegative() });
export type Totals = z.infer<typeof totals>;

/** What was given up and not yet told with an accepted exchange. */
export const lostCounts = z.object({
  exchanges: z.number().int().nonnegative(),
  bodies: z.number().int().nonnegative(),
});
export type LostCounts = z.infer<typeof lostCounts>;

export interface Environment {
  readonly root: RootDatabase<Uint8Array, string>;
  /** `owner`, `totals` and `lost`; the version of `owner` is the generation that every write names. */
  readonly meta: Database<unknown, string>;
  readonly entries: Database<Uint8Array, EntryKey>;
  /** Skeletons of exchanges under way, by ticket number. */
  readonly inflight: Database<Uint8Array, number>;
}

const names = { meta: 'meta', entries: 'entries', inflight: 'inflight' } as const;

/** Batches are our own and explicit: lmdb's turn batches hold a promise of their own that nobody can catch. */
export function openEnvironment(folder: string): Environment {
  const root = open<Uint8Array, string>({
    path: folder,
    noSubdir: false,
    maxDbs: 4,
    eventTurnBatching: false,
    encoding: 'binary',
  });
  return {
    root,
    meta: root.openDB<unknown, string>(names.meta, { encoding: 'json', useVersions: true }),
    entries: root.openDB<Uint8Array, EntryKey>(names.entries, { encoding: 'binary' }),
    inflight: root.openDB<Uint8Array, number>(names.inflight, { encoding: 'binary' }),
  };
}

/** Null while its owner has not made it yet. */
export function openEnvironmentToRead(folder: string): Environment | null {
  const root = open<Uint8Array, string>({
    path: folder,
    noSubdir: false,
    maxDbs: 4,
    readOnly: true,
    encoding: 'binary',
  });
  // With a database that does not exist, openDB answers undefined, whatever its type says.
  const meta: Database<unknown, string> | undefined = root.openDB<unknown, string>(names.meta, {
    encoding: 'json',
    useVersions: true,
  });
  const entries: Database<Uint8Array, EntryKey> | undefined = root.openDB<Uint8Array, EntryKey>(names.entries, {
    encoding: 'binary',
  });
  const inflight: Database<Uint8Array, number> | undefined = root.openDB<Uint8Array, number>(names.inflight, {
    encoding: 'binary',
  });
  if (meta && entries && inflight) return { root, meta, entries, inflight };
  void root.close();
  return null;
}

const PAGE = 4096;
const NODE_HEADER = 64;

/** What an entry takes on the disk: a large value lies in whole pages of its own, a small one shares a page. */
export function diskBytes(valueBytes: number): number {
  if (valueBytes < PAGE / 2) return valueBytes + NODE_HEADER;
  return Math.ceil((valueBytes + 16) / PAGE) * PAGE + NODE_HEADER;
}

/** Ids that have entries, each with the first seq that still stands. Skips from id to id, whatever lies between. */
export function entryIds(entries: Database<Uint8Array, EntryKey>): { id: string; firstSeq: number }[] {
  const found: { id: string; firstSeq: number }[] = [];
  let start: EntryKey = ['', 0];
  for (;;) {
    const [key] = [...entries.getKeys({ start, limit: 1 })];
    if (!key) return found;
    found.push({ id: key[0], firstSeq: key[1] });
    start = [key[0], Number.MAX_SAFE_INTEGER];
  }
}
