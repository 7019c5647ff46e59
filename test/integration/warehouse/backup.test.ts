import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { makeBackup } from '../../../clickhouse/backup.ts';
import { askCompleteness } from '../../../clickhouse/query/completeness.ts';
import { chatExchange } from '../../harness/exchanges.ts';
import {
  type MigratedWarehouse,
  openTestOutbox,
  runIngester,
  standing,
  startMigrated,
  type TestOutbox,
} from '../../harness/ingest.ts';
import { until } from '../../harness/stack.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin');
const run = (command: string, name: string, data: string) =>
  promisify(execFile)(process.execPath, [join(BIN, `${command}.ts`), name], {
    env: { ...process.env, SPENDLENS_DATA: data },
  });

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A log that keeps what was taken from it, as a topic does for its retention, and a warehouse in the same folder. */
async function openParts(): Promise<{ box: TestOutbox; warehouse: () => Promise<MigratedWarehouse> }> {
  const box = await openTestOutbox();
  ends.push(() => box.remove());
  return {
    box,
    async warehouse() {
      const migrated = await startMigrated({ folder: box.data });
      ends.push(() => migrated.stop());
      return migrated;
    },
  };
}

const send = (box: TestOutbox, count: number) =>
  Promise.all(Array.from({ length: count }, () => box.send(chatExchange())));

const arrived = (box: TestOutbox, { warehouse }: MigratedWarehouse, count: number) =>
  until(async () => (await standing(warehouse, box.outbox.id)).seqs >= count);

describe('a backup of the embedded warehouse', () => {
  it('made while rows arrive, restored later: the log brings back the rest, nothing twice', async () => {
    const { box, warehouse } = await openParts();
    const before = await warehouse();
    const ingest = await runIngester(box.data, before);
    await send(box, 120);
    await arrived(box, before, 100);
    const [bytes] = await Promise.all([makeBackup(before.warehouse, 'monday'), send(box, 80)]);
    expect(bytes).toBeGreaterThan(0);
    await arrived(box, before, 200);
    await ingest.stop();
    await before.stop();

    await run('restore', 'monday', box.data);

    const after = await warehouse();
    const restored = await standing(after.warehouse, box.outbox.id);
    expect(restored.seqs).toBeGreaterThanOrEqual(100);
    const again = await runIngester(box.data, after);
    await send(box, 10);
    await arrived(box, after, 210);
    await again.stop();
    expect(await standing(after.warehouse, box.outbox.id)).toEqual({
      rows: 210,
      seqs: 210,
      cost: '0.004410000' /* 210 × 21,000 n$ */,
    });
    expect(await askCompleteness(after.warehouse)).toMatchObject({ complete: true, gaps: 0, deadLetters: 0 });
  });

  it('that is damaged leaves the warehouse as it is', async () => {
    const { box, warehouse } = await openParts();
    const before = await warehouse();
    await makeBackup(before.warehouse, 'damaged');
    const ingest = await runIngester(box.data, before);
    await send(box, 5);
    await arrived(box, before, 5);
    await ingest.stop();
    await before.stop();
    await writeFile(join(box.data, 'warehouse', 'backups', 'damaged', '.backup'), 'no backup');
    await expect(run('restore', 'damaged', box.data)).rejects.toMatchObject({
      stderr: expect.stringContaining('could not be restored'),
    });
    const after = await warehouse();
    expect((await standing(after.warehouse, box.outbox.id)).rows).toBe(5);
  });

  it('that is not there leaves the warehouse as it is, and says so', async () => {
    const { box, warehouse } = await openParts();
    const before = await warehouse();
    const ingest = await runIngester(box.data, before);
    await send(box, 5);
    await arrived(box, before, 5);
    await ingest.stop();
    await before.stop();
    await expect(run('restore', 'nowhere', box.data)).rejects.toMatchObject({
      stderr: expect.stringContaining(join('backups', 'nowhere')),
    });
    const after = await warehouse();
    expect((await standing(after.warehouse, box.outbox.id)).rows).toBe(5);
  });

  it('a second of the same name is refused, with the reason', async () => {
    const { warehouse } = await openParts();
    const migrated = await warehouse();
    await makeBackup(migrated.warehouse, 'twice');
    await expect(makeBackup(migrated.warehouse, 'twice')).rejects.toMatchObject({ code: 'warehouse_refused' });
    await expect(makeBackup(migrated.warehouse, "x'); DROP")).rejects.toMatchObject({ code: 'request_invalid' });
  });
});
