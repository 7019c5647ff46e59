import { z } from 'zod';
import type { Warehouse } from '../clickhouse/client.ts';
import { SpendlensError } from '../domain/error.ts';
import { type RepricingJob, repricingSelection } from '../domain/money-api.ts';
import { place } from './scan.ts';

/** What a job is to do, settled when it begins, so that whoever goes on with it does the same. */
const task = z.object({
  selection: repricingSelection,
  /** PriceRules: the overrides and aliases of that moment. */
  rules: z.unknown(),
  /** Milliseconds since 1970 from which on ingest prices by these rules too. */
  settledAt: z.number(),
});
export type Task = z.infer<typeof task>;

/** How far it has got. A round plans what is wrong and applies it; the next one looks at what arrived meanwhile. */
export const progress = z.object({
  round: z.number().int(),
  /** Milliseconds since 1970: when this round's scan began, and from when on rows count as new to it. */
  startedAt: z.number(),
  since: z.number(),
  /** Number of the next batch of corrections, and the first one of this round. */
  batch: z.number().int(),
  firstBatch: z.number().int(),
  place: place.nullable(),
  /** Chunks of this round that are applied. */
  chunks: z.number().int(),
});
export type Progress = z.infer<typeof progress>;

export const jobState = z.enum(['planning', 'applying', 'done', 'failed']);
type JobState = z.infer<typeof jobState>;

export interface Job {
  readonly id: string;
  readonly undoes: string;
  readonly who: string;
  readonly why: string;
  readonly task: Task;
  readonly startedAt: number;
  readonly step: number;
  readonly at: number;
  readonly state: JobState;
  readonly progress: Progress;
  readonly done: number;
  readonly total: number;
  readonly message: string;
}

export type JobEntry = Pick<Job, 'state' | 'progress' | 'done' | 'total' | 'message'>;

const int = z.coerce.number();
const jobRow = z.object({
  job_id: z.string(),
  undoes: z.string(),
  who: z.string(),
  why: z.string(),
  task: z.string().transform((text) => task.parse(JSON.parse(text))),
  started_at: int,
  step: int,
  at: int,
  state: jobState,
  place: z.string().transform((text) => progress.parse(JSON.parse(text))),
  done: int,
  total: int,
  message: z.string(),
});

const sumRow = z.object({
  job_id: z.string(),
  changed: int,
  old_cost: z.string().nullable(),
  new_cost: z.string().nullable(),
});

/** The log of repricing: every job says where it stands, and the newest word of it counts. */
export interface Jobs {
  /** Newest first. */
  list(): Promise<Job[]>;
  /** @throws SpendlensError not_found */
  get(id: string): Promise<Job>;
  begin(job: Pick<Job, 'id' | 'undoes' | 'who' | 'why' | 'task'>, first: JobEntry): Promise<Job>;
  /** The job's next word. Written twice, the first one stands. */
  say(job: Job, entry: Partial<JobEntry>): Promise<Job>;
  /** As the API tells of them, with the sums over what they changed. */
  describe(jobs: readonly Job[]): Promise<RepricingJob[]>;
}

export function createJobs(warehouse: Warehouse, now: () => number = Date.now): Jobs {
  async function write(job: Job, isFirst: boolean): Promise<Job> {
    const row = {
      job_id: job.id,
      step: job.step,
      at: (job.at / 1000).toFixed(3),
      state: job.state,
      who: job.who,
      why: job.why,
      undoes: job.undoes,
      task: isFirst ? JSON.stringify(job.task) : '',
      place: JSON.stringify(job.progress),
      done: job.done,
      total: job.total,
      message: job.message,
    };
    await warehouse.insert('spendlens.repricings', [row], `repricing:${job.id}:${job.step}`);
    return job;
  }

  async function read(id: string): Promise<Job[]> {
    const rows = await warehouse.rows(jobRow, {
      text: `SELECT job_id, any(undoes) AS undoes, any(who) AS who, any(why) AS why, argMin(task, repricings.step) AS task,
          toUnixTimestamp64Milli(min(repricings.at)) AS started_at, max(repricings.step) AS step,
          toUnixTimestamp64Milli(max(repricings.at)) AS at, argMax(state, repricings.step) AS state,
          argMax(place, repricings.step) AS place, argMax(done, repricings.step) AS done,
          argMax(total, repricings.step) AS total, argMax(message, repricings.step) AS message
        FROM spendlens.repricings WHERE {id:String} = '' OR job_id = {id:String}
        GROUP BY job_id ORDER BY started_at DESC, job_id`,
      params: { id },
    });
    return rows.map(({ job_id, started_at, place: reached, ...rest }) => ({
      ...rest,
      id: job_id,
      startedAt: started_at,
      progress: reached,
    }));
  }

  return {
    list: () => read(''),
    async get(id) {
      const [job] = id === '' ? [] : await read(id);
      if (!job) throw new SpendlensError('not_found', `there is no repricing ${id}`);
      return job;
    },
    begin: (job, first) => write({ ...job, ...first, step: 0, startedAt: now(), at: now() }, true),
    say: (job, entry) => write({ ...job, message: '', ...entry, step: job.step + 1, at: now() }, false),
    async describe(jobs) {
      const sums = await warehouse.rows(sumRow, {
        text: `SELECT job_id, countIf(old_cost_status != new_cost_status OR ifNull(old_cost_usd != new_cost_usd, isNull(old_cost_usd) != isNull(new_cost_usd))) AS changed,
            sum(old_cost_usd) AS old_cost, sum(new_cost_usd) AS new_cost
          FROM spendlens.corrections WHERE has({ids:Array(String)}, job_id) GROUP BY job_id`,
        params: { ids: jobs.map(({ id }) => id) },
      });
      const undone = new Map((await read('')).filter(isUndo).map(({ id, undoes }) => [undoes, id]));
      return jobs.map((job) => {
        const sum = sums.find(({ job_id }) => job_id === job.id);
        return {
          id: job.id,
          state: job.state,
          selection: job.task.selection,
          undoes: job.undoes,
          undoneBy: undone.get(job.id) ?? '',
          who: job.who,
          why: job.why,
          startedAt: new Date(job.startedAt).toISOString(),
          at: new Date(job.at).toISOString(),
          done: job.done,
          total: job.total,
          changed: sum?.changed ?? 0,
          oldCost: sum?.old_cost ?? '0.000000000',
          newCost: sum?.new_cost ?? '0.000000000',
          message: job.message,
        };
      });
    },
  };
}

/** One that is under way or done: what it undoes is not to be undone again. */
const isUndo = ({ undoes, state }: Job) => undoes !== '' && state !== 'failed';
