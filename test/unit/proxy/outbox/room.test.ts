import { mkdtempSync, writeFileSync } from 'node:fs';
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

it('after the disk said that it is full nothing fits, until it is looked at again', async () => {
  const room = keeper();
  writeFileSync(join(folder, 'data.mdb'), Buffer.alloc(8_192));
  room.diskFull();
  expect(room.room({ used: 0, pending: 0 }, 1)).toBe('none');
  expect(room.accepts({ used: 0, pending: 0 }, 1)).toBe(false);
  await room.poll();
  expect(room.room({ used: 0, pending: 0 }, 1)).toBe('whole');
});

it('leaves free what belongs to others, but uses the free pages of its own file', async () => {
  writeFileSync(join(folder, 'data.mdb'), Buffer.alloc(4 * MIB));
  // More than any disk has: the file must not grow by bodies.
  const room = createRoomKeeper({
    folder,
    limitBytes: 160 * MIB,
    pendingLimitBytes: 32 * MIB,
    keepFreeBytes: Number.MAX_SAFE_INTEGER,
  });
  await room.poll();
  expect(room.room({ used: 0, pending: 0 }, MIB)).toBe('whole');
  expect(room.room({ used: 3 * MIB, pending: 0 }, MIB)).toBe('facts');
});
