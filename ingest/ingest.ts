import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing, type Patience } from '../clickhouse/patience.ts';
import { SpendlensError } from '../domain/error.ts';
import type { Logger } from '../process/log.ts';
import type { RawEvent } from './event.ts';
import type { HeldQueries } from './held.ts';
import type { Journal } from './journal/journal.ts';
import type { IngestMetrics } from './metrics.ts';
import type { Prepare, SliceRows } from './prepare.ts';
import { type Gap, halve, type Slice, sliceId, spanOf } from './slice.ts';
import type { Cut, CutSlice, Source } from './source/source.ts';
import type { GiveBack, Turns } from './turns.ts';

export interface IngestParts {
  readonly source: Source;
  readonly journal: Journal;
  readonly held: Pick<HeldQueries, 'among' | 'hasSlice'>;
  readonly prepare: Prepare;
  readonly turns: Turns;
  readonly deliver: (rows: SliceRows) => Promise<void>;
  readonly patiently: Patience;
  readonly metrics: IngestMetrics;
  readonly log: Logger;
  /** Ends it behind the slice that is under way. */
  readonly signal: AbortSignal;
}

interface Prepared {
  readonly slice: Slice;
  readonly rows: SliceRows;
  /** Called when the rows are needed no longer. */
  readonly giveBack: GiveBack;
}

const POLL_MS = 100;
/** While little comes, slices wait for company: each one is four parts that the warehouse has to merge. */
const LINGER_MS = 200;
const ENOUGH_ENTRIES = 200;
/** A look at the log while the slice before is being inserted. */
const LOOK_MS = 50;
const MAX_TRIES = 3;

function holesIn(known: ReadonlySet<number>, firstSeq: number, lastSeq: number): Omit<Gap, 'outboxId'>[] {
  const holes: Omit<Gap, 'outboxId'>[] = [];
  let expectedSeq = firstSeq;
  for (let seq = firstSeq; seq <= lastSeq + 1; seq++) {
    if (seq <= lastSeq && !known.has(seq)) continue;
    if (seq > expectedSeq) holes.push({ expectedSeq, foundSeq: seq });
    expectedSeq = seq + 1;
  }
  return holes;
}

/** Each slice costs the warehouse four parts and their merging, whatever it holds: while a backlog comes in, it waits. */
function isRipe({ slice, more }: Cut): boolean {
  return !more && (slice?.events.length ?? 0) >= ENOUGH_ENTRIES;
}

/**
 * Brings what the log holds into the warehouse, slice by slice, until the signal comes. While one slice is being
 * inserted the next one is prepared, but never before this process has finished one: a slice that kills its ingester
 * must be the only one that was under way.
 * @throws whatever is not the slice's fault and does not pass by itself
 */
export async function runIngest(parts: IngestParts): Promise<void> {
  const { source, journal, held, prepare, turns, deliver, patiently, metrics, log, signal } = parts;
  let finishedAt = 0;

  /** Gives the turn back where it comes to nothing. */
  async function inTurn(giveBack: GiveBack, work: () => Promise<CutSlice>): Promise<Prepared> {
    try {
      return { ...(await prepareSlice(await work())), giveBack };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  async function prepareSlice({ slice, events }: CutSlice): Promise<Omit<Prepared, 'giveBack'>> {
    const seqs = new Map<string, ReadonlySet<number>>();
    for (const { outboxId, firstSeq, lastSeq } of slice.ask ? slice.ranges : []) {
      seqs.set(outboxId, await held.among(outboxId, firstSeq, lastSeq));
    }
    const rows = await prepare(slice, events, seqs);
    for (const first of rows.slices.slice(0, 1)) first.resends = source.takeResends();
    return { slice, rows };
  }

  /** Prepares what follows on `current`; where that does not work now, it is found again later. */
  async function prepareAhead(current: Slice, isOver: () => boolean): Promise<Prepared | null> {
    const marks = new Map(journal.marks());
    for (const { outboxId, lastSeq } of current.ranges) marks.set(outboxId, lastSeq);
    try {
      for (;;) {
        const cut = await source.cut(marks);
        const ripe = isRipe(cut) ? cut.slice : null;
        const giveBack = ripe && turns.tryTake();
        if (ripe && giveBack) return await inTurn(giveBack, async () => ripe);
        if (!(cut.more || ripe) || isOver()) return null;
        await sleep(LOOK_MS);
      }
    } catch (error) {
      if (isPassing(error)) return null;
      throw error;
    }
  }

  /** What the journal says is under way, read again from the log. */
  async function recall(slice: Slice): Promise<CutSlice> {
    const events = await source.recall(slice);
    if (events.length === spanOf(slice)) return { slice, events };
    const gaps = await gapsIn(slice, events);
    log.error({ ranges: slice.ranges, gaps }, 'entries of a slice under way are gone');
    return { slice: { ...slice, gaps: [...slice.gaps, ...gaps] }, events };
  }

  /** What is neither to be had any more nor stands already. */
  async function gapsIn(slice: Slice, events: readonly RawEvent[]): Promise<Gap[]> {
    const gaps: Gap[] = [];
    for (const { outboxId, firstSeq, lastSeq } of slice.ranges) {
      const known = await held.among(outboxId, firstSeq, lastSeq);
      for (const event of events) if (event.outboxId === outboxId) known.add(event.seq);
      gaps.push(...holesIn(known, firstSeq, lastSeq).map((hole) => ({ outboxId, ...hole })));
    }
    return gaps;
  }

  /** Null where there is nothing, or too little yet. */
  async function next(): Promise<Prepared | null> {
    const intent = journal.intent();
    if (intent) return inTurn(await turns.take(), () => recall(intent.slice));
    const cut = await source.cut(journal.marks());
    const { slice, passed } = cut;
    if (!slice) {
      if (passed.size > 0 || source.moved()) await journal.pass(passed, source.gone);
      return null;
    }
    if (!isRipe(cut) && Date.now() < finishedAt + LINGER_MS) return null;
    const giveBack = await turns.take();
    if (signal.aborted) {
      giveBack();
      return null;
    }
    return inTurn(giveBack, async () => {
      warnOfGaps(slice.slice);
      await journal.open(slice.slice);
      return slice;
    });
  }

  function warnOfGaps({ gaps }: Slice): void {
    for (const gap of gaps) log.error(gap, 'an outbox skipped entries');
  }

  async function breakUp(slice: Slice, why: string): Promise<void> {
    if (slice.condemned !== '') throw new SpendlensError('warehouse_refused', `a dead letter was refused: ${why}`);
    log.error({ ranges: slice.ranges, why }, 'a slice is cut up to find the entry that is at fault');
    await journal.replace(halve(slice) ?? [{ ...slice, ask: true, condemned: why }]);
  }

  /** False where the warehouse refused it. */
  async function delivered({ slice, rows }: Prepared): Promise<boolean> {
    const started = performance.now();
    try {
      await deliver(rows);
    } catch (error) {
      if (!(error instanceof SpendlensError) || error.code !== 'warehouse_refused') throw error;
      await breakUp(slice, error.message);
      return false;
    }
    metrics.delivered(rows, (performance.now() - started) / 1000);
    return true;
  }

  /** What an earlier ingester began. */
  async function resume(): Promise<void> {
    const intent = journal.intent();
    if (!intent) return;
    if (await held.hasSlice(sliceId(intent.slice))) return journal.finish(null, source.gone);
    if (intent.tries + 1 < MAX_TRIES || intent.slice.condemned !== '') return journal.beginAgain();
    return breakUp(intent.slice, `${MAX_TRIES} ingesters died on it`);
  }

  async function run(): Promise<void> {
    await patiently(resume);
    let current: Prepared | null = null;
    let steady = false;
    while (!signal.aborted) {
      current ??= await patiently(next);
      if (!current) {
        await sleep(POLL_MS, undefined, { signal });
        continue;
      }
      let over = false;
      const ahead: Promise<Prepared | null> =
        steady && journal.due().length === 0 ? prepareAhead(current.slice, () => over) : Promise.resolve(null);
      // Awaited below; until then its failure must not count as one that nobody catches.
      ahead.catch(() => undefined);
      const { giveBack } = current;
      const done = await delivered(current).finally(() => {
        over = true;
        giveBack();
      });
      steady = done;
      const prepared = await ahead;
      // Who is to stop leaves nothing begun: whoever comes next would take it for a slice that killed us.
      const following: Prepared | null = done && !signal.aborted ? prepared : null;
      if (!following) prepared?.giveBack();
      if (following) warnOfGaps(following.slice);
      if (done) await journal.finish(following?.slice ?? null, source.gone);
      finishedAt = Date.now();
      current = following;
    }
  }

  try {
    await run();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    turns.end();
  }
}
