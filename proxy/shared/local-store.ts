import { rmSync } from 'node:fs';
import { type Database, open, type RootDatabase } from 'lmdb';
import { z } from 'zod';
import type { Logger } from '../../process/log.ts';
import { type SharedStore, takeFrom } from './store.ts';

export interface LocalStoreOptions {
  readonly folder: string;
  /** Bytes of values; beyond it the oldest go. */
  readonly limitBytes: number;
  readonly log: Logger;
  readonly now?: () => number;
}

const entryOf = z.object({ at: z.number(), until: z.number(), value: z.instanceof(Uint8Array) });
const bucketOf = z.object({ tokens: z.number(), at: z.number() });
const SWEEP_MS = 60_000;

interface Databases {
  readonly root: RootDatabase;
  readonly entries: Database<unknown, string>;
  /** Bytes by time and key, so that the oldest are found first. */
  readonly ages: Database<number, [number, string]>;
  readonly buckets: Database<unknown, string>;
}

/**
 * For one worker alone, in LMDB. Not synced to the disk with every write: what a power cut takes is a cache, and
 * tokens that refill by themselves.
 */
export function openLocalStore({ folder, limitBytes, log, now = Date.now }: LocalStoreOptions): SharedStore {
  const { root, entries, ages, buckets } = openDatabases(folder, log);
  let bytes = 0;
  for (const { value } of ages.getRange()) bytes += value;

  function drop(at: number, key: string, size: number): void {
    void ages.remove([at, key]);
    const found = entryOf.safeParse(entries.get(key));
    // It may have been written anew since.
    if (found.success && found.data.at === at) void entries.remove(key);
    bytes -= size;
  }

  function sweep(): void {
    for (const { key, value: size } of ages.getRange()) {
      const [at, name] = key;
      const found = entryOf.safeParse(entries.get(name));
      const isOver = !found.success || found.data.at !== at || found.data.until <= now();
      if (isOver || bytes > limitBytes) drop(at, name, size);
    }
  }

  const timer = setInterval(sweep, SWEEP_MS);
  timer.unref();
  return {
    async get(key) {
      const found = entryOf.safeParse(entries.get(key));
      return found.success && found.data.until > now() ? found.data.value : null;
    },
    async put(key, value, ttlMs) {
      const at = now();
      bytes += value.length;
      void ages.put([at, key], value.length);
      await entries.put(key, { at, until: at + ttlMs, value });
      if (bytes > limitBytes) sweep();
    },
    async takeTokens(key, bucket) {
      return root.transactionSync(() => {
        const found = bucketOf.safeParse(buckets.get(key));
        const state = found.success ? found.data : null;
        const taken = takeFrom(state, bucket);
        // A clock that was set back must not refill the same time twice.
        void buckets.put(key, { tokens: taken.tokens, at: Math.max(bucket.now, state?.at ?? 0) });
        return taken;
      });
    },
    // Nobody else asks this store, and within the worker calls find each other by themselves.
    claim: async () => ({ release: () => {} }),
    isClaimed: async () => false,
    async close() {
      clearInterval(timer);
      await root.close();
    },
  };
}

function openDatabases(folder: string, log: Logger): Databases {
  try {
    return open_(folder);
  } catch (error) {
    log.warn(error, 'the cache could not be read and begins anew');
    rmSync(folder, { recursive: true, force: true });
    return open_(folder);
  }
}

function open_(folder: string): Databases {
  const root = open({ path: folder, noSubdir: false, maxDbs: 4, noSync: true, eventTurnBatching: false });
  return {
    root,
    entries: root.openDB<unknown, string>('entries', { encoding: 'msgpack' }),
    ages: root.openDB<number, [number, string]>('ages', { encoding: 'msgpack' }),
    buckets: root.openDB<unknown, string>('buckets', { encoding: 'msgpack' }),
  };
}
