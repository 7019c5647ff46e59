import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { askCompleteness } from '../../../clickhouse/query/completeness.ts';
import type { Exchange } from '../../../domain/exchange.ts';
import { createDeadLetters } from '../../../ingest/dead-letters.ts';
import { loadState } from '../../../ingest/journal/state-file.ts';
import { createProcess } from '../../../ingest/process.ts';
import { openEnvironment } from '../../../proxy/outbox/environment.ts';
import { openOutbox } from '../../../proxy/outbox/open-outbox.ts';
import { chatAttempt, chatExchange, jsonBody, rawBody } from '../../harness/exchanges.ts';
import {
  ingestUntilDeath,
  type MigratedWarehouse,
  openTestOutbox,
  quietLog,
  runIngester,
  standing,
  startMigrated,
  type TestOutbox,
} from '../../harness/ingest.ts';
import { until } from '../../harness/stack.ts';

let migrated: MigratedWarehouse;
beforeAll(async () => {
  migrated = await startMigrated();
});
afterAll(() => migrated.stop());

const whole = { holes: [], missing: 0, duplicated: 0, attemptsOff: 0, uneven: 0 };

async function ingested(box: TestOutbox, seq: number): Promise<void> {
  const ingest = await runIngester(box.data, migrated);
  const done = await until(async () => ((await loadState(box.statePath)).marks.get(box.outbox.id) ?? 0) >= seq);
  await ingest.stop();
  expect(done, `marks reach ${seq}`).toBe(true);
}

async function accountOf(outboxId: string) {
  const { outboxes } = await askCompleteness(migrated.warehouse);
  return outboxes.find((account) => account.outboxId === outboxId);
}

function letters() {
  return createDeadLetters(migrated.warehouse, createProcess(), () => new Date());
}

async function lettersOf(box: TestOutbox) {
  return (await letters().list()).filter(({ outboxId }) => outboxId === box.outbox.id);
}

const notOurs: Exchange = { ...chatExchange(), requestId: 'not a uuid' };
/** The steps have nothing against the year 33,658; the warehouse does. */
const refused: Exchange = { ...chatExchange(), arrivedAt: 1e300 };

describe('an event that a step cannot read', () => {
  it('ends as a dead letter with its bytes and reason, and the others go on', async () => {
    const box = await openTestOutbox();
    await Promise.all([box.send(chatExchange()), box.send({ ...notOurs }), box.send(chatExchange())]);
    await ingested(box, 3);
    expect(await standing(migrated.warehouse, box.outbox.id)).toMatchObject({ rows: 2, seqs: 2 });
    const [letter, ...more] = await lettersOf(box);
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ seq: 2, step: 'decode' });
    expect(letter?.reason).toContain('requestId');
    expect(letter?.bytes).toBeGreaterThan(500);
    expect(await accountOf(box.outbox.id)).toMatchObject({ ...whole, exchanges: 2, deadLetters: 1, delivered: 3 });
    await box.remove();
  });

  it('stays dead on replay while the reason stands, and can be given up', async () => {
    const box = await openTestOutbox();
    await box.send({ ...notOurs });
    await ingested(box, 1);
    const id = { outboxId: box.outbox.id, seq: 1 };
    for (let time = 0; time < 2; time++) expect(await letters().replay(id)).toMatchObject({ kind: 'stillDead' });
    expect(await lettersOf(box)).toMatchObject([{ seq: 1, step: 'decode', tries: 3 }]);
    expect((await accountOf(box.outbox.id))?.deadLetters).toBe(1);
    await letters().drop(id);
    expect(await lettersOf(box)).toEqual([]);
    expect(await accountOf(box.outbox.id)).toMatchObject({ ...whole, deadLetters: 0, removed: 1 });
    await box.remove();
  });
});

describe('a row that the warehouse refuses', () => {
  it('is found by halving and becomes a dead letter; all others stand once', async () => {
    const box = await openTestOutbox();
    const sent = Array.from({ length: 40 }, (_, index) => box.send(index === 26 ? { ...refused } : chatExchange()));
    await Promise.all(sent);
    await ingested(box, 40);
    expect(await standing(migrated.warehouse, box.outbox.id)).toMatchObject({ rows: 39, seqs: 39 });
    expect(await lettersOf(box)).toMatchObject([{ seq: 27, step: 'write' }]);
    expect(await accountOf(box.outbox.id)).toMatchObject({ ...whole, exchanges: 39, deadLetters: 1, delivered: 40 });
    await box.remove();
  });
});

describe('an event on which ingesters die', () => {
  it('is set aside by the fourth and stands as a fact after its replay', async () => {
    const box = await openTestOutbox();
    await box.send(chatExchange());
    for (let death = 0; death < 3; death++) await ingestUntilDeath(box.data, migrated, 'intent');
    await ingested(box, 1);
    expect(await standing(migrated.warehouse, box.outbox.id)).toMatchObject({ rows: 0 });
    expect(await lettersOf(box)).toMatchObject([{ seq: 1, reason: '3 ingesters died on it' }]);
    const id = { outboxId: box.outbox.id, seq: 1 };
    expect(await letters().replay(id)).toEqual({ kind: 'replayed' });
    expect(await letters().replay(id)).toMatchObject({ kind: 'stillDead' });
    expect(await standing(migrated.warehouse, box.outbox.id)).toMatchObject({ rows: 1, seqs: 1 });
    expect(await lettersOf(box)).toEqual([]);
    expect(await accountOf(box.outbox.id)).toMatchObject({ ...whole, exchanges: 1, deadLetters: 0 });
    await box.remove();
  });
});

describe('seqs that an outbox skips', () => {
  it('are recorded as a gap and passed', async () => {
    const box = await openTestOutbox();
    for (let n = 0; n < 6; n++) await box.send(chatExchange());
    const { entries, root } = openEnvironment(join(box.data, 'outbox', '0'));
    await Promise.all([entries.remove([box.outbox.id, 3]), entries.remove([box.outbox.id, 4])]);
    await root.close();
    await ingested(box, 6);
    const gaps = await migrated.warehouse.rows(
      z.object({ expected_seq: z.coerce.number(), found_seq: z.coerce.number() }),
      {
        text: 'SELECT expected_seq, found_seq FROM spendlens.gaps WHERE outbox_id = {id:String}',
        params: { id: box.outbox.id },
      },
    );
    expect(gaps).toEqual([{ expected_seq: 3, found_seq: 5 }]);
    expect(await accountOf(box.outbox.id)).toMatchObject({ holes: [{ from: 3, to: 4 }] });
    await box.remove();
  });
});

describe('outboxes', () => {
  it('that are closed and empty leave the marks', async () => {
    const box = await openTestOutbox({ trim: true });
    await box.send(chatExchange());
    const first = box.outbox.id;
    const ingest = await runIngester(box.data, migrated);
    expect(await until(() => box.outbox.stats().depth === 0)).toBe(true);
    await box.outbox.close();
    const folder = join(box.data, 'outbox', '0');
    const next = await openOutbox({ folder, acknowledgementPath: box.statePath, log: quietLog, pollMs: 50 });
    await next.end(next.begin(chatExchange()), chatExchange());
    const onlyNext = async () => [...(await loadState(box.statePath)).marks.keys()].join() === next.id;
    expect(await until(onlyNext)).toBe(true);
    expect(first).not.toBe(next.id);
    await ingest.stop();
    await next.close();
    await rm(box.data, { recursive: true, force: true });
  });

  it('that appear and disappear while ingest runs are followed', async () => {
    const data = await mkdtemp(join(tmpdir(), 'spendlens-ingest-'));
    const acknowledgementPath = join(data, 'ingest', 'state.json');
    const ingest = await runIngester(data, migrated);
    for (let round = 0; round < 3; round++) {
      const folder = join(data, 'outbox', 'same-name');
      const outbox = await openOutbox({ folder, acknowledgementPath, log: quietLog, pollMs: 50 });
      await outbox.end(outbox.begin(chatExchange()), chatExchange());
      expect(await until(() => outbox.stats().depth === 0), `round ${round}`).toBe(true);
      await outbox.close();
      await rm(folder, { recursive: true });
    }
    await ingest.stop();
    await rm(data, { recursive: true, force: true });
  });
});

describe('text that JSON carries badly', () => {
  it('arrives whole: NUL, half a surrogate pair, bytes that are no UTF-8', async () => {
    const box = await openTestOutbox();
    const nul = jsonBody({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'a\0b' }] });
    const binary = rawBody(Buffer.from([0xff, 0xfe, 0x00, 0x80]), { contentType: 'application/octet-stream' });
    await box.send(chatExchange({ request: nul, attempts: [chatAttempt({ response: binary })] }));
    const half = rawBody(Buffer.from('{"model":"gpt-\\ud800","user":"u\\udc00"}'));
    await box.send(chatExchange({ request: half }));
    await ingested(box, 2);
    const rows = await migrated.warehouse.rows(
      z.object({ request: z.string(), response: z.string(), flags: z.array(z.string()) }),
      {
        text: 'SELECT request, response, flags FROM spendlens.bodies WHERE outbox_id = {id:String} ORDER BY seq',
        params: { id: box.outbox.id },
      },
    );
    expect(rows[0]?.request).toBe(Buffer.from(nul.head).toString());
    expect(rows[0]).toMatchObject({ response: '//4AgA==', flags: ['response_base64'] });
    expect(rows[1]?.request).toBe('{"model":"gpt-\\ud800","user":"u\\udc00"}');
    expect(await standing(migrated.warehouse, box.outbox.id)).toMatchObject({ rows: 2 });
    await box.remove();
  });
});

describe('a warehouse that goes away', () => {
  it('is waited for; what came meanwhile stands once', async () => {
    const own = await startMigrated();
    const port = Number(new URL(own.access.url).port);
    const box = await openTestOutbox();
    const ingest = await runIngester(box.data, own);
    for (let n = 0; n < 50; n++) await box.send(chatExchange());
    await own.server.kill();
    for (let n = 0; n < 50; n++) await box.send(chatExchange());
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const again = await startMigrated({ folder: own.server.folder, port });
    const all = async () => (await standing(again.warehouse, box.outbox.id)).rows >= 100;
    expect(await until(all)).toBe(true);
    await ingest.stop();
    expect(await standing(again.warehouse, box.outbox.id)).toMatchObject({ rows: 100, seqs: 100 });
    expect((await askCompleteness(again.warehouse)).complete).toBe(true);
    await again.stop();
    await own.stop();
    await rm(own.server.folder, { recursive: true, force: true });
    await box.remove();
  });

  it('does not keep ingest from stopping, and its slice is delivered later', async () => {
    const box = await openTestOutbox();
    await box.send(chatExchange());
    const nowhere = { ...migrated, access: { ...migrated.access, url: 'http://127.0.0.1:9' } };
    const ingest = await runIngester(box.data, nowhere);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await ingest.stop();
    await ingested(box, 1);
    expect(await standing(migrated.warehouse, box.outbox.id)).toMatchObject({ rows: 1 });
    await box.remove();
  });
});

describe('the state file', () => {
  it('that another ingester has taken over is not written again', async () => {
    const box = await openTestOutbox();
    const first = await runIngester(box.data, migrated);
    const failed = first.ended.then(
      () => 'ended',
      (error: unknown) => String(error),
    );
    const second = await runIngester(box.data, migrated);
    await box.send(chatExchange());
    expect(await failed).toContain('another ingester has taken over');
    await until(async () => (await standing(migrated.warehouse, box.outbox.id)).rows > 0);
    await second.stop();
    expect(await standing(migrated.warehouse, box.outbox.id)).toMatchObject({ rows: 1, seqs: 1 });
    expect(JSON.parse(await readFile(box.statePath, 'utf8'))).toMatchObject({ intent: null, due: [] });
    await box.remove();
  });
});
