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
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const large = () => {
  const response = rawBody(Buffer.alloc(20_000, 'x'));
  return chatExchange({ attempts: [chatAttempt({ response })] });
};
const send = (outbox: Outbox, exchange = large()) => outbox.end(outbox.begin(skeletonOf(exchange)), exchange);

/** Sends in batches until one exchange is refused, or too many were sent. */
async function fill(outbox: Outbox): Promise<number> {
  let accepted = 0;
  for (let batch = 0; batch < 400; batch++) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(outbox)));
    accepted += answers.filter(Boolean).length;
    if (answers.includes(false)) return accepted;
  }
  return accepted;
}

it.skipIf(!mounted)('a full disk drops, counts and tells; when there is room again it goes on', async () => {
  const acknowledgementPath = join(disk, '..', `${disk.split('/').pop()}.json`);
  const folder = join(disk, 'outbox', '0');
  const outbox = await openOutbox({ folder, acknowledgementPath, log: quietLog, pollMs: 50 });
  await sleep(100);
  const accepted = await fill(outbox);
  expect(accepted).toBeGreaterThan(200);
  expect(outbox.room(20_000)).not.toBe('whole');
  const { depth, droppedExchanges } = outbox.stats();
  expect(depth).toBe(accepted);
  expect(droppedExchanges).toBeGreaterThan(0);

  await writeFile(acknowledgementPath, JSON.stringify({ marks: { [outbox.id]: accepted } }));
  await expect.poll(() => outbox.room(20_000), { timeout: 5_000 }).toBe('whole');
  const exchange = large();
  expect(await send(outbox, exchange)).toBe(true);
  expect(exchange.lost.exchanges).toBe(droppedExchanges);
  await outbox.close();
  await rm(acknowledgementPath);
});

it.skipIf(!mounted)('a disk that somebody else filled to the last byte is survived', async () => {
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
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(outbox)));
  expect(answers).toContain(false);
  const dropped = answers.filter((accepted) => !accepted).length;
  await rm(join(disk, 'filler'));
  await sleep(150);
  const exchange = large();
  expect(await send(outbox, exchange)).toBe(true);
  expect(exchange.lost.exchanges).toBe(dropped);
  expect(outbox.stats().depth).toBe(52 - dropped);
  await outbox.close();
  expect((await readFile(join(folder, 'data.mdb'))).length).toBeGreaterThan(0);
});

it.skipIf(!mounted)('a new outbox on a full disk is a clear error, not a crash', async () => {
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=64k']);
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'rest')}`, 'bs=4k']);
  const folder = join(disk, 'third', '0');
  const opening = openOutbox({ folder, acknowledgementPath: '/nowhere', log: quietLog });
  await expect(opening).rejects.toMatchObject({ code: 'data_folder_unusable' });
  await rm(join(disk, 'filler'));
});
