import { Worker } from 'node:worker_threads';
import type { Attempt, CapturedBody } from '../../domain/exchange.ts';
import type { RequestFacts, ResponseFacts } from '../../domain/usage/facts.ts';
import type { Logger } from '../../process/log.ts';

/** Both bodies as they are now, and which of them will go no further. */
export interface FactsJob {
  readonly provider: string;
  readonly path: string;
  readonly status: number | null;
  readonly responseHeaders: Attempt['responseHeaders'];
  readonly request: CapturedBody;
  readonly response: CapturedBody;
  readonly dropsRequest: boolean;
  readonly dropsResponse: boolean;
}

export interface FactsAnswer {
  readonly id: number;
  readonly request: RequestFacts | null;
  readonly response: ResponseFacts | null;
}

type Done = (request: RequestFacts | null, response: ResponseFacts | null) => void;

export interface FactsReader {
  /** Calls back once: null for a body that is not dropped, and where the thread failed. */
  read(job: FactsJob, done: Done): void;
  close(): Promise<void>;
}

const ANSWER_TIMEOUT_MS = 15_000;
/** What waits holds its bytes, so the queue must end somewhere. */
const MAX_WAITING = 2_000;

/** Megabytes are parsed in a thread of their own, started when first needed, so that no stream waits for them. */
export function createFactsReader(log: Logger): FactsReader {
  const waiting = new Map<number, { readonly done: Done; readonly timer: NodeJS.Timeout }>();
  let worker: Worker | null = null;
  let nextId = 1;

  function settle(id: number, request: RequestFacts | null, response: ResponseFacts | null): void {
    const entry = waiting.get(id);
    if (!entry) return;
    waiting.delete(id);
    clearTimeout(entry.timer);
    entry.done(request, response);
  }

  function start(): Worker {
    const started = new Worker(new URL('./facts-worker.ts', import.meta.url));
    started.unref();
    started.on('message', (answer: FactsAnswer) => settle(answer.id, answer.request, answer.response));
    started.on('error', (error) => log.error(error, 'the thread that reads usage from dropped bodies failed'));
    started.on('exit', () => {
      if (worker === started) worker = null;
      for (const id of [...waiting.keys()]) settle(id, null, null);
    });
    return started;
  }

  return {
    read(job, done) {
      if (waiting.size >= MAX_WAITING) {
        log.error('too many dropped bodies at a time: the usage of one is lost');
        done(null, null);
        return;
      }
      const id = nextId++;
      const timer = setTimeout(() => {
        log.error('the thread that reads usage from dropped bodies did not answer');
        // Whatever holds it up would hold up all that come after.
        void worker?.terminate();
        settle(id, null, null);
      }, ANSWER_TIMEOUT_MS);
      waiting.set(id, { done, timer });
      worker ??= start();
      worker.postMessage({ id, job });
    },
    async close() {
      await worker?.terminate();
    },
  };
}
