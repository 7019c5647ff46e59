import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SpendlensError } from '../domain/error.ts';
import { createLog } from '../process/log.ts';
import { openOutbox } from '../proxy/outbox/open-outbox.ts';
import type { Outbox } from '../proxy/outbox/outbox.ts';
import type { Installation } from './installation.ts';

const PREFIX = 'demo-';
/** What has not moved for so long will not move. */
const STUCK_MS = 120_000;
const POLL_MS = 200;

/** A name that no outbox had before: a reader may still hold what stood under an old one. */
export const freshSlot = (): string => `${PREFIX}${Date.now().toString(36)}`;

export interface DemoOutbox {
  readonly outbox: Outbox;
  /**
   * Waits until all that was accepted stands in the warehouse, then removes the folder. Answers how many exchanges it
   * left behind where `signal` made it give up; ingest takes those in later.
   * @throws SpendlensError warehouse_busy where nothing moves
   */
  drain(onProgress: (waiting: number) => void, signal: AbortSignal): Promise<number>;
}

export async function openDemoOutbox(
  { outboxes, acknowledgementPath }: Installation,
  slot: string,
): Promise<DemoOutbox> {
  const folder = join(outboxes, slot);
  const outbox = await openOutbox({
    folder,
    acknowledgementPath,
    log: createLog('demo', 'warn'),
    pollMs: POLL_MS,
  });
  return {
    outbox,
    async drain(onProgress, signal) {
      try {
        await untilEmpty(outbox, onProgress, signal);
      } finally {
        await outbox.close();
      }
      const { depth } = outbox.stats();
      if (depth === 0) await rm(folder, { recursive: true, force: true });
      return depth;
    },
  };
}

async function untilEmpty(outbox: Outbox, onProgress: (waiting: number) => void, signal: AbortSignal): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  let movedAt = Date.now();
  for (;;) {
    const { depth } = outbox.stats();
    onProgress(depth);
    if (depth === 0 || signal.aborted) return;
    if (depth < least) movedAt = Date.now();
    least = Math.min(least, depth);
    if (Date.now() - movedAt > STUCK_MS) throw stuck(depth);
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

const stuck = (depth: number): SpendlensError =>
  new SpendlensError(
    'warehouse_busy',
    `${depth} exchanges wait for ingest and none has moved for ${STUCK_MS / 1000} s; \`npm run doctor\` says more. ` +
      'They are safe, and taken in as soon as ingest goes on.',
    { retryable: true },
  );

/** Takes over what demos left that were killed. Only for who holds the demo's lock: none of them has an owner then. */
export async function drainLeftovers(
  installation: Installation,
  say: (line: string) => void,
  leave: AbortSignal,
): Promise<void> {
  const slots = await readdir(installation.outboxes).catch(() => []);
  for (const slot of slots.filter((name) => name.startsWith(PREFIX))) {
    const { outbox, drain } = await openDemoOutbox(installation, slot);
    const { depth } = outbox.stats();
    if (depth > 0) say(`An earlier demo left ${depth} requests; waiting for ingest to take them in …`);
    await drain(() => undefined, leave);
  }
}
