import { clockScenarios } from './clock.ts';
import { forwarderScenarios } from './forwarder.ts';
import { fullDisk } from './full-disk.ts';
import { killedScenarios } from './killed.ts';
import { logScenarios } from './log.ts';
import { poisoned } from './poisoned.ts';
import { atRandom } from './random-faults.ts';
import { rowsDeleted } from './replay.ts';
import type { Scenario } from './scenario.ts';
import { stateLost } from './state.ts';
import { stoppedScenarios } from './stopped.ts';

export const scenarios: readonly Scenario[] = [
  ...killedScenarios,
  ...forwarderScenarios,
  ...stoppedScenarios,
  ...logScenarios,
  rowsDeleted,
  stateLost,
  poisoned,
  ...clockScenarios,
  fullDisk,
  atRandom,
];
