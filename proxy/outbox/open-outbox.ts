import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeExchange } from '../../domain/encode-exchange.ts';
import { SpendlensError } from '../../domain/error.ts';
import type { Exchange } from '../../domain/exchange.ts';
import type { Logger } from '../../process/log.ts';
import { createAcknowledgementReader } from './acknowledgement.ts';
import { createCommitter } from './committer.ts';
import { diskBytes, type Environment, openEnvironment } from './environment.ts';
import { appendLeftovers } from './leftovers.ts';
import type { Outbox, Ticket } from './outbox.ts';
import { takeOwnership } from './owner.ts';
import { createRoomKeeper, defaultKeepFreeBytes, defaultPendingLimitBytes } from './room.ts';
import { createTrimmer } from './trimmer.ts';

export interface OutboxOptions {
  /** `$SPENDLENS_DATA/outbox/SLOT` */
  readonly folder: string;
  /** `$SPENDLENS_DATA/ingest/state.json` */
  readonly acknowledgementPath: string;
  readonly log: Logger;
  readonly limitBytes?: number;
  readonly keepFreeBytes?: number;
  readonly pendingLimitBytes?: number;
  /** How long a write waits for company; what ends within it never needs an inflight entry. */
  readonly lingerMs?: number;
  readonly pollMs?: number;
}

const GIB = 1024 ** 3;
const PROBE_BYTES = 128 * 1024;
const READER_CHECK_MS = 30_000;
const CLOSE_MS = 2_000;
export const defaultOutboxLimitBytes = 2 * GIB;

/**
 * Opens the outbox in a folder as its new owner: under a fresh id, with what an earlier owner left in flight
 * appended as aborted.
 * @throws SpendlensError data_folder_unusable
 */
export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { log, pollMs = 500 } = options;
  const environment = openFolder(options.folder);
  environment.root.readerCheck();
  const ownership = takeOwnership(environment);
  const keeper = createRoomKeeper({
    folder: options.folder,
    limitBytes: options.limitBytes ?? defaultOutboxLimitBytes,
    keepFreeBytes: options.keepFreeBytes ?? defaultKeepFreeBytes,
    pendingLimitBytes: options.pendingLimitBytes ?? defaultPendingLimitBytes,
  });
  const committer = createCommitter({ environment, ownership, keeper, log, lingerMs: options.lingerMs ?? 2 });
  await keeper.poll();
  let nextTicket = 1 + appendLeftovers(environment, committer, log);
  const trim = createTrimmer({
    environment,
    committer,
    read: createAcknowledgementReader(options.acknowledgementPath),
  });
  const poll = setInterval(() => {
    void keeper.poll();
    void trim();
  }, pollMs).unref();
  // A reader that was killed in the middle of reading would keep every page that is given up from then on.
  const readers = setInterval(() => environment.root.readerCheck(), READER_CHECK_MS).unref();
  const openedAt = Date.now();

  return {
    id: ownership.id,
    begin(skeleton) {
      const ticket: Ticket = { inflight: nextTicket++ };
      committer.begin(ticket.inflight, skeleton);
      return ticket;
    },
    end(ticket, exchange) {
      exchange.lost = committer.losses.take();
      const encoded = tryEncode(exchange, log);
      if (encoded && keeper.accepts(committer.load(), diskBytes(encoded.length))) {
        return committer.end(ticket.inflight, encoded, exchange.lost);
      }
      committer.drop(ticket.inflight, exchange.lost);
      return Promise.resolve(false);
    },
    room: (size) => (committer.isOutdated() ? 'none' : keeper.room(committer.load(), diskBytes(size))),
    countShedBody: () => committer.losses.countBody(),
    stats() {
      const { entries, inflight, oldestAt } = committer.stats();
      return {
        depth: entries,
        bytes: committer.load().used,
        waitingBytes: committer.load().pending,
        inflight,
        droppedExchanges: committer.losses.dropped(),
        shedBodies: committer.losses.shed(),
        lagMs: entries === 0 ? 0 : Math.max(0, Date.now() - (oldestAt ?? openedAt)),
      };
    },
    async close() {
      clearInterval(poll);
      clearInterval(readers);
      await committer.close();
      // lmdb waits for ever where the last transaction failed, and nothing is left to write.
      await Promise.race([environment.root.close(), sleep(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

function openFolder(folder: string): Environment {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!existsSync(join(folder, 'lock.mdb'))) assertSpace(folder);
    return openEnvironment(folder);
  } catch (cause) {
    throw new SpendlensError('data_folder_unusable', `cannot open the outbox in ${folder}: ${String(cause)}`, {
      cause,
    });
  }
}

/** LMDB maps its lock file into memory; made on a full disk, the first write to it would kill the process. */
function assertSpace(folder: string): void {
  const probe = join(folder, 'space.tmp');
  try {
    writeFileSync(probe, new Uint8Array(PROBE_BYTES), { flush: true });
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Recording is fail-open: what cannot be encoded is given up, never thrown at the caller. */
function tryEncode(exchange: Exchange, log: Logger): Uint8Array | null {
  try {
    return encodeExchange(exchange);
  } catch (error) {
    log.error(error, 'an exchange could not be encoded');
    return null;
  }
}
