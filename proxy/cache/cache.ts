import type { Logger } from '../../process/log.ts';
import type { SharedStore } from '../shared/store.ts';
import type { CacheAsks } from './asks.ts';
import { decodeKept, encodeKept, type KeptAnswer } from './kept-answer.ts';

export interface Found {
  readonly answer: KeptAnswer;
  /** Its place among those that are kept for the same request. */
  readonly index: number;
}

/** Answers by the key of their request. Nothing here fails a call: what cannot be read is not there. */
export interface AnswerCache {
  find(key: string, asks: CacheAsks): Promise<Found | null>;
  save(key: string, asks: CacheAsks, answer: KeptAnswer): Promise<void>;
}

/** `onFailure`: the shared state did not answer. */
export function createAnswerCache(
  store: SharedStore,
  log: Logger,
  onFailure: () => void,
  random: () => number = Math.random,
): AnswerCache {
  function failed(error: unknown, what: string): void {
    onFailure();
    log.debug(error, what);
  }

  async function bucket(key: string, size: number): Promise<(KeptAnswer | null)[]> {
    const slots = Array.from({ length: size }, (_, index) => store.get(`cache:${key}:${index}`));
    return (await Promise.all(slots)).map((bytes) => (bytes === null ? null : decodeKept(bytes)));
  }

  return {
    async find(key, { bucketSize, maxAgeMs }) {
      try {
        const oldest = Date.now() - maxAgeMs;
        const found = (await bucket(key, bucketSize)).flatMap((answer, index) =>
          answer !== null && answer.startedAt >= oldest ? [{ answer, index }] : [],
        );
        return found[Math.floor(random() * found.length)] ?? null;
      } catch (error) {
        failed(error, 'the cache could not be asked');
        return null;
      }
    },
    async save(key, { bucketSize, maxAgeMs }, answer) {
      try {
        const free = (await bucket(key, bucketSize)).indexOf(null);
        const index = free === -1 ? Math.floor(random() * bucketSize) : free;
        await store.put(`cache:${key}:${index}`, encodeKept(answer), maxAgeMs);
      } catch (error) {
        failed(error, 'an answer could not be kept');
      }
    },
  };
}
