import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoints } from '../../domain/endpoints.ts';
import { replaceFile } from '../../process/atomic-file.ts';

const RETRY_MS = 1_000;

export interface EndpointsFile {
  /** Resolves when what holds now is written. */
  publish(): Promise<void>;
  /** Resolves when nothing is being written any more. */
  settled(): Promise<void>;
}

/** Where everything listens, as a file; `now` answers null where there is nothing to tell. */
export function createEndpointsFile(path: string, now: () => Endpoints | null, signal: AbortSignal): EndpointsFile {
  let writing = Promise.resolve();
  let told = false;

  async function write(): Promise<void> {
    const endpoints = now();
    if (endpoints !== null) await replaceFile(path, `${JSON.stringify(endpoints, null, 2)}\n`);
  }

  /** A disk that is full for a while would end the supervisor, and with it the proxy that apps talk to. */
  async function writePatiently(): Promise<void> {
    while (!signal.aborted) {
      try {
        return await write();
      } catch (error) {
        if (!told) process.stderr.write(`spendlens: cannot write ${path}, trying again: ${String(error)}\n`);
        told = true;
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  return {
    publish() {
      // One after the other: two renames at once could leave the older content standing.
      writing = writing.then(writePatiently);
      return writing;
    },
    settled: () => writing,
  };
}
