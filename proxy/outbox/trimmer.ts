import type { Acknowledgement } from './acknowledgement.ts';
import type { Committer, Trim } from './committer.ts';
import { diskBytes, type EntryKey, type Environment, entryIds } from './environment.ts';

const BATCH_ENTRIES = 500;
const BATCH_BYTES = 16 * 1024 * 1024;

interface TrimmerOptions {
  readonly environment: Environment;
  readonly committer: Committer;
  /** Null where nothing changed. */
  readonly read: () => Promise<Acknowledgement | null>;
}

/** Returns `trim()`: removes what the reader has acknowledged, in transactions that stay short. */
export function createTrimmer({ environment, committer, read }: TrimmerOptions): () => Promise<void> {
  const { entries } = environment;
  const earlier = new Set(
    entryIds(entries)
      .map(({ id }) => id)
      .filter((id) => id !== committer.id),
  );
  let busy = false;
  /** What is still to be carried out; a trim that failed is tried again though the file has not changed since. */
  let due: Acknowledgement | null = null;

  function ownTrim(mark: number): Trim | null {
    const { firstSeq, count, bytes } = committer.ownUpTo(mark, BATCH_ENTRIES);
    if (count === 0) return null;
    return { keys: Array.from({ length: count }, (_, index) => [committer.id, firstSeq + index]), bytes, own: count };
  }

  /** Sizes of another owner's entries are not in memory: they are looked up. */
  function earlierTrim(id: string, mark: number): Trim | null {
    entries.resetReadTxn();
    const keys: EntryKey[] = [];
    let bytes = 0;
    for (const key of entries.getKeys({ start: [id, 0], end: [id, mark + 1], limit: BATCH_ENTRIES })) {
      keys.push(key);
      bytes += diskBytes(entries.getBinaryFast(key)?.length ?? 0);
      if (bytes > BATCH_BYTES) break;
    }
    return keys.length === 0 ? null : { keys, bytes, own: 0 };
  }

  async function trimAll(next: () => Trim | null): Promise<boolean> {
    for (let trim = next(); trim; trim = next()) {
      if (!(await committer.trim(trim))) return false;
    }
    return true;
  }

  async function trimTo({ marks }: Acknowledgement): Promise<boolean> {
    if (!(await trimAll(() => ownTrim(marks[committer.id] ?? 0)))) return false;
    for (const id of earlier) {
      if (!(await trimAll(() => earlierTrim(id, marks[id] ?? 0)))) return false;
      if ([...entries.getKeys({ start: [id, 0], end: [id, Number.MAX_SAFE_INTEGER], limit: 1 })].length === 0) {
        earlier.delete(id);
      }
    }
    return true;
  }

  return async function trim() {
    if (busy) return;
    busy = true;
    try {
      due = (await read()) ?? due;
      if (due && (await trimTo(due))) due = null;
    } finally {
      busy = false;
    }
  };
}
