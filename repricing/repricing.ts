import { randomBytes } from 'node:crypto';
import type { Warehouse } from '../clickhouse/client.ts';
import { createConfigLog } from '../clickhouse/config-log.ts';
import { type Lease, takeLease } from '../clickhouse/lease.ts';
import { createPatience } from '../clickhouse/patience.ts';
import { SpendlensError } from '../domain/error.ts';
import type { RepricingDifference, RepricingJob, RepricingSelection } from '../domain/money-api.ts';
import type { Logger } from '../process/log.ts';
import { createDifference } from './difference.ts';
import { createJobs, type Job, type JobEntry } from './jobs.ts';
import { type Price, priceAgain } from './price-again.ts';
import { runJob } from './run-job.ts';
import { countCalls, type Place, scanBatch } from './scan.ts';

/** What the user says about prices, and how calls are priced by it. */
export interface RulesInForce {
  /** JSON that `pricer` understands. `changedAt` in milliseconds since 1970. */
  current(): Promise<{ readonly rules: unknown; readonly changedAt: number }>;
  pricer(rules: unknown): Price;
}

export interface RepricingParts {
  readonly warehouse: Warehouse;
  readonly rules: RulesInForce;
  readonly log: Logger;
  /** Names this process among those that may do the work. */
  readonly holder: string;
  readonly now?: () => number;
}

export interface PreviewOptions {
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

export interface Why {
  readonly who: string;
  readonly why: string;
}

export interface Repricing {
  /** What would change; nothing is written. */
  preview(selection: RepricingSelection, options: PreviewOptions): Promise<RepricingDifference>;
  /** Notes down a job, which `carryOn` does. @throws SpendlensError busy while another one is under way */
  begin(selection: RepricingSelection, why: Why): Promise<RepricingJob>;
  /** The same for a job back to the figures before `id`. @throws SpendlensError not_found, request_invalid or busy */
  undo(id: string, why: Why): Promise<RepricingJob>;
  /**
   * Does what is noted down and not done, whoever began it; null where there is nothing, or where another process is
   * at it.
   */
  carryOn(signal: AbortSignal, moved?: (job: Job) => void | Promise<void>): Promise<RepricingJob | null>;
  list(): Promise<RepricingJob[]>;
  get(id: string): Promise<RepricingJob>;
}

/** How long ingest may go on with the rules of before. */
const RELOAD_MS = 15_000;
const RENEW_MS = 15_000;

export function createRepricing({ warehouse, rules, log, holder, now = Date.now }: RepricingParts): Repricing {
  const jobs = createJobs(warehouse, now);
  const leases = createConfigLog(warehouse, now);
  const takeTurn = () => takeLease(leases, 'repricing', holder, now);

  /** What must not happen twice at once: whoever is at work on a job has the same lease. */
  async function inTurn(work: (known: readonly Job[]) => Promise<Job>): Promise<RepricingJob> {
    // A replica would look the new figures up in its own memory, where they are not.
    if (warehouse.replicated) {
      throw new SpendlensError(
        'request_invalid',
        'calls cannot be priced again on replicated tables (CLICKHOUSE_CLUSTER)',
      );
    }
    const lease = await takeTurn();
    const known = await jobs.list();
    try {
      if (lease === null || known.some(isUnderWay)) {
        throw new SpendlensError('busy', 'calls are being priced again already: wait until that is done');
      }
      return await described(await work(known));
    } finally {
      await lease?.release();
    }
  }

  async function described(job: Job): Promise<RepricingJob> {
    const [answer] = await jobs.describe([job]);
    if (!answer) throw new SpendlensError('not_found', `there is no repricing ${job.id}`);
    return answer;
  }

  const newId = () => `${new Date(now()).toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  const firstEntry = (total: number): JobEntry => ({
    state: 'planning',
    progress: { round: 1, startedAt: now(), since: 0, batch: 0, firstBatch: 0, place: null, chunks: 0 },
    done: 0,
    total,
    message: '',
  });

  async function run(job: Job, lease: Lease, signal: AbortSignal, moved: (job: Job) => void | Promise<void>) {
    let held = lease;
    const guard = async () => {
      if (held.until - now() < RENEW_MS) held = await held.renew();
    };
    const patiently = createPatience(log, signal);
    try {
      const price = rules.pricer(job.task.rules);
      return await runJob({ warehouse, jobs, patiently, price, signal, guard, moved, now }, job);
    } catch (error) {
      if (signal.aborted || (error instanceof SpendlensError && error.code === 'stale')) throw error;
      const latest = await jobs.get(job.id);
      // Once rows are being changed there is only forwards: whoever carries on tries again.
      if (latest.state !== 'planning') throw error;
      return await jobs.say(latest, {
        state: 'failed',
        message: String(error instanceof Error ? error.message : error),
      });
    } finally {
      // Where that fails, the lease runs out by itself.
      await held.release().catch(() => undefined);
    }
  }

  return {
    async preview(selection, { signal, progress }) {
      const { rules: current } = await rules.current();
      const price = rules.pricer(current);
      const range = { selection, since: 0 };
      const difference = createDifference();
      const total = await countCalls(warehouse, range);
      let done = 0;
      for (let place: Place | null = null, more = true; more; ) {
        signal.throwIfAborted();
        const { exchanges, next } = await scanBatch(warehouse, range, place);
        for (const rows of exchanges) {
          difference.add(priceAgain(rows, selection, price));
          done += rows.length;
        }
        progress(done, Math.max(total, done));
        place = next;
        more = next !== null;
      }
      return difference.answer();
    },
    begin: (selection, why) =>
      inTurn(async () => {
        const { rules: current, changedAt } = await rules.current();
        const total = await countCalls(warehouse, { selection, since: 0 });
        const task = { selection, rules: current, settledAt: changedAt + RELOAD_MS };
        return jobs.begin({ id: newId(), undoes: '', ...why, task }, firstEntry(total));
      }),
    undo: (id, why) =>
      inTurn(async (known) => {
        const undone = undoable(known, id);
        const task = { ...undone.task, settledAt: 0 };
        return jobs.begin({ id: newId(), undoes: id, ...why, task }, firstEntry(0));
      }),
    async carryOn(signal, moved = () => undefined) {
      if (!(await jobs.list()).some(isUnderWay)) return null;
      const lease = await takeTurn();
      if (lease === null) return null;
      const job = (await jobs.list()).find(isUnderWay);
      if (job) return described(await run(job, lease, signal, moved));
      await lease.release();
      return null;
    },
    list: async () => jobs.describe(await jobs.list()),
    get: async (id) => described(await jobs.get(id)),
  };
}

const isUnderWay = ({ state }: Job) => state === 'planning' || state === 'applying';

/**
 * The job that may be undone: those after it that still stand have to go first, or the figures of before would cover
 * theirs.
 */
function undoable(known: readonly Job[], id: string): Job {
  const refuse = (message: string) => new SpendlensError('request_invalid', message);
  const done = known.filter(({ state }) => state === 'done');
  const job = done.find((each) => each.id === id);
  if (!job) throw new SpendlensError('not_found', `there is no repricing ${id} that is done`);
  const undoneBy = done.find(({ undoes }) => undoes === id);
  if (undoneBy) throw refuse(`${id} is undone already, by ${undoneBy.id}`);
  const undone = new Set(done.map(({ undoes }) => undoes));
  const later = done.find((each) => each.startedAt > job.startedAt && each.undoes === '' && !undone.has(each.id));
  if (later) throw refuse(`${later.id} came after ${id} and may have changed the same calls: undo that one first`);
  return job;
}
