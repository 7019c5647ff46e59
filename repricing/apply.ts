import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Warehouse } from '../clickhouse/client.ts';
import { SpendlensError } from '../domain/error.ts';

/** Corrections that one mutation brings into the rows. */
export interface Chunk {
  readonly job: string;
  readonly firstBatch: number;
  readonly lastBatch: number;
  readonly rows: number;
  /** Times of arrival in milliseconds since 1970, both ends included. */
  readonly from: number;
  readonly to: number;
}

/** The new figures of a chunk stand in memory while it is applied: about a kilobyte each. */
const CHUNK_ROWS = 200_000;
const POLL_MS = 100;
const STUCK_MS = 60_000;

const int = z.coerce.number();
const batchRow = z.object({ batch: int, rows: int, from: int, to: int });
const mutationRow = z.object({ is_done: int, latest_fail_reason: z.string() });
const checkRow = z.object({ due: int, right: int });

/** The corrections from batch `firstBatch` on, in pieces: the same ones, whoever cuts them. */
export async function cutChunks(warehouse: Warehouse, job: string, firstBatch: number): Promise<Chunk[]> {
  const batches = await warehouse.rows(batchRow, {
    text: `SELECT batch, count() AS rows, toUnixTimestamp64Milli(min(created_at)) AS from,
        toUnixTimestamp64Milli(max(created_at)) AS to
      FROM spendlens.corrections WHERE job_id = {job:String} AND batch >= {first:UInt32} GROUP BY batch ORDER BY batch`,
    params: { job, first: firstBatch },
  });
  const chunks: Chunk[] = [];
  for (const { batch, rows, from, to } of batches) {
    const last = chunks.at(-1);
    if (last && last.rows + rows <= CHUNK_ROWS) {
      chunks[chunks.length - 1] = {
        ...last,
        lastBatch: batch,
        rows: last.rows + rows,
        from: Math.min(from, last.from),
        to: Math.max(to, last.to),
      };
    } else chunks.push({ job, firstBatch: batch, lastBatch: batch, rows, from, to });
  }
  return chunks;
}

/**
 * Writes the new figures of a chunk into its rows and looks whether they stand there. A mutation that an earlier run
 * began is waited for; one that found its figures gone, since the engine died over them, is begun again.
 */
export async function applyChunk(warehouse: Warehouse, chunk: Chunk, signal: AbortSignal): Promise<void> {
  const mark = `${chunk.job}/${chunk.firstBatch}/`;
  await settle(warehouse, mark, signal);
  for (let tries = 0; !(await stands(warehouse, chunk)); tries++) {
    if (tries === 3) throw new SpendlensError('warehouse_refused', `the figures of ${mark} do not come to stand`);
    await fill(warehouse, chunk, mark);
    await mutate(warehouse, chunk, mark);
    await settle(warehouse, mark, signal);
  }
  await warehouse.run('ALTER TABLE spendlens.repricing_values DELETE WHERE startsWith(key, {mark:String})', { mark });
}

const paramsOf = ({ job, firstBatch, lastBatch, from, to }: Chunk) => ({ job, firstBatch, lastBatch, from, to });
const OWN = 'job_id = {job:String} AND batch BETWEEN {firstBatch:UInt32} AND {lastBatch:UInt32}';
const KEY = "concat({mark:String}, toString(outbox_id), ' ', toString(seq), ' ', toString(attempt))";
const WITHIN =
  "created_at BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')";

const figures = [
  'cost_usd',
  'cost_status',
  'cost_breakdown',
  'price_version',
  'total_cost_usd',
  'total_cost_status',
] as const;

async function fill(warehouse: Warehouse, chunk: Chunk, mark: string): Promise<void> {
  await warehouse.run(
    `INSERT INTO spendlens.repricing_values (key, hit, ${figures.join(', ')})
    SELECT ${KEY}, 1, ${figures.map((name) => `new_${name}`).join(', ')} FROM spendlens.corrections WHERE ${OWN}`,
    { ...paramsOf(chunk), mark },
  );
}

async function mutate(warehouse: Warehouse, chunk: Chunk, mark: string): Promise<void> {
  const look = (name: string) => `joinGet('spendlens.repricing_values', '${name}', ${KEY})`;
  await warehouse.run(
    `ALTER TABLE spendlens.attempts UPDATE corrected = true, ${figures.map((name) => `${name} = ${look(name)}`).join(', ')}
    WHERE ${WITHIN} AND ${look('hit')} = 1
    SETTINGS mutations_sync = 0, allow_nondeterministic_mutations = 1`,
    { ...paramsOf(chunk), mark },
  );
}

/** Waits until no mutation that carries the mark is under way. */
async function settle(warehouse: Warehouse, mark: string, signal: AbortSignal): Promise<void> {
  let failingSince: number | null = null;
  for (;;) {
    const running = await warehouse.rows(mutationRow, {
      text: `SELECT is_done, latest_fail_reason FROM system.mutations
        WHERE database = 'spendlens' AND table = 'attempts' AND NOT is_done AND position(command, {mark:String}) > 0`,
      params: { mark },
    });
    if (running.length === 0) return;
    const reason = running.find(({ latest_fail_reason }) => latest_fail_reason !== '')?.latest_fail_reason;
    failingSince = reason === undefined ? null : (failingSince ?? Date.now());
    if (failingSince !== null && Date.now() - failingSince > STUCK_MS) {
      throw new SpendlensError('warehouse_refused', `the warehouse cannot change the rows of ${mark}: ${reason}`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** True where every row of the chunk that still is there carries its new figures. */
async function stands(warehouse: Warehouse, chunk: Chunk): Promise<boolean> {
  const [row] = await warehouse.rows(checkRow, {
    text: `SELECT count() AS due, countIf(
        corrected AND cost_status = new_cost_status AND total_cost_status = new_total_cost_status
        AND ifNull(cost_usd = new_cost_usd, isNull(cost_usd) AND isNull(new_cost_usd))
        AND ifNull(total_cost_usd = new_total_cost_usd, isNull(total_cost_usd) AND isNull(new_total_cost_usd))) AS right
      FROM (SELECT outbox_id, seq, attempt, corrected, cost_usd, cost_status, total_cost_usd, total_cost_status
        FROM spendlens.attempts WHERE ${WITHIN}) AS rows
      INNER JOIN (SELECT outbox_id, seq, attempt, new_cost_usd, new_cost_status, new_total_cost_usd, new_total_cost_status
        FROM spendlens.corrections WHERE ${OWN}) AS wanted USING (outbox_id, seq, attempt)`,
    params: paramsOf(chunk),
  });
  return row === undefined || row.due === row.right;
}
