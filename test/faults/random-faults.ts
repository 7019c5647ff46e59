import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../demo/model/random.ts';
import type { Installation, Role } from './installation.ts';
import type { Run, Scenario } from './scenario.ts';

const LASTS_MS = { full: 300_000, short: 20_000 };
const ingestPoints = ['intent', 'bodies', 'attempts', 'slices'] as const;

/** Kills, stops and strikes, one to three at a time, as the seed has it. */
export const atRandom: Scenario = {
  name: 'all at random',
  modes: ['embedded', 'kafka'],
  mayLose: 'nothing',
  short: [],
  takes: { full: 330, short: 40 },
  async strike(run: Run) {
    const until = Date.now() + run.length(LASTS_MS);
    while (Date.now() < until) {
      await Promise.all(drawRoles(run).map((role) => hurt(run, role)));
      await sleep(run.random.whole(500, 5_000));
    }
  },
};

function drawRoles({ random, installation }: Run): Role[] {
  const left = [...installation.roles];
  const count = random.pick([1, 1, 1, 2, 2, 3]);
  return Array.from({ length: count }, () => left.splice(random.whole(0, left.length - 1), 1)).flat();
}

function hurt({ installation, random }: Run, role: Role): Promise<void> {
  if (role === 'ingest' && random.chance(0.5)) return installation.strikeAt('ingest', random.pick(ingestPoints));
  return random.chance(0.5) ? installation.kill(role) : freeze(installation, role, random);
}

/** It may be killed by its supervisor, or die of its own, while it stands still. */
function freeze(installation: Installation, role: Role, random: Random): Promise<void> {
  return installation.freeze(role, random.whole(200, 4_000));
}
