import { rm } from 'node:fs/promises';
import type { Scenario } from './scenario.ts';

/** Embedded, what ingest remembers is one file; without it, it asks the warehouse what stands there. */
export const stateLost: Scenario = {
  name: "ingest's state lost",
  modes: ['embedded'],
  mayLose: 'nothing',
  short: [],
  takes: { full: 12, short: 12 },
  async strike({ installation }) {
    // In the middle of a slice, of which bodies and facts stand and the slice's own row does not.
    const pid = await installation.awaitRunning('ingest');
    await installation.strikeAt('ingest', 'attempts', { signal: 'SIGSTOP' });
    await rm(installation.acknowledgementPath);
    process.kill(pid, 'SIGKILL');
    await installation.awaitDeath(pid);
  },
};
