import type { Admin } from 'kafkajs';
import { SpendlensError } from '../../domain/error.ts';
import { readCommitted, readEnds } from '../../kafka/offsets.ts';
import type { Logger } from '../../process/log.ts';

export interface WatchdogParts {
  readonly admin: Admin;
  readonly group: string;
  readonly topic: string;
  /** Those that this process has. */
  readonly partitions: () => readonly number[];
  readonly fail: (error: unknown) => void;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly stuckMs?: number;
}

const STUCK_MS = 120_000;

/**
 * Returns `progress()`, to be called whenever something got on. Where nothing did for two minutes though messages wait
 * in this process's partitions, or in the topic while it was given none, the process ends: whatever it hangs on, its
 * successor does not.
 */
export function startWatchdog(parts: WatchdogParts): () => void {
  const { admin, group, topic, partitions, fail, log, signal, stuckMs = STUCK_MS } = parts;
  let last = performance.now();
  let looking = false;
  let seen = '';

  /** Messages that wait, and where the group stands: in partitions of others it may get on without us. */
  async function look(): Promise<{ waiting: number; standing: string }> {
    const [committed, ends] = await Promise.all([readCommitted(admin, group, topic), readEnds(admin, topic)]);
    const own = partitions();
    const watched = [...ends].filter(([partition]) => own.length === 0 || own.includes(partition));
    const lags = watched.map(([partition, { low, high }]) => high - (committed(partition).offset ?? low));
    const standing = watched.map(([partition]) => committed(partition).offset).join();
    return { waiting: lags.reduce((sum, lag) => sum + lag, 0), standing };
  }

  async function check(): Promise<void> {
    if (performance.now() - last < stuckMs) return;
    const { waiting, standing } = await look();
    if (waiting === 0 || standing !== seen) {
      seen = standing;
      last = performance.now();
      return;
    }
    const seconds = Math.round((performance.now() - last) / 1000);
    fail(new SpendlensError('log_stuck', `${waiting} messages wait, and nothing got on for ${seconds} s`));
  }

  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    check()
      // While the broker does not answer there is nothing to be stuck on.
      .catch((error: unknown) => log.debug(error, 'the watchdog cannot see'))
      .finally(() => {
        looking = false;
      });
  }, stuckMs / 8);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return () => {
    last = performance.now();
  };
}
