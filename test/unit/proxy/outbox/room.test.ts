import { mkdtempSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRoomKeeper } from '../../../../proxy/outbox/room.ts';

const MIB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'spendlens-room-'));
const keeper = () => createRoomKeeper({ folder, limitBytes: 160 * MIB, pendingLimitBytes: 32 * MIB, keepFreeBytes: 0 });

it.each([
  { name: 'empty', used: 0, pending: 0, size: MIB, room: 'whole' },
  { name: 'the last sixteenth is for facts', used: 149.5 * MIB, pending: 0, size: MIB, room: 'facts' },
  { name: 'small ones still fit whole', used: 149.5 * MIB, pending: 0, size: 1_000, room: 'whole' },
  { name: 'full', used: 160 * MIB, pending: 0, size: 1_000, room: 'none' },
  { name: 'what waits for its commit counts', used: 149 * MIB, pending: 0.9 * MIB, size: MIB, room: 'facts' },
  { name: 'the disk stands still and memory fills', used: 0, pending: 30 * MIB, size: MIB, room: 'facts' },
  { name: 'memory is full', used: 0, pending: 32 * MIB, size: 1_000, room: 'none' },
])('$name: $room', ({ used, pending, size, room }) => {
  expect(keeper().room({ used, pending }, size)).toBe(room);
});

it('a disk that said it is full is left alone for a while, then taken in small steps; memory goes on taking', async () => {
  const room = keeper();
  writeFileSync(join(folder, 'data.mdb'), Buffer.alloc(8_192));
  await room.poll();
  expect(room.batchBytes()).toBeGreaterThan(MIB);
  room.diskFull();
  for (let look = 0; look < 3; look++) {
    expect(room.diskRoom(0)).toBe(0);
    expect(room.room({ used: 0, pending: 0 }, MIB)).toBe('whole');
    await room.poll();
  }
  expect(room.diskRoom(0)).toBeGreaterThan(MIB);
  expect(room.batchBytes()).toBeLessThan(MIB);
  for (let look = 0; look < 10; look++) await room.poll();
  expect(room.batchBytes()).toBeGreaterThan(MIB);
});

it('leaves a hundredth of the disk to others', async () => {
  const limits = { folder, limitBytes: 160 * MIB, pendingLimitBytes: 32 * MIB };
  const greedy = createRoomKeeper({ ...limits, keepFreeBytes: 0 });
  const polite = createRoomKeeper({ ...limits, keepFreeBytes: Number.MAX_SAFE_INTEGER });
  await Promise.all([greedy.poll(), polite.poll()]);
  const { blocks, bsize } = statfsSync(folder);
  // Half of it: others write to this disk between the two looks, and free pages are counted with care.
  expect(greedy.diskRoom(0) - polite.diskRoom(0)).toBeGreaterThan((blocks * bsize) / 200);
});
