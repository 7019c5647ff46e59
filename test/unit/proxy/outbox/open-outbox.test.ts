import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeExchange } from '../../../../domain/exchange.ts';
import { createLog } from '../../../../process/log.ts';
import { type OutboxOptions, openOutbox } from '../../../../proxy/outbox/open-outbox.ts';
import type { Outbox } from '../../../../proxy/outbox/outbox.ts';
import { createOutboxReader } from '../../../../proxy/outbox/reader.ts';
import { chatExchange, skeletonOf } from '../../../harness/exchanges.ts';

let data: string;
let opened: Outbox[] = [];
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'spendlens-outbox-'));
});
afterEach(async () => {
  await Promise.all(opened.map((outbox) => outbox.close()));
  opened = [];
  await rm(data, { recursive: true, force: true });
});

async function open(more: Partial<OutboxOptions> = {}): Promise<Outbox> {
  const outbox = await openOutbox({
    folder: join(data, 'outbox', '0'),
    acknowledgementPath: join(data, 'state.json'),
    log: createLog('test', 'silent'),
    pollMs: 20,
    ...more,
  });
  opened.push(outbox);
  return outbox;
}

const send = (outbox: Outbox, exchange = chatExchange()) => outbox.end(outbox.begin(skeletonOf(exchange)), exchange);
const acknowledge = (marks: Record<string, number>) => writeFile(join(data, 'state.json'), JSON.stringify({ marks }));

async function read(id: string) {
  const reader = createOutboxReader(join(data, 'outbox'));
  await reader.outboxes();
  const entries = reader.read(id, 1, { entries: 1_000, bytes: Number.POSITIVE_INFINITY });
  await reader.close();
  return entries.map(({ seq, encoded }) => ({ seq, exchange: decodeExchange(encoded) }));
}

describe('an outbox', () => {
  it('keeps exchanges in the order in which they ended', async () => {
    const outbox = await open();
    const [one, two] = [chatExchange(), chatExchange()];
    const [first, second] = [outbox.begin(skeletonOf(one)), outbox.begin(skeletonOf(two))];
    await sleep(20);
    expect(await Promise.all([outbox.end(second, two), outbox.end(first, one)])).toEqual([true, true]);
    expect((await read(outbox.id)).map(({ seq, exchange }) => [seq, exchange.requestId])).toEqual([
      [1, two.requestId],
      [2, one.requestId],
    ]);
    expect(outbox.stats()).toMatchObject({ depth: 2, inflight: 0, droppedExchanges: 0 });
  });

  it('gives back exactly what it was given', async () => {
    const outbox = await open();
    const exchange = chatExchange();
    await send(outbox, exchange);
    const [entry] = await read(outbox.id);
    expect({ ...entry?.exchange, request: null, attempts: null }).toEqual({
      ...exchange,
      request: null,
      attempts: null,
    });
    expect(Buffer.from(entry?.exchange.request.head ?? [])).toEqual(Buffer.from(exchange.request.head));
  });

  it('opens under a fresh id and counts from 1, and keeps what is left under the old one', async () => {
    const first = await open();
    await send(first);
    await first.close();
    opened = [];
    const second = await open();
    expect(second.id).not.toBe(first.id);
    expect(second.stats().depth).toBe(1);
    expect(second.stats().bytes).toBe(first.stats().bytes);
    await send(second);
    expect((await read(first.id)).map(({ seq }) => seq)).toEqual([1]);
    expect((await read(second.id)).map(({ seq }) => seq)).toEqual([1]);
  });

  it('stops recording, and says so, once it has a new owner', async () => {
    const first = await open();
    const exchange = chatExchange();
    const ticket = first.begin(skeletonOf(exchange));
    // Arrivals are on the disk by the time that what ended after them is.
    expect(await send(first)).toBe(true);
    const second = await open();
    expect(await first.end(ticket, exchange)).toBe(false);
    expect(await send(first)).toBe(false);
    expect(first.room(1)).toBe('none');
    expect(await send(second)).toBe(true);
    const entries = await read(second.id);
    expect(entries.map(({ exchange: { errorKind } }) => errorKind)).toEqual(['aborted', null]);
    expect(await read(first.id)).toHaveLength(1);
  });

  it('gives up what is acknowledged, its own and what earlier owners left', async () => {
    const first = await open();
    for (let n = 0; n < 5; n++) await send(first);
    await first.close();
    opened = [];
    const second = await open();
    for (let n = 0; n < 3; n++) await send(second);
    await acknowledge({ [first.id]: 4, [second.id]: 2 });
    await expect.poll(() => second.stats().depth).toBe(2);
    expect((await read(first.id)).map(({ seq }) => seq)).toEqual([5]);
    expect((await read(second.id)).map(({ seq }) => seq)).toEqual([3]);
    await acknowledge({ [first.id]: 5, [second.id]: 3 });
    await expect.poll(() => second.stats()).toMatchObject({ depth: 0, bytes: 0, lagMs: 0 });
  });

  it('that is full refuses, counts, and tells it with the next one that it takes', async () => {
    const outbox = await open({ limitBytes: 40_000 });
    let accepted = 0;
    while (await send(outbox)) accepted++;
    expect(accepted).toBeGreaterThan(5);
    expect(await send(outbox)).toBe(false);
    expect(outbox.room(10_000)).toBe('none');
    outbox.countShedBody();
    expect(outbox.stats()).toMatchObject({ depth: accepted, droppedExchanges: 2, shedBodies: 1, inflight: 0 });
    await acknowledge({ [outbox.id]: accepted });
    await expect.poll(() => outbox.stats().depth).toBe(0);
    await send(outbox);
    await send(outbox);
    const told = (await read(outbox.id)).map(({ seq, exchange: { lost } }) => ({ seq, ...lost }));
    // No seq was spent on what was refused.
    expect(told).toEqual([
      { seq: accepted + 1, exchanges: 2, bodies: 1 },
      { seq: accepted + 2, exchanges: 0, bodies: 0 },
    ]);
  });

  it('hands what it lost and has not told to its successor', async () => {
    const outbox = await open({ limitBytes: 1 });
    expect(await send(outbox)).toBe(false);
    outbox.countShedBody();
    await outbox.close();
    opened = [];
    const next = await open();
    await send(next);
    const [entry] = await read(next.id);
    expect(entry?.exchange.lost).toEqual({ exchanges: 1, bodies: 1 });
  });

  it('needs no entry for an arrival that ends at once', async () => {
    const outbox = await open({ lingerMs: 30 });
    const ending = send(outbox);
    expect(outbox.stats().inflight).toBe(0);
    expect(await ending).toBe(true);
  });

  it('reads at least one entry, however large', async () => {
    const outbox = await open();
    await send(outbox);
    await send(outbox);
    const reader = createOutboxReader(join(data, 'outbox'));
    expect(await reader.outboxes()).toEqual([{ id: outbox.id, firstSeq: 1, open: true }]);
    expect(reader.read(outbox.id, 1, { entries: 10, bytes: 1 }).map(({ seq }) => seq)).toEqual([1]);
    expect(reader.read(outbox.id, 3, { entries: 10, bytes: 1 })).toEqual([]);
    expect(reader.read('nobody', 1, { entries: 10, bytes: 1 })).toEqual([]);
    await reader.close();
  });

  it('in a folder that cannot be is a clear error', async () => {
    await writeFile(join(data, 'file'), '');
    await expect(open({ folder: join(data, 'file', '0') })).rejects.toMatchObject({ code: 'data_folder_unusable' });
  });
});
