import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askCompleteness } from '../../../clickhouse/query/completeness.ts';
import type { DeliveryPoint } from '../../../ingest/deliver.ts';
import { chatExchange } from '../../harness/exchanges.ts';
import {
  ingestUntilDeath,
  type MigratedWarehouse,
  openTestOutbox,
  runIngester,
  standing,
  type TestOutbox,
} from '../../harness/ingest.ts';
import { startMigratedAnywhere } from '../../harness/real-server.ts';
import { until } from '../../harness/stack.ts';

let migrated: MigratedWarehouse;
beforeAll(async () => {
  migrated = await startMigratedAnywhere();
});
afterAll(() => migrated.stop());

async function sendMany(box: TestOutbox, count: number): Promise<void> {
  const accepted = await Promise.all(Array.from({ length: count }, () => box.send(chatExchange())));
  expect(accepted.every(Boolean)).toBe(true);
}

/** Runs an ingester until the outbox's rows and slices are there, and a little longer, in case that more come. */
async function ingestAll(box: TestOutbox, count: number): Promise<void> {
  const ingest = await runIngester(box.data, migrated);
  await until(async () => ((await accountOf(box))?.delivered ?? 0) >= count);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await ingest.stop();
}

async function accountOf(box: TestOutbox) {
  const { outboxes } = await askCompleteness(migrated.warehouse);
  return outboxes.find(({ outboxId }) => outboxId === box.outbox.id);
}

const whole = { holes: [], missing: 0, duplicated: 0, attemptsOff: 0, uneven: 0 };

describe('an ingester that is killed', () => {
  const points: DeliveryPoint[] = ['intent', 'bodies', 'deadLetters', 'attempts', 'slices'];
  it.each(points)('after "%s" leaves nothing out and nothing twice', async (point) => {
    const box = await openTestOutbox();
    await sendMany(box, 250);
    await ingestUntilDeath(box.data, migrated, point);
    await ingestAll(box, 250);
    // 250 × (100 × 150 n$ + 10 × 600 n$) = 250 × 21,000 n$
    expect(await standing(migrated.warehouse, box.outbox.id)).toEqual({ rows: 250, seqs: 250, cost: '0.005250000' });
    expect(await accountOf(box)).toMatchObject({ ...whole, delivered: 250 });
    await box.remove();
  });

  it('three times on the same slice has it cut up, and still every row stands once', async () => {
    const box = await openTestOutbox();
    await sendMany(box, 30);
    for (let death = 0; death < 3; death++) await ingestUntilDeath(box.data, migrated, 'attempts');
    await ingestAll(box, 30);
    expect(await standing(migrated.warehouse, box.outbox.id)).toMatchObject({ rows: 30, seqs: 30 });
    expect(await accountOf(box)).toMatchObject({ ...whole, delivered: 30 });
    await box.remove();
  });
});

describe('an ingester without its state', () => {
  it('asks what the warehouse holds and adds only the rest', async () => {
    const box = await openTestOutbox();
    await sendMany(box, 150);
    await ingestAll(box, 150);
    await rm(box.statePath);
    await sendMany(box, 70);
    await ingestAll(box, 220);
    expect(await standing(migrated.warehouse, box.outbox.id)).toMatchObject({ rows: 220, seqs: 220 });
    expect(await accountOf(box)).toMatchObject({ ...whole, delivered: 220 });
    await box.remove();
  });

  it.each<DeliveryPoint>(['bodies', 'attempts', 'slices'])('completes a slice that had got to "%s"', async (point) => {
    const box = await openTestOutbox();
    await sendMany(box, 150);
    await ingestUntilDeath(box.data, migrated, point);
    await rm(box.statePath);
    await sendMany(box, 20);
    await ingestAll(box, 170);
    expect(await standing(migrated.warehouse, box.outbox.id)).toMatchObject({ rows: 170, seqs: 170 });
    expect(await accountOf(box)).toMatchObject({ ...whole, delivered: 170 });
    await box.remove();
  });
});

describe('acknowledgement', () => {
  it('lets the outbox give up what stands in the warehouse', async () => {
    const box = await openTestOutbox({ trim: true });
    await sendMany(box, 120);
    await ingestAll(box, 120);
    expect(await until(() => box.outbox.stats().depth === 0)).toBe(true);
    expect(box.outbox.stats().bytes).toBe(0);
    await box.remove();
  });
});
