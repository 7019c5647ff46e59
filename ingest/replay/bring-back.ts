import { z } from 'zod';
import type { Warehouse } from '../../clickhouse/client.ts';
import { createInserts } from '../../clickhouse/inserts.ts';
import type { RawEvent } from '../event.ts';
import { createHeldQueries, type Held, skipCovered } from '../held.ts';
import type { Prepare, SliceRows } from '../prepare.ts';
import type { Slice } from '../slice.ts';

export interface BroughtBack {
  readonly exchanges: number;
  readonly deadLetters: number;
  /** Covered by a slice and not standing, in outboxes of which rows were removed on purpose: nobody knows which. */
  readonly leftOut: number;
}

const partRow = z.object({ seq: z.coerce.number(), standing: z.array(z.number()) });
const removalRow = z.object({ reason: z.string() });
const DROPPED = /^dropped dead letter (\d+)$/;

/** What was taken out of an outbox on purpose. */
interface Removed {
  readonly seqs: ReadonlySet<number>;
  /** Others than those, by retention, erasure or the removal of demo rows. */
  readonly more: boolean;
}

/**
 * Returns `bringBack(events)`: inserts what of them the warehouse lacks. Where a slice's row says that they were
 * delivered, rows alone, so that they are not counted twice; elsewhere with a slice's row of their own. The tokens are
 * fresh: under the old ones, which the warehouse remembers though the rows are gone, it would drop them.
 */
export function createBringBack(warehouse: Warehouse, prepare: Prepare, freshToken: () => string) {
  const held = createHeldQueries(warehouse);
  const inserts = createInserts(warehouse);
  const removed = new Map<string, Removed>();

  async function removedOf(outboxId: string): Promise<Removed> {
    const known = removed.get(outboxId);
    if (known) return known;
    const rows = await warehouse.rows(removalRow, {
      text: 'SELECT reason FROM spendlens.removals WHERE outbox_id = {id:String}',
      params: { id: outboxId },
    });
    const seqs = rows.map(({ reason }) => Number(DROPPED.exec(reason)?.[1] ?? Number.NaN));
    const found = { seqs: new Set(seqs.filter((seq) => !Number.isNaN(seq))), more: seqs.some(Number.isNaN) };
    removed.set(outboxId, found);
    return found;
  }

  /** Of exchanges that stand in parts, the attempts that do. */
  async function partsOf(
    outboxId: string,
    first: number,
    last: number,
  ): Promise<ReadonlyMap<number, readonly number[]>> {
    const rows = await warehouse.rows(partRow, {
      text: `SELECT seq, groupUniqArray(attempt) AS standing FROM spendlens.attempts
        WHERE outbox_id = {id:String} AND seq BETWEEN {first:UInt64} AND {last:UInt64}
        GROUP BY seq HAVING uniqExact(attempt) < greatest(max(attempts), 1)`,
      params: { id: outboxId, first, last },
    });
    return new Map(rows.map(({ seq, standing }) => [seq, standing]));
  }

  async function insert(rows: SliceRows): Promise<void> {
    const token = freshToken();
    await inserts.bodies(rows.bodies, token);
    await inserts.deadLetters(rows.deadLetters, token);
    await inserts.attempts(rows.attempts, token);
    await inserts.slices(rows.slices, token);
  }

  /** Of one outbox, in order, each once. */
  async function ofOutbox(outboxId: string, events: readonly RawEvent[]): Promise<BroughtBack> {
    const [first, last] = [events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0];
    const [standing, parts, spans, gone] = await Promise.all([
      held.among(outboxId, first, last),
      partsOf(outboxId, first, last),
      held.beyond(outboxId, first - 1),
      removedOf(outboxId),
    ]);
    const { covered, uncovered } = Object.groupBy(events, ({ seq }) =>
      isCovered(spans, seq) ? 'covered' : 'uncovered',
    );
    const lacking = (covered ?? []).filter(({ seq }) => !standing.has(seq) && !gone.seqs.has(seq));
    const made: SliceRows[] = [];
    if (!gone.more) made.push(await prepare(sliceOf([]), lacking, new Map()));
    for (const stretch of stretchesOf(uncovered ?? [])) {
      made.push(await prepare(sliceOf(stretch), stretch, new Map([[outboxId, standing]])));
    }
    const broken = gone.more ? [] : events.filter(({ seq }) => parts.has(seq));
    const mended = await prepare(sliceOf([]), broken, new Map());
    const lacks = ({ seq, attempt }: { seq: number; attempt: number }) => !parts.get(seq)?.includes(attempt);
    made.push({ ...mended, attempts: mended.attempts.filter(lacks), bodies: mended.bodies.filter(lacks) });
    for (const rows of made) await insert(rows);
    return {
      exchanges: sum(made.map(({ attempts }) => new Set(attempts.map(({ seq }) => seq)).size)),
      deadLetters: sum(made.map(({ deadLetters }) => deadLetters.length)),
      leftOut: gone.more ? lacking.length : 0,
    };
  }

  return async function bringBack(events: readonly RawEvent[]): Promise<BroughtBack> {
    const outboxes = Map.groupBy(events, ({ outboxId }) => outboxId);
    const total = { exchanges: 0, deadLetters: 0, leftOut: 0 };
    for (const [outboxId, all] of outboxes) {
      const once = new Map(all.map((event) => [event.seq, event]));
      const back = await ofOutbox(
        outboxId,
        [...once.values()].sort((one, other) => one.seq - other.seq),
      );
      total.exchanges += back.exchanges;
      total.deadLetters += back.deadLetters;
      total.leftOut += back.leftOut;
    }
    return total;
  };
}

const isCovered = (spans: Held, seq: number) => skipCovered(spans, seq) > seq;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function sliceOf(stretch: readonly RawEvent[]): Slice {
  const [first, last] = [stretch[0], stretch.at(-1)];
  const ranges = first && last ? [{ outboxId: first.outboxId, firstSeq: first.seq, lastSeq: last.seq }] : [];
  return { ranges, gaps: [], ask: true, condemned: '' };
}

function stretchesOf(events: readonly RawEvent[]): RawEvent[][] {
  const stretches: RawEvent[][] = [];
  for (const event of events) {
    const current = stretches.at(-1);
    if (current?.at(-1)?.seq === event.seq - 1) current.push(event);
    else stretches.push([event]);
  }
  return stretches;
}
