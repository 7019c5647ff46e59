import type { Logger } from '../../process/log.ts';
import { openLocalStore } from './local-store.ts';
import { openRedisStore } from './redis-store.ts';
import type { SharedStore } from './store.ts';

export interface StoreSettings {
  /** '' where there is none. */
  readonly redisUrl: string;
  /** Proxy workers of this installation. */
  readonly workers: number;
  readonly folder: string;
  readonly limitBytes: number;
}

/** What cache and limits stand on; null where several workers would each have a truth of their own. */
export async function openSharedStore(
  { redisUrl, workers, folder, limitBytes }: StoreSettings,
  log: Logger,
): Promise<SharedStore | null> {
  if (redisUrl !== '') return openRedisStore(redisUrl, log);
  return workers === 1 ? whenNeeded(() => openLocalStore({ folder, limitBytes, log })) : null;
}

/** Most installations ask for neither, and need no files for it. */
function whenNeeded(open: () => SharedStore): SharedStore {
  let opened: SharedStore | null = null;
  const store = () => {
    opened ??= open();
    return opened;
  };
  return {
    get: async (key) => store().get(key),
    put: async (key, value, ttlMs) => store().put(key, value, ttlMs),
    takeTokens: async (key, bucket) => store().takeTokens(key, bucket),
    claim: async (key) => store().claim(key),
    isClaimed: async (key) => store().isClaimed(key),
    close: async () => opened?.close(),
  };
}
