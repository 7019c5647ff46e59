import { z } from 'zod';
import type { Warehouse } from '../clickhouse/client.ts';
import { createInserts } from '../clickhouse/inserts.ts';
import type { Process } from './prepare.ts';

const int = z.coerce.number().int().nonnegative();
const letterRow = z.object({
  outbox_id: z.string(),
  seq: int,
  origin: z.string(),
  first_at: z.string(),
  last_step: z.string(),
  last_reason: z.string(),
  tries: int,
  bytes: int,
});
const eventRow = z.object({ event: z.string(), tries: int });

export interface DeadLetterId {
  readonly outboxId: string;
  readonly seq: number;
  /** `topic/partition@offset` of a message without identity; then the outbox is '' and the seq 0. */
  readonly origin?: string;
}

/** An exchange that ingest could not make rows of, and that was not replayed with success since. */
export interface DeadLetterSummary extends DeadLetterId {
  readonly deadAt: string;
  readonly step: string;
  readonly reason: string;
  /** By ingest, and by replays. */
  readonly tries: number;
  readonly bytes: number;
}

export type Replayed = { readonly kind: 'replayed' } | { readonly kind: 'stillDead'; readonly reason: string };

export interface DeadLetters {
  /** Oldest first; all of them, or the one with this id. */
  list(only?: DeadLetterId): Promise<DeadLetterSummary[]>;
  /** Runs the steps again. Its rows carry the identity as their token, so that two replays are one. */
  replay(id: DeadLetterId): Promise<Replayed>;
  /** Gives it up for good, and posts that it was given up. */
  drop(id: DeadLetterId): Promise<void>;
}

const SAME = 'outbox_id = {id:String} AND seq = {seq:UInt64} AND origin = {origin:String}';
const OPEN = `FROM spendlens.dead_letters
  WHERE ({all:Bool} OR (${SAME}))
    AND (outbox_id, seq) NOT IN (
      SELECT outbox_id, seq FROM spendlens.attempts
      WHERE (outbox_id, seq) IN (SELECT outbox_id, seq FROM spendlens.dead_letters))`;

const paramsOf = (only: DeadLetterId | undefined) => ({
  all: only === undefined,
  id: only?.outboxId ?? '',
  seq: only?.seq ?? 0,
  origin: only?.origin ?? '',
});

export function createDeadLetters(warehouse: Warehouse, process: Process, now: () => Date): DeadLetters {
  const inserts = createInserts(warehouse);

  /** One more row of the same letter, without its bytes: what was tried, and what came of it. */
  async function noteTry(id: DeadLetterId, tries: number, step: string, reason: string): Promise<void> {
    const letter = { outbox_id: id.outboxId, seq: id.seq, origin: '', dead_at: now().toISOString(), event: '' };
    const token = `tried:${id.outboxId}:${id.seq}:${tries}`;
    await inserts.deadLetters([{ ...letter, step, reason: reason.toWellFormed().slice(0, 4096), tries }], token);
  }

  return {
    async list(only) {
      const rows = await warehouse.rows(letterRow, {
        text: `SELECT outbox_id, seq, origin, toString(min(dead_at)) AS first_at,
            argMax(step, dead_at) AS last_step, argMax(reason, dead_at) AS last_reason,
            max(dead_letters.tries) AS tries,
            max(intDiv(length(event) * 3, 4) - countSubstrings(event, '=')) AS bytes
          ${OPEN} GROUP BY outbox_id, seq, origin ORDER BY first_at, outbox_id, seq, origin`,
        params: paramsOf(only),
      });
      return rows.map((row) => ({
        outboxId: row.outbox_id,
        seq: row.seq,
        origin: row.origin,
        deadAt: row.first_at,
        step: row.last_step,
        reason: row.last_reason,
        tries: row.tries,
        bytes: row.bytes,
      }));
    },
    async replay(id) {
      const { outboxId, seq } = id;
      if (outboxId === '') {
        return { kind: 'stillDead', reason: 'without an identity nobody could tell whether its rows stand already' };
      }
      const [row] = await warehouse.rows(eventRow, {
        text: `SELECT max(event) AS event, max(dead_letters.tries) AS tries ${OPEN} HAVING count() > 0`,
        params: paramsOf(id),
      });
      if (!row) return { kind: 'stillDead', reason: 'no such dead letter, or it was replayed already' };
      const raw = { outboxId, seq, encoded: Buffer.from(row.event, 'base64') };
      const outcome = process({ raw, room: { left: Number.POSITIVE_INFINITY } });
      if (outcome.kind === 'deadLetter') {
        await noteTry(id, row.tries + 1, outcome.step, outcome.reason);
        return { kind: 'stillDead', reason: `${outcome.step}: ${outcome.reason}` };
      }
      const token = `replay:${outboxId}:${seq}`;
      await inserts.bodies(outcome.value.bodies, token);
      await inserts.attempts(outcome.value.attempts, token);
      return { kind: 'replayed' };
    },
    async drop(id) {
      const { outboxId, seq } = id;
      // No slice holds what has no identity, so nothing has to be posted for it.
      if (outboxId !== '') {
        const removal = { outbox_id: outboxId, exchanges: 0, dead_letters: 1, reason: `dropped dead letter ${seq}` };
        await inserts.removals([{ ...removal, removed_at: now().toISOString() }], `drop:${outboxId}:${seq}`);
      }
      await warehouse.run(
        `ALTER TABLE spendlens.dead_letters DELETE WHERE ${SAME} SETTINGS mutations_sync = 1`,
        paramsOf(id),
      );
    },
  };
}
