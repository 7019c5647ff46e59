import { setTimeout as sleep } from 'node:timers/promises';
import { SpendlensError } from '../../domain/error.ts';
import type { Exchange } from '../../domain/exchange.ts';
import type { Outbox } from '../../proxy/outbox/outbox.ts';
import type { Call } from '../model/call.ts';
import { createAnswers } from './answers.ts';
import { exchangeOf, skeletonOf } from './exchange.ts';

/** Written together, so that they share a commit. */
const BATCH = 400;
/** Entries that may wait for ingest: enough that it never idles, and far from the outbox's bound. */
const MOST_WAITING = 12_000;
const MOST_WAITING_BYTES = 256 * 1024 ** 2;
const PAUSE_MS = 25;
/** What the outbox refuses is offered again for so long. */
const REFUSED_MS = 60_000;

/** Appends the calls as the proxy would, never faster than ingest takes them away. Answers how many were accepted. */
export async function fill(
  outbox: Outbox,
  calls: Iterable<Call>,
  onProgress: (written: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const answers = createAnswers();
  let written = 0;
  let batch: Exchange[] = [];
  const flush = async () => {
    await untilRoom(outbox, () => onProgress(written), signal);
    if (signal.aborted) return;
    await append(outbox, batch);
    written += batch.length;
    batch = [];
    onProgress(written);
  };
  for (const call of calls) {
    batch.push(answers(call, exchangeOf(call)));
    if (batch.length === BATCH) await flush();
    if (signal.aborted) return written;
  }
  if (batch.length > 0) await flush();
  return written;
}

async function untilRoom(outbox: Outbox, onWait: () => void, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { depth, bytes } = outbox.stats();
    if (signal.aborted || (depth < MOST_WAITING && bytes < MOST_WAITING_BYTES)) return;
    onWait();
    await sleep(PAUSE_MS);
  }
}

/** @throws SpendlensError outbox_full where the outbox goes on refusing, its disk full or its owner another. */
async function append(outbox: Outbox, batch: readonly Exchange[]): Promise<void> {
  const deadline = Date.now() + REFUSED_MS;
  let left = batch;
  while (left.length > 0) {
    const accepted = await Promise.all(left.map((exchange) => appendOne(outbox, exchange)));
    left = left.filter((_, index) => accepted[index] === false);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new SpendlensError('outbox_full', 'the outbox takes no more: is the disk full?');
    await sleep(500);
  }
}

function appendOne(outbox: Outbox, exchange: Exchange): Promise<boolean> {
  return outbox.end(outbox.begin(skeletonOf(exchange)), exchange);
}
