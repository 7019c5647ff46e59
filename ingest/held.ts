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

/** Where an outbox was due to go on before it came to `seq`: behind `from` and whatever the warehouse has below it. */
export function expectedBefore({ covered }: Held, from: number, seq: number): number {
  return Math.max(from, ...covered.filter(({ lastSeq }) => lastSeq < seq).map(({ lastSeq }) => lastSeq + 1));
}

/** The first seq from this one on that no delivered slice covers. */
export function skipCovered({ covered }: Held, from: number): number {
  let next = from;
  for (const { firstSeq, lastSeq } of covered) {
    if (firstSeq <= next && next <= lastSeq) next = lastSeq + 1;
  }
  return next;
}

export interface HeldQueries {
  beyond(outboxId: string, mark: number): Promise<Held>;
  /** Of these seqs the ones that stand as facts or as dead letters. */
  among(outboxId: string, firstSeq: number, lastSeq: number): Promise<Set<number>>;
  hasSlice(sliceId: string): Promise<boolean>;
}

/** Slices that join are one stretch: a worker that has run for months has millions of them. */
const SPANS = `SELECT min(first_seq) AS first_seq, max(last_seq) AS last_seq
  FROM (
    SELECT first_seq, last_seq, sum(apart) OVER (ORDER BY first_seq, last_seq ROWS UNBOUNDED PRECEDING) AS stretch
    FROM (
      SELECT first_seq, last_seq, first_seq > 1 + max(last_seq) OVER (
        ORDER BY first_seq, last_seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS apart
      FROM spendlens.slices WHERE outbox_id = {id:String} AND last_seq > {mark:UInt64}))
  GROUP BY stretch ORDER BY first_seq`;

/** What they answer decides which rows are written. */
const decisive = { decisive: true };

export function createHeldQueries(warehouse: Warehouse): HeldQueries {
  return {
    async beyond(outboxId, mark) {
      const params = { id: outboxId, mark };
      const spans = await warehouse.rows(span, { text: SPANS, params });
      const [top] = await warehouse.rows(
        highest,
        {
          text: `SELECT max(seq) AS seq FROM (
            SELECT seq FROM spendlens.attempts WHERE outbox_id = {id:String} AND seq > {mark:UInt64}
            UNION ALL SELECT seq FROM spendlens.dead_letters WHERE outbox_id = {id:String} AND seq > {mark:UInt64})`,
          params,
        },
        decisive,
      );
      return {
        covered: spans.map(({ first_seq, last_seq }) => ({ firstSeq: first_seq, lastSeq: last_seq })),
        upTo: Math.max(mark, top?.seq ?? 0),
      };
    },
    async among(outboxId, firstSeq, lastSeq) {
      const held = await warehouse.rows(
        heldSeq,
        {
          text: `SELECT DISTINCT seq FROM (
            SELECT seq FROM spendlens.attempts
            WHERE outbox_id = {id:String} AND seq BETWEEN {first:UInt64} AND {last:UInt64}
            UNION ALL SELECT seq FROM spendlens.dead_letters
            WHERE outbox_id = {id:String} AND seq BETWEEN {first:UInt64} AND {last:UInt64})`,
          params: { id: outboxId, first: firstSeq, last: lastSeq },
        },
        decisive,
      );
      return new Set(held.map((row) => row.seq));
    },
    async hasSlice(sliceId) {
      const [answer] = await warehouse.rows(
        found,
        {
          text: 'SELECT count() AS n FROM spendlens.slices WHERE slice_id = {id:String}',
          params: { id: sliceId },
        },
        decisive,
      );
      return (answer?.n ?? 0) > 0;
    },
  };
}

/** Returns `beyond(outboxId, mark)`: asks once of each outbox, when it is first seen. */
export function rememberBeyond(queries: Pick<HeldQueries, 'beyond'>): HeldQueries['beyond'] {
  const known = new Map<string, Held>();
  return async function beyond(outboxId, mark) {
    const answer = known.get(outboxId) ?? (await queries.beyond(outboxId, mark));
    known.set(outboxId, answer);
    return answer;
  };
}
