import type { Role } from './installation.ts';
import type { Mode } from './mode.ts';
import type { Run, Scenario } from './scenario.ts';

const shortlist: Readonly<Record<Mode, readonly Role[]>> = { embedded: ['proxy'], kafka: ['proxy', 'broker'] };

const killed = (role: Role, modes: Scenario['modes'] = ['embedded', 'kafka']): Scenario => ({
  name: `${role} killed`,
  modes,
  mayLose: 'nothing',
  short: modes.filter((mode) => shortlist[mode].includes(role)),
  takes: { full: 17, short: 12 },
  strike: ({ installation }: Run) => installation.kill(role),
});

/** The other one goes on; the two have an outbox each. */
const oneOfTwoWorkers: Scenario = {
  ...killed('proxy'),
  name: 'one of two proxy workers killed',
  short: [],
  environment: { SPENDLENS_WORKERS: '2' },
};

const ingestPoints = [
  { point: 'intent', says: 'after the intent' },
  { point: 'bodies', says: 'after bodies, before facts' },
  { point: 'attempts', says: 'after facts, before the slice' },
  { point: 'slices', says: 'after the insert, before the commit' },
] as const;

const ingestKilledAt = ({ point, says }: (typeof ingestPoints)[number]): Scenario => ({
  name: `ingest killed ${says}`,
  modes: ['embedded', 'kafka'],
  mayLose: 'nothing',
  short: point === 'attempts' ? ['embedded'] : [],
  takes: { full: 17, short: 12 },
  strike: ({ installation }) => installation.strikeAt('ingest', point),
});

/** The insert of facts begins as soon as that of dead letters is done, and lasts some milliseconds. */
const warehouseInInsert: Scenario = {
  name: 'warehouse killed in an insert',
  modes: ['embedded', 'kafka'],
  mayLose: 'nothing',
  short: ['embedded'],
  takes: { full: 28, short: 18 },
  async strike({ installation, random, length }) {
    for (let round = 0; round < length({ full: 5, short: 2 }); round++) {
      const pid = await installation.awaitRunning('warehouse');
      await installation.strikeAt('ingest', 'deadLetters', { pid, delayMs: random.whole(0, 8) });
      await installation.awaitDeath(pid);
    }
  },
};

export const killedScenarios: readonly Scenario[] = [
  killed('proxy'),
  oneOfTwoWorkers,
  killed('forwarder', ['kafka']),
  killed('ingest'),
  ...ingestPoints.map(ingestKilledAt),
  killed('warehouse'),
  warehouseInInsert,
  killed('broker', ['kafka']),
];
