import { z } from 'zod';
import type { Warehouse } from '../clickhouse/client.ts';

/** 64-bit integers come as text. */
const seq = z.coerce.number().int().nonnegative();
const span = z.object({ first_seq: seq, last_seq: seq });
const highest = z.object({ seq });
const heldSeq = z.object({ seq });
const found = z.object({ n: seq });

/** What the warehouse holds of one outbox beyond what we remember of it. */
export interface Held {
  /** Delivered completely, since a slice's own row goes last. In order. */
  readonly covered: readonly { readonly firstSeq: number; readonly lastSeq: number }[];
  /** No row with a higher seq stands there. */
  readonly upTo: number;
}

export interface HeldQueries {
  beyond(outboxId: string, mark: number): Promise<Held>;
  /** Of these seqs the ones that stand as facts or as dead letters. */
  among(outboxId: string, firstSeq: number, lastSeq: number): Promise<Set<number>>;
  hasSlice(sliceId: string): Promise<boolean>;
}

export function createHeldQueries(warehouse: Warehouse): HeldQueries {
  return {
    async beyond(outboxId, mark) {
      const params = { id: outboxId, mark };
      const spans = await warehouse.rows(span, {
        text: `SELECT DISTINCT first_seq, last_seq FROM spendlens.slices
          WHERE outbox_id = {id:String} AND last_seq > {mark:UInt64} ORDER BY first_seq`,
        params,
      });
      const [top] = await warehouse.rows(highest, {
        text: `SELECT max(seq) AS seq FROM (
            SELECT seq FROM spendlens.attempts WHERE outbox_id = {id:String} AND seq > {mark:UInt64}
            UNION ALL SELECT seq FROM spendlens.dead_letters WHERE outbox_id = {id:String} AND seq > {mark:UInt64})`,
        params,
      });
      return {
        covered: spans.map(({ first_seq, last_seq }) => ({ firstSeq: first_seq, lastSeq: last_seq })),
        upTo: Math.max(mark, top?.seq ?? 0),
      };
    },
    async among(outboxId, firstSeq, lastSeq) {
      const held = await warehouse.rows(heldSeq, {
        text: `SELECT DISTINCT seq FROM (
            SELECT seq FROM spendlens.attempts
            WHERE outbox_id = {id:String} AND seq BETWEEN {first:UInt64} AND {last:UInt64}
            UNION ALL SELECT seq FROM spendlens.dead_letters
            WHERE outbox_id = {id:String} AND seq BETWEEN {first:UInt64} AND {last:UInt64})`,
        params: { id: outboxId, first: firstSeq, last: lastSeq },
      });
      return new Set(held.map((row) => row.seq));
    },
    async hasSlice(sliceId) {
      const [answer] = await warehouse.rows(found, {
        text: 'SELECT count() AS n FROM spendlens.slices WHERE slice_id = {id:String}',
        params: { id: sliceId },
      });
      return (answer?.n ?? 0) > 0;
    },
  };
}
