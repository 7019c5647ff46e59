import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startIngester } from './ingester.ts';
import type { Role } from './installation.ts';
import type { Run, Scenario } from './scenario.ts';

const STOPPED_MS = { full: 30_000, short: 4_000 };

const stopped = (role: Role, modes: Scenario['modes'] = ['embedded', 'kafka']): Scenario => ({
  name: `${role} stopped`,
  modes,
  mayLose: 'nothing',
  short: [],
  takes: { full: 44, short: 18 },
  strike: ({ installation, length }: Run) => installation.freeze(role, length(STOPPED_MS)),
});

/** The successor has taken over and delivered; a consumer group gives a member up after ten seconds. */
const SUCCESSOR_ALONE_MS = { embedded: 4_000, kafka: 14_000 };

/** The paused one wakes up with half a slice still to deliver, and finds that it is no longer the one. */
const stoppedBesideItsSuccessor: Scenario = {
  name: 'ingest stopped in an insert while its successor takes over',
  modes: ['embedded', 'kafka'],
  mayLose: 'nothing',
  short: ['embedded'],
  takes: { full: 24, short: 18 },
  async strike(run) {
    const { installation } = run;
    const paused = await installation.awaitRunning('ingest');
    await installation.strikeAt('ingest', 'bodies', { signal: 'SIGSTOP' });
    const successor = await startIngester(run);
    await sleep(SUCCESSOR_ALONE_MS[installation.mode]);
    process.kill(paused, 'SIGCONT');
    // A group lets the paused one in again; a state file does not.
    if (installation.mode === 'embedded') await installation.awaitDeath(paused);
    await end(successor);
  },
};

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

export const stoppedScenarios: readonly Scenario[] = [
  stopped('proxy'),
  stopped('forwarder', ['kafka']),
  stopped('ingest'),
  stopped('warehouse'),
  stopped('broker', ['kafka']),
  stoppedBesideItsSuccessor,
];
