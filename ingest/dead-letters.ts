import { z } from 'zod';
import type { Warehouse } from '../clickhouse/client.ts';
import { createInserts } from '../clickhouse/inserts.ts';
import type { Process } from './prepare.ts';

const seq = z.coerce.number().int().nonnegative();
const letterRow = z.object({
  outbox_id: z.string(),
  seq,
  first_at: z.string(),
  last_step: z.string(),
  last_reason: z.string(),
  bytes: z.coerce.number(),
});
const eventRow = z.object({ event: z.string() });

export interface DeadLetterId {
  readonly outboxId: string;
  readonly seq: number;
}

/** An exchange that ingest could not make rows of, and that was not replayed with success since. */
export interface DeadLetterSummary extends DeadLetterId {
  readonly deadAt: string;
  readonly step: string;
  readonly reason: string;
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

/** Only letters of an outbox can be replayed: without an identity nobody could tell whether the rows stand already. */
const OPEN = `FROM spendlens.dead_letters
  WHERE outbox_id != '' AND ({id:String} = '' OR (outbox_id = {id:String} AND seq = {seq:UInt64}))
    AND (outbox_id, seq) NOT IN (
      SELECT outbox_id, seq FROM spendlens.attempts
      WHERE (outbox_id, seq) IN (SELECT outbox_id, seq FROM spendlens.dead_letters))`;

export function createDeadLetters(warehouse: Warehouse, process: Process, now: () => Date): DeadLetters {
  const inserts = createInserts(warehouse);

  return {
    async list(only) {
      const rows = await warehouse.rows(letterRow, {
        text: `SELECT outbox_id, seq, toString(min(dead_at)) AS first_at, argMax(step, dead_at) AS last_step,
            argMax(reason, dead_at) AS last_reason, max(length(event)) AS bytes
          ${OPEN} GROUP BY outbox_id, seq ORDER BY first_at, outbox_id, seq`,
        params: { id: only?.outboxId ?? '', seq: only?.seq ?? 0 },
      });
      return rows.map((row) => ({
        outboxId: row.outbox_id,
        seq: row.seq,
        deadAt: row.first_at,
        step: row.last_step,
        reason: row.last_reason,
        bytes: Math.floor((row.bytes * 3) / 4),
      }));
    },
    async replay({ outboxId, seq }) {
      const [row] = await warehouse.rows(eventRow, {
        text: `SELECT event ${OPEN} LIMIT 1`,
        params: { id: outboxId, seq },
      });
      if (!row) return { kind: 'stillDead', reason: 'no such dead letter, or it was replayed already' };
      const raw = { outboxId, seq, encoded: Buffer.from(row.event, 'base64') };
      const outcome = process({ raw, room: { left: Number.POSITIVE_INFINITY } });
      if (outcome.kind === 'deadLetter') return { kind: 'stillDead', reason: `${outcome.step}: ${outcome.reason}` };
      const token = `replay:${outboxId}:${seq}`;
      await inserts.bodies(outcome.value.bodies, token);
      await inserts.attempts(outcome.value.attempts, token);
      return { kind: 'replayed' };
    },
    async drop({ outboxId, seq }) {
      const removal = { outbox_id: outboxId, exchanges: 0, dead_letters: 1, reason: `dropped dead letter ${seq}` };
      await inserts.removals([{ ...removal, removed_at: now().toISOString() }], `drop:${outboxId}:${seq}`);
      await warehouse.run(
        `ALTER TABLE spendlens.dead_letters DELETE WHERE outbox_id = {id:String} AND seq = {seq:UInt64}
          SETTINGS mutations_sync = 1`,
        { id: outboxId, seq },
      );
    },
  };
}
