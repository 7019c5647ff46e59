import { z } from 'zod';
import type { Warehouse } from '../client.ts';
import { render, type Sql, sql, text, whole } from './fragment.ts';
import { type Joined, joinSlices } from './slices.ts';

/** One outbox: what its slices say was delivered, against what stands in the tables. */
export interface OutboxAccount extends Joined {
  readonly outboxId: string;
  readonly exchanges: number;
  /** Those whose exchange does not stand, be it that they were never replayed. */
  readonly deadLetters: number;
  readonly removed: number;
  /** Delivered but nowhere to be found; below 0 where more stands than was delivered. */
  readonly missing: number;
  /** Rows that say the same exchange once more. */
  readonly duplicated: number;
  /** Rows of attempts too many, or below 0 too few, for their exchanges. */
  readonly attemptsOff: number;
}

export interface Completeness {
  readonly complete: boolean;
  readonly outboxes: readonly OutboxAccount[];
  /** Sequence numbers that ingest saw skipped. */
  readonly gaps: number;
  /** All that are not settled, those without identity among them. */
  readonly deadLetters: number;
  readonly lostExchanges: number;
  readonly lostBodies: number;
}

const int = z.coerce.number();
const sliceRow = z.object({
  outbox_id: z.string(),
  first_seq: int,
  last_seq: int,
  exchanges: int,
  dead_letters: int,
  lost_exchanges: int,
  lost_bodies: int,
});
const factsRow = z.object({
  outbox_id: z.string(),
  last: int,
  finals: int,
  identities: int,
  calls: int,
  due_calls: int,
});
const letterRow = z.object({ outbox_id: z.string(), last: int, letters: int });
const removalRow = z.object({ outbox_id: z.string(), exchanges: int, dead_letters: int });
const gapRow = z.object({ gaps: int });

type Facts = z.infer<typeof factsRow>;
type Letters = z.infer<typeof letterRow>;

const noFacts: Facts = { outbox_id: '', last: 0, finals: 0, identities: 0, calls: 0, due_calls: 0 };
const noLetters: Letters = { outbox_id: '', last: 0, letters: 0 };

/**
 * Whether nothing is missing and nothing stands twice: the slices of each outbox join without a gap, and what they
 * delivered equals the rows. Sequence numbers run from 1 to the last slice's end, so as many distinct ones as were
 * delivered are all of them. What came after the last slice is under way and not judged.
 */
export async function askCompleteness(warehouse: Warehouse): Promise<Completeness> {
  const ask = <Row>(row: z.ZodType<Row>, question: Sql) => warehouse.rows(row, render(question));
  // Slices first: ingest writes them last, so every row that they count is there when the tables are read.
  const slices = Map.groupBy(await ask(sliceRow, sql`SELECT * FROM spendlens.slices`), ({ outbox_id }) => outbox_id);
  const [facts, letters, removals, gaps] = await Promise.all([
    ask(factsRow, factsQuery(sql`true`)),
    ask(letterRow, lettersQuery(sql`true`)),
    ask(removalRow, REMOVALS),
    ask(gapRow, sql`SELECT sum(found_seq - expected_seq) AS gaps FROM spendlens.gaps`),
  ]);

  const outboxes: OutboxAccount[] = [];
  for (const [outboxId, rows] of slices) {
    const joined = joinSlices(rows.map(sliceOf));
    const until = sql`outbox_id = ${text(outboxId)} AND seq <= ${whole(joined.lastSeq)}`;
    const own = <Row extends { outbox_id: string }>(all: readonly Row[]) =>
      all.find(({ outbox_id }) => outbox_id === outboxId);
    // Only an outbox that is being written to has rows beyond its last slice and needs a second look.
    const upTo = async <Row extends { outbox_id: string; last: number }>(
      row: z.ZodType<Row>,
      found: Row | undefined,
      again: Sql,
    ) => (found !== undefined && found.last > joined.lastSeq ? (await ask(row, again))[0] : found);
    const taken = own(removals);
    outboxes.push(
      accountOf(
        outboxId,
        joined,
        (await upTo(factsRow, own(facts), factsQuery(until))) ?? noFacts,
        (await upTo(letterRow, own(letters), lettersQuery(until))) ?? noLetters,
        (taken?.exchanges ?? 0) + (taken?.dead_letters ?? 0),
      ),
    );
  }
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const skipped = gaps[0]?.gaps ?? 0;
  return {
    complete: skipped === 0 && outboxes.every(isWhole),
    outboxes,
    gaps: skipped,
    deadLetters: sum(letters.map((each) => each.letters)),
    lostExchanges: sum(outboxes.map((each) => each.lostExchanges)),
    lostBodies: sum(outboxes.map((each) => each.lostBodies)),
  };
}

export function isWhole(account: OutboxAccount): boolean {
  const { holes, missing, duplicated, attemptsOff } = account;
  return holes.length === 0 && missing === 0 && duplicated === 0 && attemptsOff === 0 && account.uneven === 0;
}

function accountOf(
  outboxId: string,
  joined: Joined,
  facts: Facts,
  { letters }: Letters,
  removed: number,
): OutboxAccount {
  return {
    ...joined,
    outboxId,
    exchanges: facts.identities,
    deadLetters: letters,
    removed,
    missing: joined.delivered - removed - facts.identities - letters,
    duplicated: facts.finals - facts.identities,
    attemptsOff: facts.calls - facts.due_calls,
  };
}

/** Bitmaps count distinct numbers exactly, and dense ones, as these are, in next to no memory. */
function factsQuery(where: Sql): Sql {
  return sql`SELECT outbox_id, max(seq) AS last, countIf(final) AS finals, groupBitmapIf(seq, final) AS identities,
  count() AS calls, sumIf(greatest(attempts, 1), final) AS due_calls
FROM spendlens.attempts
WHERE ${where}
GROUP BY outbox_id`;
}

/** Dead letters whose exchange does not stand: one that was replayed with success is settled. */
function lettersQuery(where: Sql): Sql {
  return sql`SELECT outbox_id, max(seq) AS last, if(outbox_id = '', count(), uniqExact(seq)) AS letters
FROM spendlens.dead_letters
WHERE ${where} AND (outbox_id, seq) NOT IN (
  SELECT outbox_id, seq FROM spendlens.attempts
  WHERE final AND (outbox_id, seq) IN (SELECT outbox_id, seq FROM spendlens.dead_letters)
)
GROUP BY outbox_id`;
}

const REMOVALS = sql`SELECT outbox_id, sum(exchanges) AS exchanges, sum(dead_letters) AS dead_letters
FROM spendlens.removals
GROUP BY outbox_id`;

const sliceOf = (row: z.infer<typeof sliceRow>) => ({
  first: row.first_seq,
  last: row.last_seq,
  exchanges: row.exchanges,
  deadLetters: row.dead_letters,
  lostExchanges: row.lost_exchanges,
  lostBodies: row.lost_bodies,
});
