import { isPassing } from '../../clickhouse/patience.ts';
import type { Logger } from '../../process/log.ts';
import type { Repricing } from '../../repricing/repricing.ts';

/** Carries on what was begun here or anywhere, and what died half-way. */
export interface RepricingWorker {
  /** Something was begun: look at once. */
  wake(): void;
  stop(): Promise<void>;
}

const LOOK_MS = 10_000;

export function startRepricingWorker(repricing: Pick<Repricing, 'carryOn'>, log: Logger): RepricingWorker {
  const abort = new AbortController();
  let hurry: () => void = () => undefined;

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      timer.unref();
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function work(): Promise<void> {
    while (!abort.signal.aborted) {
      try {
        const job = await repricing.carryOn(abort.signal);
        if (job) log.info({ job: job.id, state: job.state, changed: job.changed, message: job.message }, 'repriced');
      } catch (error) {
        if (!abort.signal.aborted && !isPassing(error)) log.error(error, 'a repricing came to a stop');
      }
      if (!abort.signal.aborted) await pause();
    }
  }

  const working = work();
  return {
    wake: () => hurry(),
    async stop() {
      abort.abort();
      hurry();
      await working;
    },
  };
}
