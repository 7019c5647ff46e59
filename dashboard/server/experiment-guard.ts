import type { Warehouse } from '../../clickhouse/client.ts';
import type { ConfigLog, ConfigVersion } from '../../clickhouse/config-log.ts';
import { takeLease, underLease } from '../../clickhouse/lease.ts';
import { isPassing } from '../../clickhouse/patience.ts';
import { askExperiment } from '../../clickhouse/query/experiment.ts';
import { SpendlensError } from '../../domain/error.ts';
import { type Experiment, experiment } from '../../domain/experiments/experiment.ts';
import { guardReason } from '../../domain/experiments/guard-words.ts';
import type { Named } from '../../domain/prices/rules.ts';
import type { Logger } from '../../process/log.ts';

export interface GuardParts {
  readonly warehouse: Warehouse;
  readonly changes: ConfigLog;
  /** What spendlens.yaml declares, as it is in force. */
  readonly declared: () => Promise<readonly Named<Experiment>[]>;
  /** Who holds the lease, for those who look into it. */
  readonly holder: string;
}

export interface PausedByGuard {
  readonly id: string;
  readonly reason: string;
}

interface Guarded {
  readonly id: string;
  /** Of the entry that was judged; null for one of the file, which has none. */
  readonly version: number | null;
  readonly setup: Experiment;
}

const LEASE = 'experiment-guard';
/** Who made a version that a guard made. */
export const GUARD = 'guard';
const LOOK_MS = 60_000;

/** Pauses every running experiment one of whose guards is crossed for certain, and says why in its history. */
export function createExperimentGuard({ warehouse, changes, declared, holder }: GuardParts) {
  return async function pauseHarmful(): Promise<PausedByGuard[]> {
    const guarded = guardedOf(await declared(), await changes.list('experiment'));
    if (guarded.length === 0) return [];
    const lease = await takeLease(changes, LEASE, holder);
    if (lease === null) return [];
    return underLease(lease, async (lost) => {
      const paused: PausedByGuard[] = [];
      for (const each of guarded) {
        if (lost.aborted) break;
        const reason = await harmOf(each);
        if (reason !== '' && (await pause(each, reason))) paused.push({ id: each.id, reason });
      }
      return paused;
    });
  };

  /** '' where no guard is crossed. Demo traffic judges an experiment only as long as no app takes part in it. */
  async function harmOf({ id, setup }: Guarded): Promise<string> {
    const ask = (kind: 'app' | 'demo') => askExperiment({ warehouse, now: Date.now() }, id, setup, kind);
    const app = await ask('app');
    const { verdict } = app.firstAt === null ? await ask('demo') : app;
    const crossed = verdict.findings.filter(({ kind }) => kind === 'guardCrossed');
    const limitOf = (metric: string) => setup.guards.find((guard) => guard.metric === metric)?.limit ?? 0;
    return crossed.map((finding) => guardReason(finding, limitOf(finding.metric))).join('; ');
  }

  async function pause({ id, version, setup }: Guarded, reason: string): Promise<boolean> {
    const value: Experiment = { ...setup, status: 'paused', pausedBecause: reason.slice(0, 500) };
    try {
      const [newest] = version === null ? await changes.history('experiment', id) : [];
      await changes.put('experiment', { id, version: version ?? newest?.version ?? 0, who: GUARD, value });
      return true;
    } catch (error) {
      // Somebody changed it while it was judged: the next look judges what they made of it.
      if (error instanceof SpendlensError && error.code === 'stale') return false;
      throw error;
    }
  }
}

/** Those that run and have a guard; the file's entry stands in front of one of the dashboard. */
function guardedOf(declared: readonly Named<Experiment>[], entries: readonly ConfigVersion[]): Guarded[] {
  const fromFile = declared.map(({ id, value }) => ({ id, version: null, setup: value }));
  const names = new Set(declared.map(({ id }) => id));
  const others = entries.flatMap(({ id, version, value }) => {
    const parsed = experiment.safeParse(value);
    return parsed.success && !names.has(id) ? [{ id, version, setup: parsed.data }] : [];
  });
  return [...fromFile, ...others].filter(({ setup }) => setup.status === 'running' && setup.guards.length > 0);
}

/** Looks once a minute until it is stopped. */
export function startExperimentGuard(pauseHarmful: () => Promise<readonly PausedByGuard[]>, log: Logger) {
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, LOOK_MS);
  timer.unref();

  async function look(): Promise<void> {
    try {
      for (const { id, reason } of await pauseHarmful()) log.warn({ experiment: id, reason }, 'paused by its guard');
    } catch (error) {
      if (!isPassing(error)) log.error(error, 'the guards of the experiments could not be judged');
    }
  }

  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await looking;
    },
  };
}
