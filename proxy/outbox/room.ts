import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Room } from './outbox.ts';

const MIB = 1024 * 1024;
/** An exchange without its bodies: headers, tags, facts. */
const FACTS_BYTES = 8 * 1024;
export const defaultKeepFreeBytes = 256 * MIB;
export const defaultPendingLimitBytes = 128 * MIB;

export interface RoomLimits {
  /** Of entries on the disk. */
  readonly limitBytes: number;
  /** Of what waits for its commit: bounds memory while the disk is full or stands still. */
  readonly pendingLimitBytes: number;
  readonly folder: string;
  /** Free disk that is left to others: the smaller of this and 1 % of the disk. */
  readonly keepFreeBytes: number;
}

/** Bytes on the disk, and bytes that wait for their commit. */
export interface Load {
  readonly used: number;
  readonly pending: number;
}

export interface RoomKeeper {
  /** What a disk without room does not take at once waits in memory. */
  room(load: Load, size: number): Room;
  /** The last word: whether an exchange of exactly this size is taken. */
  accepts(load: Load, size: number): boolean;
  /** Bytes that the disk takes now, beside those used already. */
  diskRoom(used: number): number;
  /** Bytes that one transaction should not exceed. */
  batchBytes(): number;
  /** Looks at the disk again. */
  poll(): Promise<void>;
  /** The disk itself said that it is full: nothing more for a while. */
  diskFull(): void;
}

/** Bounds how long a commit takes. */
const BATCH_BYTES = 32 * MIB;
/**
 * Where the disk is short, a transaction is one write of LMDB's (64 pages): one of several that failed half-way left its
 * memory corrupt, and the process died of that later.
 */
const CAREFUL_BATCH_BYTES = 128 * 1024;
/** In looks at the disk: how long one that said it is full is left alone, and how long it has to have room again. */
const REST = 3;
const CALM = 10;

/** Free pages inside the file are used again, but not the last of them: values need pages that lie together. */
const FRAGMENTATION = 1.15;

export function createRoomKeeper(limits: RoomLimits): RoomKeeper {
  const file = join(limits.folder, 'data.mdb');
  let freeBytes = Number.POSITIVE_INFINITY;
  let fileBytes = 0;
  let rest = 0;
  let care = 0;

  /** `spare` is the share of each bound that stays free. */
  function fits({ used, pending }: Load, size: number, spare: number): boolean {
    const more = pending + size;
    return used + more <= limits.limitBytes * (1 - spare) && more <= limits.pendingLimitBytes * (1 - spare);
  }

  return {
    room(load, size) {
      // The last sixteenth is kept for exchanges without bodies: bodies go first, exchanges last.
      if (fits(load, size, 1 / 16)) return 'whole';
      return fits(load, Math.min(size, FACTS_BYTES), 0) ? 'facts' : 'none';
    },
    accepts: (load, size) => fits(load, size, 0),
    diskRoom(used) {
      if (rest > 0) return 0;
      return Math.max(0, (fileBytes + Math.max(0, freeBytes)) / FRAGMENTATION - used);
    },
    batchBytes: () => (care > 0 ? CAREFUL_BATCH_BYTES : BATCH_BYTES),
    async poll() {
      try {
        const [disk, data] = await Promise.all([statfs(limits.folder), stat(file)]);
        const keep = Math.min(limits.keepFreeBytes, (disk.blocks * disk.bsize) / 100);
        freeBytes = disk.bavail * disk.bsize - keep;
        fileBytes = data.size;
      } catch {
        // A disk that cannot be asked will say so when it is written to.
      }
      rest = Math.max(0, rest - 1);
      care = freeBytes > 0 ? Math.max(0, care - 1) : CALM;
    },
    diskFull() {
      rest = REST;
      care = CALM;
    },
  };
}
