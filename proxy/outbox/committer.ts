import { encodeExchange } from '../../domain/encode-exchange.ts';
import type { Exchange } from '../../domain/exchange.ts';
import type { Logger } from '../../process/log.ts';
import { createConditionalWrite, type WriteOutcome } from './conditional-write.ts';
import { diskBytes, type EntryKey, type Environment, type LostCounts } from './environment.ts';
import { createLedger } from './ledger.ts';
import { addLost, createLosses, type Losses, sameLost } from './losses.ts';
import type { Ownership } from './owner.ts';
import type { Load, RoomKeeper } from './room.ts';

type Skeleton = Exchange | (() => Exchange);

interface Append {
  readonly ticket: number;
  readonly encoded: Uint8Array;
  readonly bytes: number;
  readonly told: LostCounts;
  readonly settle: (accepted: boolean) => void;
}

/** Acknowledged entries that go. */
export interface Trim {
  readonly keys: readonly EntryKey[];
  readonly bytes: number;
  /** How many of them are this owner's own, from its oldest on. */
  readonly own: number;
}

/** Writes everything of one outbox, one transaction at a time, each only while this owner is the current one. */
export interface Committer {
  readonly id: string;
  readonly losses: Losses;
  begin(ticket: number, skeleton: Skeleton): void;
  /** `told` is what the exchange's own `lost` says. */
  end(ticket: number, encoded: Uint8Array, told: LostCounts): Promise<boolean>;
  drop(ticket: number, told: LostCounts): void;
  /** A ticket of an earlier owner, which is on the disk already. */
  adopt(ticket: number): void;
  ownUpTo(mark: number, limit: number): { firstSeq: number; count: number; bytes: number };
  /** False where it did not land and is to be tried again. */
  trim(trim: Trim): Promise<boolean>;
  load(): Load;
  isOutdated(): boolean;
  stats(): { entries: number; inflight: number; oldestAt: number | null };
  close(): Promise<void>;
}

interface CommitterOptions {
  readonly environment: Environment;
  readonly ownership: Ownership;
  readonly keeper: RoomKeeper;
  readonly log: Logger;
  readonly lingerMs: number;
}

const LOSSES_NOTED_EVERY_MS = 1_000;
/** A full disk is not asked again with every arrival. */
const RETRY_MS = 250;

export function createCommitter({ environment, ownership, keeper, log, lingerMs }: CommitterOptions): Committer {
  const { id, generation } = ownership;
  const { meta, entries, inflight } = environment;
  const write = createConditionalWrite(environment, ownership, log);
  const ledger = createLedger();
  const losses = createLosses(ownership.lost);
  /** Tickets with an entry on the disk. */
  const stored = new Set<number>();
  let begins = new Map<number, Skeleton>();
  let removals: number[] = [];
  let appends: Append[] = [];
  let lastSeq = 0;
  let used = ownership.totals.bytes;
  let count = ownership.totals.entries;
  /** Of exchanges that wait for their commit. */
  let pending = 0;
  let waiting = 0;
  let noted = ownership.lost;
  let notedAt = 0;
  let outdated = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let lossTimer: NodeJS.Timeout | undefined;
  let pausedUntil = 0;
  /** Something waits that the disk has no room for. */
  let isHeldUp = false;
  /** The transactions, one after another: a seq is given out again only when the one before it is known to have failed. */
  let queue: Promise<unknown> = Promise.resolve();

  function schedule(): void {
    if (outdated) return;
    timer ??= setTimeout(commitNow, Math.max(lingerMs, pausedUntil - Date.now()));
  }

  function commitNow(): Promise<void> {
    return exclusive(async () => {
      clearTimeout(timer);
      timer = undefined;
      const outcome = await commit();
      if (outcome === 'failed' || isHeldUp) {
        if (closed) giveUpWaiting();
        else pausedUntil = Date.now() + RETRY_MS;
      }
      if (appends.length + begins.size + removals.length > 0) schedule();
      if (!sameLost(untoldOnDisk(), noted)) noteLossesSoon();
    });
  }

  function noteLossesSoon(): void {
    if (closed) return;
    lossTimer ??= setTimeout(() => {
      lossTimer = undefined;
      schedule();
    }, LOSSES_NOTED_EVERY_MS).unref();
  }

  function exclusive<T>(action: () => Promise<T>): Promise<T> {
    const result = queue.then(action);
    queue = result.catch((error: unknown) => log.error(error, 'an outbox transaction failed unexpectedly'));
    return result;
  }

  /** What a successor has to tell if this process dies now: also what waiting exchanges tell, until they land. */
  const untoldOnDisk = () => appends.reduce((sum, { told }) => addLost(sum, told), losses.untold());

  function takeBatch(): Append[] {
    const [room, limit] = [keeper.diskRoom(used), keeper.batchBytes()];
    let bytes = 0;
    const end = appends.findIndex((append, index) => {
      bytes += append.bytes;
      return bytes > room || (index > 0 && bytes > limit);
    });
    isHeldUp = end === 0;
    const batch = end === -1 ? appends : appends.slice(0, end);
    appends = end === -1 ? [] : appends.slice(end);
    return batch;
  }

  async function commit(): Promise<WriteOutcome> {
    const batch = takeBatch();
    const arrivals = begins;
    begins = new Map();
    const dropped = removals;
    removals = [];
    const gone = [...dropped, ...batch.map(({ ticket }) => ticket)].filter((ticket) => stored.has(ticket));
    const bytes = batch.reduce((sum, append) => sum + append.bytes, 0);
    const untold = untoldOnDisk();
    const noteLosses = !sameLost(untold, noted) && (batch.length > 0 || Date.now() - notedAt >= LOSSES_NOTED_EVERY_MS);
    if (batch.length + arrivals.size + gone.length === 0 && !noteLosses) return 'applied';

    const outcome = await write(
      () => {
        batch.forEach(({ encoded }, index) => {
          entries.put([id, lastSeq + 1 + index], encoded);
        });
        for (const ticket of gone) inflight.remove(ticket);
        for (const [ticket, skeleton] of arrivals) putSkeleton(ticket, skeleton);
        if (batch.length > 0) meta.put('totals', { bytes: used + bytes, entries: count + batch.length });
        if (noteLosses) meta.put('lost', untold);
      },
      batch.length > 0 ? [id, lastSeq + batch.length] : null,
    );
    if (outcome !== 'applied') {
      removals.push(...dropped);
      appends = [...batch, ...appends];
      if (outcome === 'failed') keeper.diskFull();
      else loseOwnership();
      return outcome;
    }
    pending -= bytes;
    waiting -= batch.length;
    lastSeq += batch.length;
    used += bytes;
    count += batch.length;
    if (noteLosses) [noted, notedAt] = [untold, Date.now()];
    for (const ticket of gone) stored.delete(ticket);
    for (const ticket of arrivals.keys()) stored.add(ticket);
    const now = Date.now();
    for (const append of batch) {
      ledger.append(append.bytes, now);
      append.settle(true);
    }
    return outcome;
  }

  function loseOwnership(): void {
    outdated = true;
    giveUpWaiting();
  }

  function giveUpWaiting(): void {
    for (const { ticket, bytes, told, settle } of appends.splice(0)) {
      pending -= bytes;
      waiting--;
      removals.push(ticket);
      giveUp(told);
      settle(false);
    }
  }

  function giveUp(told: LostCounts): void {
    losses.returned(told);
    losses.countExchange();
  }

  function putSkeleton(ticket: number, skeleton: Skeleton): void {
    try {
      inflight.put(ticket, encodeExchange(typeof skeleton === 'function' ? skeleton() : skeleton));
    } catch (error) {
      log.error(error, 'an arrival could not be noted');
    }
  }

  return {
    id,
    losses,
    begin(ticket, skeleton) {
      if (outdated || keeper.diskRoom(used) === 0 || keeper.room({ used, pending }, 0) === 'none') return;
      begins.set(ticket, skeleton);
      schedule();
    },
    end(ticket, encoded, told) {
      if (outdated) {
        giveUp(told);
        return Promise.resolve(false);
      }
      const bytes = diskBytes(encoded.length);
      pending += bytes;
      waiting++;
      // An exchange that ends before its arrival was written needs no inflight entry at all.
      begins.delete(ticket);
      return new Promise((settle) => {
        appends.push({ ticket, encoded, bytes, told, settle });
        schedule();
      });
    },
    drop(ticket, told) {
      giveUp(told);
      if (!begins.delete(ticket)) removals.push(ticket);
      schedule();
    },
    adopt(ticket) {
      stored.add(ticket);
    },
    ownUpTo: (mark, limit) => ledger.upTo(mark, limit),
    trim: ({ keys, bytes, own }) =>
      exclusive(async () => {
        const left = { bytes: Math.max(0, used - bytes), entries: Math.max(0, count - keys.length) };
        const outcome = await write(() => {
          for (const key of keys) entries.remove(key);
          meta.put('totals', left);
        });
        if (outcome !== 'applied') return false;
        used = left.bytes;
        count = left.entries;
        ledger.drop(own);
        return true;
      }),
    load: () => ({ used, pending }),
    isOutdated: () => outdated,
    stats: () => ({ entries: count + waiting, inflight: stored.size + begins.size, oldestAt: ledger.oldestAt() }),
    async close() {
      closed = true;
      notedAt = 0;
      do await commitNow();
      while (appends.length > 0 && !outdated);
      await exclusive(() => write(() => meta.put('owner', { id, closed: true }, generation)));
      clearTimeout(timer);
      clearTimeout(lossTimer);
    },
  };
}
