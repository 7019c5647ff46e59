import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { openOutbox } from '../../../proxy/outbox/open-outbox.ts';
import type { Outbox } from '../../../proxy/outbox/outbox.ts';
import { chatAttempt, chatExchange, rawBody, skeletonOf } from '../../harness/exchanges.ts';
import { quietLog } from '../../harness/ingest.ts';

const disk = mkdtempSync(join(tmpdir(), 'spendlens-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]).status === 0;
afterAll(() => {
  // Lazily: the file of an outbox that was closed on a full disk stays open.
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

const large = () => {
  const response = rawBody(Buffer.alloc(20_000, 'x'));
  return chatExchange({ attempts: [chatAttempt({ response })] });
};
const send = (outbox: Outbox, exchange = large()) => outbox.end(outbox.begin(skeletonOf(exchange)), exchange);

/** Sends until the disk takes no more for now; what waits in memory then, unsettled. */
async function fill(outbox: Outbox): Promise<readonly Promise<boolean>[]> {
  const sent: Promise<boolean>[] = [];
  for (let batch = 0; batch < 400; batch++) {
    const answers = Array.from({ length: 5 }, () => send(outbox));
    sent.push(...answers);
    const settled = Promise.all(answers).then(() => true);
    if (!(await Promise.race([settled, sleep(1_500, false)]))) return sent;
  }
  throw new Error('the disk never filled');
}

const acknowledge = (path: string, outbox: Outbox, seq: number) =>
  writeFile(path, JSON.stringify({ marks: { [outbox.id]: seq } }));

it.skipIf(!mounted)('on a full disk what ends waits in memory, and is written once there is room', async () => {
  const acknowledgementPath = join(disk, '..', `${disk.split('/').pop()}.json`);
  const folder = join(disk, 'outbox', '0');
  const outbox = await openOutbox({ folder, acknowledgementPath, log: quietLog, pollMs: 50 });
  const sent = await fill(outbox);
  expect(sent.length).toBeGreaterThan(200);
  expect(outbox.stats().waitingBytes).toBeGreaterThan(0);
  expect(outbox.room(20_000)).toBe('whole');

  await acknowledge(acknowledgementPath, outbox, sent.length - 100);
  expect(await Promise.all(sent)).not.toContain(false);
  expect(outbox.stats()).toMatchObject({ waitingBytes: 0, droppedExchanges: 0 });
  await expect.poll(() => outbox.stats().depth).toBe(100);
  await acknowledge(acknowledgementPath, outbox, sent.length);
  await expect.poll(() => outbox.stats().depth).toBe(0);
  await outbox.close();
  await rm(acknowledgementPath);
  await rm(folder, { recursive: true });
});

it.skipIf(!mounted)('once memory is full too it drops, counts and tells, and goes on when there is room', async () => {
  const acknowledgementPath = join(disk, '..', `${disk.split('/').pop()}.json`);
  const folder = join(disk, 'little', '0');
  const pendingLimitBytes = 1024 ** 2;
  const outbox = await openOutbox({ folder, acknowledgementPath, log: quietLog, pollMs: 50, pendingLimitBytes });
  const sent = await fill(outbox);
  const late = Array.from({ length: 100 }, () => send(outbox));
  const { droppedExchanges } = outbox.stats();
  expect(droppedExchanges).toBeGreaterThan(0);
  expect(outbox.room(20_000)).not.toBe('whole');

  await acknowledge(acknowledgementPath, outbox, sent.length - 100);
  const answers = await Promise.all([...sent, ...late]);
  expect(answers.filter((accepted) => !accepted)).toHaveLength(droppedExchanges);
  const exchange = large();
  expect(await send(outbox, exchange)).toBe(true);
  expect(exchange.lost.exchanges).toBe(droppedExchanges);
  await outbox.close();
  await rm(acknowledgementPath);
  await rm(folder, { recursive: true });
});

it.skipIf(!mounted)('a disk that somebody else filled to the last byte is survived without a loss', async () => {
  const folder = join(disk, 'second', '0');
  const outbox = await openOutbox({
    folder,
    acknowledgementPath: '/nowhere',
    log: quietLog,
    pollMs: 50,
    keepFreeBytes: 0,
  });
  expect(await send(outbox)).toBe(true);
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=64k']);
  const answers = Promise.all(Array.from({ length: 50 }, () => send(outbox)));
  expect(await Promise.race([answers.then(() => 'written'), sleep(500, 'waiting')])).toBe('waiting');
  await rm(join(disk, 'filler'));
  expect(await answers).not.toContain(false);
  expect(outbox.stats()).toMatchObject({ depth: 51, droppedExchanges: 0 });
  await outbox.close();
  expect((await readFile(join(folder, 'data.mdb'))).length).toBeGreaterThan(0);
});

it.skipIf(!mounted)('closed on a full disk, it gives up what waits rather than wait for ever', async () => {
  const folder = join(disk, 'closing', '0');
  const outbox = await openOutbox({ folder, acknowledgementPath: '/nowhere', log: quietLog, keepFreeBytes: 0 });
  expect(await send(outbox)).toBe(true);
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=64k']);
  const answers = Promise.all(Array.from({ length: 50 }, () => send(outbox)));
  await sleep(100);
  await outbox.close();
  expect(await answers).toContain(false);
  expect(outbox.stats().droppedExchanges).toBeGreaterThan(0);
  await rm(join(disk, 'filler'));
});

it.skipIf(!mounted)('a new outbox on a full disk is a clear error, not a crash', async () => {
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=64k']);
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'rest')}`, 'bs=4k']);
  const folder = join(disk, 'third', '0');
  const opening = openOutbox({ folder, acknowledgementPath: '/nowhere', log: quietLog });
  await expect(opening).rejects.toMatchObject({ code: 'data_folder_unusable' });
  await rm(join(disk, 'filler'));
});
