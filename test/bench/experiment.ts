import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { createWarehouse, type Warehouse } from '../../clickhouse/client.ts';
import { migrate } from '../../clickhouse/migrate.ts';
import type { Asking } from '../../clickhouse/query/asking.ts';
import { askExperiment } from '../../clickhouse/query/experiment.ts';
import { askArms } from '../../clickhouse/query/experiment-arms.ts';
import { askExperimentDistributions } from '../../clickhouse/query/experiment-distributions.ts';
import { type ExposureScope, exposures } from '../../clickhouse/query/experiment-exposures.ts';
import { askArmQuantiles } from '../../clickhouse/query/experiment-quantiles.ts';
import { askExperimentSeries } from '../../clickhouse/query/experiment-series.ts';
import { type Experiment, experiment } from '../../domain/experiments/experiment.ts';
import { fillExposures } from '../harness/exposures.ts';
import { startWarehouse } from '../harness/warehouse.ts';

const ID = 'bench';
const ROUNDS = 5;
const REQUESTS_PER_UNIT = 10;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const setup: Experiment = experiment.parse({
  name: 'Results over many exposures',
  unit: 'user',
  variants: [
    { name: 'control', share: 0.5 },
    { name: 'b', share: 0.5, model: 'gpt-4o-mini' },
  ],
  scoreName: 'rating',
  guards: [{ metric: 'score', limit: 0.1 }],
  status: 'running',
  salt: 'a-salt-of-its-own',
});

/** How long the results page waits for its figures over `exposures` requests of a tenth as many users. */
export async function benchExperiment(exposures: number): Promise<void> {
  const engine = await startWarehouse();
  const { username: user, password } = engine.users.ingest;
  const warehouse = createWarehouse({ url: engine.url, user, password });
  try {
    await migrate(warehouse);
    const units = Math.ceil(exposures / REQUESTS_PER_UNIT);
    const filled = await took(() => fill(warehouse, units));
    say(`${exposures.toLocaleString('en')} exposures of ${units.toLocaleString('en')} users, a third of them scored`);
    say(`(filled in ${(filled / 1000).toFixed(1)} s; load ${loadavg()[0]?.toFixed(1)} before measuring)`);
    await measure(warehouse, engine.pid);
  } finally {
    await warehouse.close();
    await engine.stop();
  }
}

const fill = (warehouse: Warehouse, units: number) =>
  fillExposures(warehouse, {
    experiment: ID,
    units,
    requestsPerUnit: REQUESTS_PER_UNIT,
    days: 14,
    seed: 1,
    arms: [
      { name: 'control', share: 0.5, medianCost: 0.01, goodShare: 0.9 },
      { name: 'b', share: 0.5, medianCost: 0.006, goodShare: 0.88 },
    ],
  });

async function measure(warehouse: Warehouse, pid: number): Promise<void> {
  const asking: Asking = { warehouse, now: Date.now() };
  const names = setup.variants.map(({ name }) => name);
  const scope: ExposureScope = { experiment: ID, kind: 'app', variants: names, scoreName: setup.scoreName };
  const quantiles = await askArmQuantiles(asking, exposures(scope));
  const results = await askExperiment(asking, ID, setup, 'app');
  const report = createReport(pid);
  await report('quantiles of each arm', () => askArmQuantiles(asking, exposures(scope)));
  await report('moments over units', () => askArms(asking, scope, quantiles));
  await report('series', () => askExperimentSeries(asking, ID, setup, 'app'));
  await report('distributions', () => askExperimentDistributions(asking, ID, setup, 'app'));
  await report('all of the results', () => askExperiment(asking, ID, setup, 'app'));
  say(`verdict: ${results.verdict.kind} ${results.verdict.variant}`);
}

/** Beside the time the engine's own: on a machine that does other things too, it says what a quiet one would take. */
function createReport(pid: number) {
  return async function report(what: string, work: () => Promise<unknown>): Promise<void> {
    const times: number[] = [];
    const busyBefore = busyMs(pid);
    for (let round = 0; round < ROUNDS; round++) times.push(await took(work));
    const busy = Math.round((busyMs(pid) - busyBefore) / ROUNDS);
    const [fastest, , median, , slowest] = times.toSorted((a, b) => a - b).map((ms) => `${Math.round(ms)} ms`);
    say(`${what.padEnd(24)} median ${median}, ${fastest} to ${slowest}; ${busy} ms of processor each`);
  };
}

const TICK_MS = 10;

/** User and system time of a process; NaN where there is no /proc. */
function busyMs(pid: number): number {
  try {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ').slice(11, 13) ?? [];
    return (Number(user) + Number(system)) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
