import type { Warehouse } from '../clickhouse/client.ts';
import type { CorrectionRow } from './call-row.ts';
import type { Job } from './jobs.ts';
import { type Price, priceAgain } from './price-again.ts';
import { scanBatch } from './scan.ts';

/** What a step of planning came to. */
export interface Planned {
  /** Rows of `attempts` that were looked at. */
  readonly calls: number;
  readonly next: Job['progress']['place'];
}

/**
 * Prices the next batch of calls and keeps what changes. The batch's number is its token: whoever plans it a second
 * time, after a death in between, changes nothing.
 */
export async function planBatch(warehouse: Warehouse, job: Job, price: Price): Promise<Planned> {
  const { selection } = job.task;
  const { since, place } = job.progress;
  const { exchanges, next } = await scanBatch(warehouse, { selection, since }, place);
  const corrections = exchanges.flatMap((rows) => priceAgain(rows, selection, price).corrections);
  await keep(warehouse, job, corrections);
  return { calls: exchanges.reduce((sum, rows) => sum + rows.length, 0), next };
}

async function keep(warehouse: Warehouse, job: Job, corrections: readonly CorrectionRow[]): Promise<void> {
  const { batch } = job.progress;
  const corrected_at = (job.startedAt / 1000).toFixed(3);
  const rows = corrections.map((row) => ({ job_id: job.id, batch, corrected_at, ...row }));
  await warehouse.insert('spendlens.corrections', rows, tokenOf(job));
}

/**
 * The opposite of a batch of the job that is undone. One block, as the batch was, so that its token counts.
 */
export async function planUndo(warehouse: Warehouse, job: Job): Promise<void> {
  await warehouse.insertSelected(
    `INSERT INTO spendlens.corrections
      (job_id, batch, corrected_at, request_id, created_at, kind, provider, model, outbox_id, seq, attempt, final,
       ${swapped.flatMap((name) => [`old_${name}`, `new_${name}`]).join(', ')})
    SELECT {job:String}, batch, fromUnixTimestamp64Milli({at:Int64}, 'UTC'), request_id, created_at, kind, provider,
       model, outbox_id, seq, attempt, final, ${swapped.flatMap((name) => [`new_${name}`, `old_${name}`]).join(', ')}
    FROM spendlens.corrections WHERE job_id = {undone:String} AND batch = {batch:UInt32}`,
    {
      job: job.id,
      undone: job.undoes,
      batch: job.progress.batch,
      at: job.startedAt,
    },
    tokenOf(job),
  );
}

const swapped = ['cost_usd', 'cost_status', 'cost_breakdown', 'price_version', 'total_cost_usd', 'total_cost_status'];

const tokenOf = (job: Job) => `corrections:${job.id}:${job.progress.batch}`;
