import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../process/log.ts';
import type { Claim, SharedStore } from '../shared/store.ts';
import type { CacheAsks } from './asks.ts';
import { decodeKept, encodeKept, type KeptAnswer } from './kept-answer.ts';

export interface Found {
  readonly answer: KeptAnswer;
  /** Its place among those that are kept for the same request. */
  readonly index: number;
}

/** What is kept, or comes to be kept by another proxy's call meanwhile; where nothing is, the caller calls. */
export interface Awaited {
  readonly found: Found | null;
  readonly waited: boolean;
  /** Where others wait for this caller's answer: to be released once it is saved, or will not be. */
  readonly claim: Claim | null;
}

/** Answers by the key of their request. Nothing here fails a call: what cannot be read is not there. */
export interface AnswerCache {
  find(key: string, asks: CacheAsks): Promise<Found | null>;
  /** Of all proxies that share the store, one calls; the others wait for it, as long as their app does. */
  findOrWait(key: string, asks: CacheAsks, isWanted: () => boolean): Promise<Awaited>;
  save(key: string, asks: CacheAsks, answer: KeptAnswer): Promise<void>;
}

/** How often somebody who waits looks for what another proxy's call brought. */
const POLL_MS = 50;

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

  async function lookUp(key: string, { bucketSize, maxAgeMs }: CacheAsks): Promise<Found | null> {
    const oldest = Date.now() - maxAgeMs;
    const found = (await bucket(key, bucketSize)).flatMap((answer, index) =>
      answer !== null && answer.startedAt >= oldest ? [{ answer, index }] : [],
    );
    return found[Math.floor(random() * found.length)] ?? null;
  }

  return {
    async find(key, asks) {
      try {
        return await lookUp(key, asks);
      } catch (error) {
        failed(error, 'the cache could not be asked');
        return null;
      }
    },
    async findOrWait(key, asks, isWanted) {
      let claim: Claim | null = null;
      try {
        const kept = await lookUp(key, asks);
        if (kept !== null) return { found: kept, waited: false, claim };
        claim = await store.claim(`call:${key}`);
        // What was under way may have ended between the two, as it may while somebody waits for it.
        if (claim !== null) return { found: await lookUp(key, asks), waited: false, claim };
        let isUnderWay = true;
        while (isUnderWay && isWanted()) {
          await sleep(POLL_MS);
          isUnderWay = await store.isClaimed(`call:${key}`);
          const found = await lookUp(key, asks);
          if (found !== null) return { found, waited: true, claim };
        }
      } catch (error) {
        failed(error, 'the cache could not be asked');
      }
      return { found: null, waited: true, claim };
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
