import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { type ConfigLog, createConfigLog } from '../../../clickhouse/config-log.ts';
import { takeLease } from '../../../clickhouse/lease.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { createDeclaredExperiments } from '../../../dashboard/server/declared-experiments.ts';
import { createExperimentGuard } from '../../../dashboard/server/experiment-guard.ts';
import { type Experiment, experiment } from '../../../domain/experiments/experiment.ts';
import { fillExposures } from '../../harness/exposures.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

let engine: TestWarehouse;
let warehouse: Warehouse;
let changes: ConfigLog;

beforeAll(async () => {
  engine = await startWarehouse();
  const { username: user, password } = engine.users.ingest;
  warehouse = createWarehouse({ url: engine.url, user, password });
  await migrate(warehouse);
  changes = createConfigLog(warehouse);
});

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
});

const setup: Experiment = experiment.parse({
  name: 'A cheaper model for summaries',
  unit: 'user',
  variants: [
    { name: 'control', share: 0.5 },
    { name: 'b', share: 0.5, model: 'gpt-4o-mini' },
  ],
  guards: [{ metric: 'score', limit: 0.1 }],
  scoreName: 'rating',
  status: 'running',
  salt: 'a-salt-of-its-own',
});

interface Running {
  readonly id: string;
  /** Share of the variant's answers that were rated good; of the control's, 0.9 are. */
  readonly goodShare: number;
  readonly value?: Partial<Experiment>;
  readonly kind?: 'app' | 'demo';
}

async function run({ id, goodShare, value = {}, kind = 'app' }: Running): Promise<void> {
  await changes.put('experiment', { id, version: 0, who: 'dashboard', value: { ...setup, ...value } });
  await fillFor(id, goodShare, kind);
}

async function fillFor(id: string, goodShare: number, kind: 'app' | 'demo' = 'app'): Promise<void> {
  await fillExposures(warehouse, {
    experiment: id,
    units: 4_000,
    requestsPerUnit: 3,
    days: 7,
    seed: 1,
    kind,
    arms: [
      { name: 'control', share: 0.5, medianCost: 0.01, goodShare: 0.9 },
      { name: 'b', share: 0.5, medianCost: 0.006, goodShare },
    ],
  });
}

const newest = async (id: string) => {
  const [version] = await changes.history('experiment', id);
  return { version: version?.version, who: version?.who, value: experiment.parse(version?.value) };
};

describe('a guard', () => {
  const nothing = async () => [];
  const pauseHarmful = () => createExperimentGuard({ warehouse, changes, declared: nothing, holder: 'test' })();

  it('pauses what harms for certain, with its reason, and nothing else', async () => {
    await run({ id: 'harmful', goodShare: 0.6 });
    await run({ id: 'harmful-demo', goodShare: 0.6, kind: 'demo' });
    await run({ id: 'fine', goodShare: 0.89 });
    await run({ id: 'unguarded', goodShare: 0.6, value: { guards: [] } });
    await run({ id: 'draft', goodShare: 0.6, value: { status: 'draft' } });
    const paused = await pauseHarmful();
    expect(paused.map(({ id }) => id).sort()).toEqual(['harmful', 'harmful-demo']);

    const after = await newest('harmful');
    expect(after).toMatchObject({ version: 2, who: 'guard', value: { status: 'paused' } });
    // 0.6 against 0.9: a third fewer, limit a tenth
    expect(after.value.pausedBecause).toMatch(/^score of b: −3\d\.\d % \(−\d\d\.\d % to −\d\d\.\d %\), limit 10\.0 %$/);
    expect(after.value).toEqual({ ...setup, status: 'paused', pausedBecause: after.value.pausedBecause });
    for (const id of ['fine', 'unguarded', 'draft']) expect((await newest(id)).version, id).toBe(1);
  });

  it('looks at none twice', async () => {
    expect(await pauseHarmful()).toEqual([]);
    expect((await newest('harmful')).version).toBe(2);
  });

  it('leaves the work to whoever holds the lease', async () => {
    await run({ id: 'later', goodShare: 0.6 });
    const lease = await takeLease(changes, 'experiment-guard', 'another dashboard');
    expect(await pauseHarmful()).toEqual([]);
    await lease?.release();
    expect((await pauseHarmful()).map(({ id }) => id)).toEqual(['later']);
  });

  it('takes nothing from somebody who changes it meanwhile', async () => {
    await run({ id: 'contested', goodShare: 0.6 });
    const stopped = { ...setup, status: 'stopped' };
    // Between the look at what runs and the pause: the version that was judged is the newest no more.
    const racing: ConfigLog = {
      ...changes,
      async put(kind, change) {
        if (change.who === 'guard') await changes.put(kind, { ...change, who: 'dashboard', value: stopped });
        return changes.put(kind, change);
      },
    };
    expect(await createExperimentGuard({ warehouse, changes: racing, declared: nothing, holder: 'test' })()).toEqual(
      [],
    );
    expect(await newest('contested')).toMatchObject({ version: 2, who: 'dashboard', value: { status: 'stopped' } });
  });

  it('pauses what spendlens.yaml declares, until the file says something else of it', async () => {
    const inFile = { id: 'declared', version: 0, value: { ...setup, salt: 'spendlens.yaml/declared' } };
    let file = [inFile];
    const declared = createDeclaredExperiments(changes, async () => file);
    const pauseDeclared = createExperimentGuard({ warehouse, changes, declared, holder: 'test' });
    await fillFor('declared', 0.6);
    expect(await declared()).toEqual([inFile]);
    expect((await pauseDeclared()).map(({ id }) => id)).toEqual(['declared']);
    const [paused] = await declared();
    expect(paused?.value).toMatchObject({ status: 'paused', pausedBecause: expect.stringContaining('limit 10.0 %') });
    expect(await pauseDeclared()).toEqual([]);

    file = [{ ...inFile, value: { ...inFile.value, guards: [{ metric: 'score', limit: 0.5 }] } }];
    expect(await declared()).toEqual(file);
    expect(await pauseDeclared()).toEqual([]);
  });
});
