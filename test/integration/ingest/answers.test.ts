import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { askCompleteness } from '../../../clickhouse/query/completeness.ts';
import { createDeadLetters } from '../../../ingest/dead-letters.ts';
import { createProcess } from '../../../ingest/process.ts';
import { chatExchange } from '../../harness/exchanges.ts';
import { type Asked, type Fault, type HttpRelay, startHttpRelay } from '../../harness/http-relay.ts';
import {
  type MigratedWarehouse,
  openTestOutbox,
  runIngester,
  standing,
  type TestOutbox,
} from '../../harness/ingest.ts';
import { startMigratedAnywhere } from '../../harness/real-server.ts';
import { until } from '../../harness/stack.ts';

let engine: MigratedWarehouse;
let relay: HttpRelay;
beforeAll(async () => {
  engine = await startMigratedAnywhere();
  relay = await startHttpRelay(engine.server.url);
});
afterAll(async () => {
  await relay.close();
  await engine.stop();
});

const whole = { holes: [], missing: 0, duplicated: 0, attemptsOff: 0, uneven: 0 };
const exception = (code: number, symbol: string, landed = false): Fault => ({
  kind: 'exception',
  code,
  symbol,
  landed,
});
const isInsert = ({ sql }: Asked, table: string) => sql.startsWith(`INSERT INTO spendlens.${table} `);

/** Ingest runs over the relay until the outbox is in the warehouse. */
async function ingested(box: TestOutbox, entries: number): Promise<void> {
  const behindRelay = { ...engine, access: { ...engine.access, url: relay.url } };
  const ingest = await runIngester(box.data, behindRelay);
  const account = async () => (await askCompleteness(engine.warehouse)).outboxes.find(isOf(box));
  const done = await until(async () => ((await account())?.delivered ?? 0) >= entries);
  await ingest.stop();
  expect(done, 'everything was delivered').toBe(true);
}

const isOf =
  (box: TestOutbox) =>
  ({ outboxId }: { outboxId: string }) =>
    outboxId === box.outbox.id;

async function accountOf(box: TestOutbox) {
  return (await askCompleteness(engine.warehouse)).outboxes.find(isOf(box));
}

async function lettersOf(box: TestOutbox) {
  const letters = createDeadLetters(engine.warehouse, createProcess(), () => new Date());
  return (await letters.list()).filter(isOf(box));
}

async function slicesOf(box: TestOutbox): Promise<number> {
  const [row] = await engine.warehouse.rows(z.object({ n: z.coerce.number() }), {
    text: 'SELECT count() AS n FROM spendlens.slices WHERE outbox_id = {id:String}',
    params: { id: box.outbox.id },
  });
  return row?.n ?? 0;
}

/** Three times the fault, for whatever is inserted into the table; then the engine's own answers. */
function threeTimes(table: string, fault: Fault): () => number {
  let met = 0;
  relay.inject((asked) => {
    if (!isInsert(asked, table) || met === 3) return null;
    met++;
    return fault;
  });
  return () => met;
}

describe('an answer that is about the server and not about the rows', () => {
  it.each([
    { name: 'read-only', fault: exception(242, 'TABLE_IS_READ_ONLY') },
    { name: 'too many parts', fault: exception(252, 'TOO_MANY_PARTS') },
    { name: 'memory limit', fault: exception(241, 'MEMORY_LIMIT_EXCEEDED') },
    { name: 'too slow', fault: exception(159, 'TIMEOUT_EXCEEDED') },
    { name: 'too slow, though the rows landed', fault: exception(159, 'TIMEOUT_EXCEEDED', true) },
    { name: 'too many at once', fault: exception(202, 'TOO_MANY_SIMULTANEOUS_QUERIES') },
    { name: 'no quorum yet, though the rows landed', fault: exception(319, 'UNKNOWN_STATUS_OF_INSERT', true) },
    { name: 'disk full', fault: exception(243, 'NOT_ENOUGH_SPACE') },
    { name: 'rights taken away', fault: exception(497, 'ACCESS_DENIED') },
    { name: 'not migrated', fault: exception(60, 'UNKNOWN_TABLE') },
    { name: 'a balancer without a server', fault: { kind: 'status', status: 502, text: '<h1>502 Bad Gateway</h1>' } },
    { name: 'a cut line', fault: { kind: 'cut', landed: false } },
    { name: 'a cut line, though the rows landed', fault: { kind: 'cut', landed: true } },
  ] as const satisfies { name: string; fault: Fault }[])(
    'is waited out, and nothing is cut up or lost: $name',
    async ({ fault }) => {
      const box = await openTestOutbox();
      await Promise.all(Array.from({ length: 20 }, () => box.send(chatExchange())));
      const met = threeTimes('attempts', fault);
      await ingested(box, 20);
      relay.heal();
      expect(met()).toBe(3);
      expect(await standing(engine.warehouse, box.outbox.id)).toMatchObject({ rows: 20, seqs: 20 });
      expect(await accountOf(box)).toMatchObject({ ...whole, exchanges: 20, deadLetters: 0 });
      expect(await slicesOf(box)).toBe(1);
      await box.remove();
    },
  );
});

describe('rows that the server refuses', () => {
  const poison = () => ({ ...chatExchange(), userAgent: 'poison' });
  const carriesPoison = (asked: Asked) => isInsert(asked, 'attempts') && asked.rows.includes('poison');

  it.each([
    { name: 'as data', fault: exception(117, 'INCORRECT_DATA') },
    {
      name: 'on the way, as too large',
      fault: { kind: 'status', status: 413, text: '<h1>413 Request Entity Too Large</h1>' },
    },
  ] as const satisfies { name: string; fault: Fault }[])(
    'are found one by one, and the others land: $name',
    async ({ fault }) => {
      const box = await openTestOutbox();
      for (let n = 1; n <= 40; n++) await box.send(n === 9 || n === 31 ? poison() : chatExchange());
      relay.inject((asked) => (carriesPoison(asked) ? fault : null));
      await ingested(box, 40);
      relay.heal();
      expect(await standing(engine.warehouse, box.outbox.id)).toMatchObject({ rows: 38, seqs: 38 });
      expect((await lettersOf(box)).map(({ seq, step }) => [seq, step])).toEqual([
        [9, 'write'],
        [31, 'write'],
      ]);
      expect(await accountOf(box)).toMatchObject({ ...whole, exchanges: 38, deadLetters: 2 });
      await box.remove();
    },
  );

  it('are told apart from a server that is read-only meanwhile', async () => {
    const box = await openTestOutbox();
    for (let n = 1; n <= 10; n++) await box.send(n === 4 ? poison() : chatExchange());
    let asked = 0;
    relay.inject((statement) => {
      if (!isInsert(statement, 'attempts') && !isInsert(statement, 'dead_letters')) return null;
      // Every other answer is about the server.
      if (asked++ % 2 === 0) return exception(242, 'TABLE_IS_READ_ONLY');
      return carriesPoison(statement) ? exception(117, 'INCORRECT_DATA') : null;
    });
    await ingested(box, 10);
    relay.heal();
    expect(await lettersOf(box)).toMatchObject([{ seq: 4, step: 'write' }]);
    expect(await accountOf(box)).toMatchObject({ ...whole, exchanges: 9, deadLetters: 1 });
    await box.remove();
  });
});
