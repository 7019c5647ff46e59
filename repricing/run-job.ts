import { setTimeout as sleep } from 'node:timers/promises';
import type { Warehouse } from '../clickhouse/client.ts';
import type { Patience } from '../clickhouse/patience.ts';
import { applyChunk, type Chunk, cutChunks } from './apply.ts';
import type { Job, JobEntry, Jobs } from './jobs.ts';
import { planBatch, planUndo } from './plan.ts';
import type { Price } from './price-again.ts';
import { countCalls } from './scan.ts';

export interface JobParts {
  readonly warehouse: Warehouse;
  readonly jobs: Jobs;
  readonly patiently: Patience;
  /** By the rules that the job keeps. */
  readonly price: Price;
  readonly signal: AbortSignal;
  /** Called before everything that writes. @throws where somebody else has taken the job over */
  readonly guard: () => Promise<void>;
  /** Called whenever the job got on. */
  readonly moved: (job: Job) => void | Promise<void>;
  readonly now: () => number;
}

/** Rows may come to stand a while after the moment that they carry. */
const MARGIN_MS = 60_000;
/** Calls that go on arriving at other prices than the job's do so for a reason that no further round mends. */
const MAX_ROUNDS = 20;

/**
 * Brings a job to its end, from wherever it stands. A round plans every correction before it applies the first one,
 * so that the plan is the same however often the work is interrupted; the next round looks at what arrived meanwhile,
 * and the job is done when a round finds nothing to change.
 */
export async function runJob(parts: JobParts, begun: Job): Promise<Job> {
  const { jobs, patiently, signal, guard, moved } = parts;
  let job = begun;

  async function say(entry: Partial<JobEntry>): Promise<void> {
    await patiently(guard);
    job = await patiently(() => jobs.say(job, entry));
    await moved(job);
  }

  async function plan(): Promise<void> {
    while (job.state === 'planning') {
      signal.throwIfAborted();
      await patiently(guard);
      const step = await patiently(() => (job.undoes === '' ? planCalls(parts, job) : planOpposite(parts, job)));
      const progress = { ...job.progress, place: step.next, batch: job.progress.batch + 1 };
      const done = job.done + step.calls;
      if (step.ended)
        await say({ state: 'applying', progress, done: 0, total: await patiently(() => due(parts, job)) });
      else await say({ progress, done });
    }
  }

  async function apply(): Promise<boolean> {
    const chunks = await patiently(() => cutChunks(parts.warehouse, job.id, job.progress.firstBatch));
    for (const chunk of chunks.slice(job.progress.chunks)) {
      await patiently(guard);
      await patiently(() => applyChunk(parts.warehouse, chunk, signal));
      await say({ progress: { ...job.progress, chunks: job.progress.chunks + 1 }, done: job.done + chunk.rows });
    }
    return chunks.length > 0;
  }

  async function nextRound(): Promise<void> {
    const { task, progress } = job;
    const pause = task.settledAt - parts.now();
    if (pause > 0) await sleep(pause, undefined, { signal });
    const startedAt = parts.now();
    const since = progress.startedAt - MARGIN_MS;
    const total = await patiently(() => countCalls(parts.warehouse, { selection: task.selection, since }));
    const { round, batch } = progress;
    const next = { round: round + 1, startedAt, since, batch, firstBatch: batch, place: null, chunks: 0 };
    await say({ state: 'planning', progress: next, done: 0, total });
  }

  while (job.state === 'planning' || job.state === 'applying') {
    await plan();
    const changed = await apply();
    const due = job.undoes === '' && (changed || job.progress.round === 1);
    if (due && job.progress.round < MAX_ROUNDS) await nextRound();
    else await say({ state: 'done', message: due ? STILL_COMING : '' });
  }
  return job;
}

const STILL_COMING = 'calls still arrive at other prices: price again those from after this';

interface Step {
  readonly calls: number;
  readonly next: Job['progress']['place'];
  readonly ended: boolean;
}

async function planCalls({ warehouse, price }: JobParts, job: Job): Promise<Step> {
  const { calls, next } = await planBatch(warehouse, job, price);
  return { calls, next, ended: next === null };
}

async function planOpposite({ warehouse }: JobParts, job: Job): Promise<Step> {
  const chunks = await cutChunks(warehouse, job.undoes, job.progress.batch);
  const last = chunks.at(-1)?.lastBatch ?? -1;
  if (job.progress.batch <= last) await planUndo(warehouse, job);
  return { calls: 0, next: null, ended: job.progress.batch >= last };
}

async function due({ warehouse }: JobParts, job: Job): Promise<number> {
  const chunks: Chunk[] = await cutChunks(warehouse, job.id, job.progress.firstBatch);
  return chunks.reduce((sum, { rows }) => sum + rows, 0);
}
