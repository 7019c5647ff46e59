import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { AttemptRow, BodyRow, DeadLetterRow, GapRow, SliceRow } from '../clickhouse/rows.ts';
import type { EventRows, RawEvent } from './event.ts';
import type { DeadLetter, Outcome } from './outcome.ts';
import { type Gap, type Slice, sliceId } from './slice.ts';
import type { TextRoom } from './steps/body-content.ts';

/** A slice as it goes to the warehouse: one block for each table, in this order. */
export interface SliceRows {
  /** Names the slice, and with it the rows that do not depend on what stands there already. */
  readonly id: string;
  /** Names the rows that do. */
  readonly token: string;
  readonly bodies: BodyRow[];
  readonly deadLetters: DeadLetterRow[];
  readonly attempts: AttemptRow[];
  readonly gaps: GapRow[];
  readonly slices: SliceRow[];
}

export type Held = ReadonlyMap<string, ReadonlySet<number>>;
export type Prepare = (slice: Slice, events: readonly RawEvent[], held: Held) => Promise<SliceRows>;
export type Process = (event: { raw: RawEvent; room: TextRoom }) => Outcome<EventRows>;

/** Decoded text that one slice may hold in memory. */
const TEXT_ROOM = 96 * 1024 * 1024;
/** Events between two breaths, in which requests to the warehouse go on. */
const BREATH = 20;

/**
 * Returns `prepare(slice, events, held)`: rows that depend on nothing but the slice's events and on what of them
 * stands in the warehouse already. Dates apart, whoever prepares it again makes the same.
 */
export function createPrepare(process: Process, now: () => Date): Prepare {
  return async function prepare(slice, events, held) {
    const id = sliceId(slice);
    const at = now().toISOString();
    const room: TextRoom = { left: TEXT_ROOM };
    const gaps = slice.gaps.map((gap) => gapRow(gap, at));
    const rows: SliceRows = {
      id,
      token: tokenOf(id, held),
      bodies: [],
      deadLetters: [],
      attempts: [],
      gaps,
      slices: [],
    };
    const counts = new Map(slice.ranges.map((range) => [range.outboxId, emptySliceRow(id, range, at)]));
    let done = 0;
    for (const raw of events) {
      const outcome = slice.condemned === '' ? process({ raw, room }) : condemn(slice.condemned);
      const count = counts.get(raw.outboxId);
      if (count) tally(count, outcome);
      if (!held.get(raw.outboxId)?.has(raw.seq)) add(rows, raw, outcome, at);
      if (++done % BREATH === 0) await breathe();
    }
    rows.slices.push(...[...counts.values()].filter(({ exchanges, dead_letters }) => exchanges + dead_letters > 0));
    return rows;
  };
}

/** Without the rows that are left out it would be another block under the same token, which would then be dropped. */
function tokenOf(id: string, held: Held): string {
  const left = [...held].filter(([, seqs]) => seqs.size > 0).map(([outboxId, seqs]) => [outboxId, ...[...seqs].sort()]);
  if (left.length === 0) return id;
  return `${id}-${createHash('sha256').update(JSON.stringify(left.sort())).digest('hex').slice(0, 16)}`;
}

function emptySliceRow(id: string, range: Slice['ranges'][number], at: string): SliceRow {
  return {
    slice_id: id,
    outbox_id: range.outboxId,
    first_seq: range.firstSeq,
    last_seq: range.lastSeq,
    exchanges: 0,
    dead_letters: 0,
    lost_exchanges: 0,
    lost_bodies: 0,
    resends: 0,
    inserted_at: at,
  };
}

function gapRow({ outboxId, expectedSeq, foundSeq }: Gap, at: string): GapRow {
  return { outbox_id: outboxId, expected_seq: expectedSeq, found_seq: foundSeq, at };
}

function tally(count: SliceRow, outcome: Outcome<EventRows>): void {
  if (outcome.kind === 'deadLetter') {
    count.dead_letters++;
    return;
  }
  count.exchanges++;
  count.lost_exchanges += outcome.value.lost.exchanges;
  count.lost_bodies += outcome.value.lost.bodies;
}

function add(rows: SliceRows, raw: RawEvent, outcome: Outcome<EventRows>, at: string): void {
  switch (outcome.kind) {
    case 'ok':
      rows.attempts.push(...outcome.value.attempts);
      rows.bodies.push(...outcome.value.bodies);
      return;
    case 'deadLetter':
      rows.deadLetters.push(deadLetterRow(raw, outcome, at));
      return;
  }
}

function deadLetterRow({ outboxId, seq, encoded }: RawEvent, { step, reason }: DeadLetter, at: string): DeadLetterRow {
  return {
    outbox_id: outboxId,
    seq,
    origin: '',
    dead_at: at,
    step,
    reason: reason.toWellFormed().slice(0, 4096),
    tries: 1,
    event: Buffer.from(encoded).toString('base64'),
  };
}

function condemn(reason: string): DeadLetter {
  return { kind: 'deadLetter', step: 'write', reason, cause: null };
}
