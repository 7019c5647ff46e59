import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWarehouse, type Warehouse } from '../../../clickhouse/client.ts';
import { createInserts, type Inserts } from '../../../clickhouse/inserts.ts';
import { migrate } from '../../../clickhouse/migrate.ts';
import { askCompleteness } from '../../../clickhouse/query/completeness.ts';
import type { SliceRow } from '../../../clickhouse/rows.ts';
import { attemptRow } from '../../harness/attempt-row.ts';
import { startWarehouse, type TestWarehouse } from '../../harness/warehouse.ts';

let engine: TestWarehouse;
let warehouse: Warehouse;
let inserts: Inserts;
let token = 0;

beforeAll(async () => {
  engine = await startWarehouse();
  const { username: user, password } = engine.users.ingest;
  warehouse = createWarehouse({ url: engine.url, user, password });
  inserts = createInserts(warehouse);
  await migrate(warehouse);
});

afterAll(async () => {
  await warehouse.close();
  await engine.stop();
});

const next = () => `test ${token++}`;
const now = () => new Date().toISOString();
const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
const attempts = (outbox: string, seqs: number[], over = {}) =>
  inserts.attempts(
    seqs.map((seq) => attemptRow(Date.now(), outbox, seq, over)),
    next(),
  );
const slice = (outbox: string, first: number, last: number, over: Partial<SliceRow> = {}) =>
  inserts.slices(
    [
      {
        slice_id: `${outbox}:${first}`,
        outbox_id: outbox,
        first_seq: first,
        last_seq: last,
        exchanges: last - first + 1,
        dead_letters: 0,
        lost_exchanges: 0,
        lost_bodies: 0,
        resends: 0,
        inserted_at: now(),
        ...over,
      },
    ],
    next(),
  );
const deadLetter = (outbox: string, seq: number) =>
  inserts.deadLetters(
    [{ outbox_id: outbox, seq, origin: '', dead_at: now(), step: 'decode', reason: 'test', tries: 1, event: '' }],
    next(),
  );
const accountOf = async (outbox: string) => {
  const { outboxes } = await askCompleteness(warehouse);
  return outboxes.find(({ outboxId }) => outboxId === outbox);
};

describe('completeness', () => {
  it('of nothing is complete', async () => {
    expect(await askCompleteness(warehouse)).toMatchObject({ complete: true, outboxes: [], gaps: 0, deadLetters: 0 });
  });

  it('holds where slices join and every number stands', async () => {
    await attempts('whole', numbers(1, 10));
    await slice('whole', 1, 4);
    await slice('whole', 5, 10, { lost_exchanges: 2, lost_bodies: 3 });
    expect(await accountOf('whole')).toMatchObject({ delivered: 10, exchanges: 10, missing: 0, duplicated: 0 });
    expect(await askCompleteness(warehouse)).toMatchObject({ complete: true, lostExchanges: 2, lostBodies: 3 });
  });

  it('does not judge what comes after the last slice: its slice is on the way', async () => {
    await attempts('whole', [11, 12]);
    expect(await accountOf('whole')).toMatchObject({ lastSeq: 10, exchanges: 10, missing: 0 });
    expect((await askCompleteness(warehouse)).complete).toBe(true);
  });

  it('counts dead letters, and those that were replayed as what they became', async () => {
    await attempts('dead', [1, 3]);
    await deadLetter('dead', 2);
    await deadLetter('dead', 2);
    await slice('dead', 1, 3, { exchanges: 2, dead_letters: 1 });
    expect(await accountOf('dead')).toMatchObject({ missing: 0, deadLetters: 1 });
    expect(await askCompleteness(warehouse)).toMatchObject({ complete: true, deadLetters: 1 });
    await attempts('dead', [2]);
    expect(await accountOf('dead')).toMatchObject({ missing: 0, deadLetters: 0, exchanges: 3 });
    expect(await askCompleteness(warehouse)).toMatchObject({ complete: true, deadLetters: 0 });
  });

  it('lists dead letters without identity beside the rest', async () => {
    await inserts.deadLetters(
      [{ outbox_id: '', seq: 0, origin: 't/0@1', dead_at: now(), step: 'decode', reason: 'test', tries: 1, event: '' }],
      next(),
    );
    expect(await askCompleteness(warehouse)).toMatchObject({ complete: true, deadLetters: 1 });
  });

  it('takes off what was removed on purpose', async () => {
    await attempts('removed', [1, 2]);
    await slice('removed', 1, 5);
    await inserts.removals(
      [{ outbox_id: 'removed', exchanges: 3, dead_letters: 0, reason: 'retention', removed_at: now() }],
      next(),
    );
    expect(await accountOf('removed')).toMatchObject({ removed: 3, missing: 0 });
    expect((await askCompleteness(warehouse)).complete).toBe(true);
  });

  it('is content with an exchange of several attempts', async () => {
    const both = { attempts: 2, request_id: crypto.randomUUID() };
    await attempts('calls', [1], { ...both, attempt: 1, final: false });
    await attempts('calls', [1], { ...both, attempt: 2, final: true });
    await attempts('calls', [2], { attempts: 0, attempt: 0 });
    await slice('calls', 1, 2);
    expect(await accountOf('calls')).toMatchObject({ exchanges: 2, missing: 0, duplicated: 0, attemptsOff: 0 });
  });

  it.each([
    {
      name: 'a row that is missing',
      outbox: 'missing',
      spoil: async () => {
        await attempts('missing', [1, 2, 4]);
        await slice('missing', 1, 4);
      },
      fault: { missing: 1, duplicated: 0 },
    },
    {
      name: 'a row that stands twice',
      outbox: 'twice',
      spoil: async () => {
        await attempts('twice', [1, 2, 2]);
        await slice('twice', 1, 2);
      },
      fault: { missing: 0, duplicated: 1 },
    },
    {
      name: 'one missing that one twice would hide',
      outbox: 'hidden',
      spoil: async () => {
        await attempts('hidden', [1, 1, 3]);
        await slice('hidden', 1, 3);
      },
      fault: { missing: 1, duplicated: 1 },
    },
    {
      name: 'a hole between slices',
      outbox: 'hole',
      spoil: async () => {
        await attempts('hole', [1, 2, 5]);
        await slice('hole', 1, 2);
        await slice('hole', 5, 5);
      },
      fault: { holes: [{ from: 3, to: 4 }], missing: 0 },
    },
    {
      name: 'an attempt that is missing',
      outbox: 'call',
      spoil: async () => {
        await attempts('call', [1], { attempts: 2, attempt: 2 });
        await slice('call', 1, 1);
      },
      fault: { attemptsOff: -1, missing: 0 },
    },
  ])('finds $name', async ({ outbox, spoil, fault }) => {
    await spoil();
    expect(await accountOf(outbox)).toMatchObject(fault);
    expect((await askCompleteness(warehouse)).complete).toBe(false);
  });

  it('tells gaps that ingest saw', async () => {
    await inserts.gaps([{ outbox_id: 'hole', expected_seq: 3, found_seq: 5, at: now() }], next());
    expect((await askCompleteness(warehouse)).gaps).toBe(2);
  });
});
