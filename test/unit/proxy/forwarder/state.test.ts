import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openForwarderState } from '../../../../proxy/forwarder/state.ts';
import { createAcknowledgementReader } from '../../../../proxy/outbox/acknowledgement.ts';
import { quietLog } from '../../../harness/ingest.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spendlens-state-'));
  path = join(folder, 'forwarder', 'state.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('keeps partition and mark of each outbox, in a form that the proxies read', async () => {
  const state = await openForwarderState(path, quietLog);
  await Promise.all([state.choose('a', 3), state.choose('b', 1), state.acknowledged('a', 7), state.close('b')]);
  expect(await createAcknowledgementReader(path)()).toEqual({ marks: { a: 7 } });
  const again = await openForwarderState(path, quietLog);
  expect(again.ids()).toEqual(['a', 'b']);
  expect([again.partition('a'), again.mark('a'), again.isClosed('a')]).toEqual([3, 7, false]);
  expect([again.partition('b'), again.mark('b'), again.isClosed('b')]).toEqual([1, 0, true]);
  await again.forget('a');
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ marks: {}, partitions: { b: 1 } });
});

it('begins anew where the file was damaged: what is sent again is known downstream', async () => {
  await (await openForwarderState(path, quietLog)).acknowledged('a', 7);
  await writeFile(path, '{"marks":');
  expect((await openForwarderState(path, quietLog)).mark('a')).toBe(0);
});

it('goes on where the file cannot be written, and writes it with the next mark', async () => {
  const state = await openForwarderState(path, quietLog);
  await rm(join(folder, 'forwarder'), { recursive: true });
  await state.acknowledged('a', 1);
  expect(state.mark('a')).toBe(1);
  await (await openForwarderState(path, quietLog)).acknowledged('other', 1);
  await state.acknowledged('a', 2);
  expect(JSON.parse(await readFile(path, 'utf8')).marks).toEqual({ a: 2 });
});
