import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConfigLog, createConfigLog } from '../../../clickhouse/config-log.ts';
import { takeLease } from '../../../clickhouse/lease.ts';
import type { MigratedWarehouse } from '../../harness/ingest.ts';
import { startMigratedAnywhere } from '../../harness/real-server.ts';

let migrated: MigratedWarehouse;
let log: ConfigLog;

beforeAll(async () => {
  migrated = await startMigratedAnywhere();
  log = createConfigLog(migrated.warehouse);
});
afterAll(() => migrated.stop());

describe('what people change', () => {
  it('is its newest version, and every version stays as the audit trail', async () => {
    await log.put('price-override', { id: 'a', version: 0, who: 'ann', value: { provider: 'openai' } });
    await log.put('price-override', { id: 'b', version: 0, who: 'ann', value: { provider: 'vllm' } });
    await log.put('price-override', { id: 'a', version: 1, who: 'bob', value: { provider: 'azure' } });
    await log.put('price-override', { id: 'b', version: 1, who: 'bob', value: {}, deleted: true });
    const state = await log.list('price-override');
    expect(state).toMatchObject([{ id: 'a', version: 2, who: 'bob', value: { provider: 'azure' } }]);
    const trail = await log.history('price-override', 'b');
    expect(trail.map(({ version, who, deleted }) => ({ version, who, deleted }))).toEqual([
      { version: 2, who: 'bob', deleted: true },
      { version: 1, who: 'ann', deleted: false },
    ]);
    expect(await log.list('model-alias')).toEqual([]);
  });

  it('refuses an edit of what has changed since', async () => {
    await log.put('x', { id: 'x', version: 0, who: 'ann', value: {} });
    const late = log.put('x', { id: 'x', version: 0, who: 'bob', value: {} });
    await expect(late).rejects.toMatchObject({ code: 'stale', message: /ann made version 1/ });
  });

  it('lets one of several in who edit the same version at once', async () => {
    const edits = Array.from({ length: 5 }, (_, index) =>
      log.put('race', { id: 'r', version: 0, who: `editor ${index}`, value: { index } }),
    );
    const outcomes = await Promise.allSettled(edits);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await log.history('race', 'r')).toHaveLength(1);
  });
});

describe('a lease', () => {
  it('is held by one, renewed, and given up or taken over', async () => {
    let now = Date.now();
    const clock = () => now;
    const mine = await takeLease(log, 'work', 'me', clock);
    expect(mine).not.toBeNull();
    expect(await takeLease(log, 'work', 'you', clock)).toBeNull();
    now += 20_000;
    const renewed = await mine?.renew();
    now += 20_000;
    expect(await takeLease(log, 'work', 'you', clock)).toBeNull();
    now += 20_000;
    const yours = await takeLease(log, 'work', 'you', clock);
    expect(yours).not.toBeNull();
    await expect(renewed?.renew()).rejects.toMatchObject({ code: 'stale' });
    await yours?.release();
    expect(await takeLease(log, 'work', 'me', clock)).not.toBeNull();
  });
});
