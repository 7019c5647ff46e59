import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../../ingest/journal/journal.ts';
import { createStateFile } from '../../../ingest/journal/state-file.ts';
import type { Slice } from '../../../ingest/slice.ts';

let folder: string;
let path: string;
let now = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spendlens-journal-'));
  path = join(folder, 'ingest', 'state.json');
  now = 1_000_000;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = () => openJournal(createStateFile(path), () => now);
const of = (outboxId: string, firstSeq: number, lastSeq: number): Slice => ({
  ranges: [{ outboxId, firstSeq, lastSeq }],
  gaps: [],
  ask: false,
  condemned: '',
});
const none = () => new Set<string>();

describe('the journal', () => {
  it('moves marks only when the slice is done', async () => {
    const journal = await open();
    await journal.open(of('a', 1, 9));
    expect(journal.marks().get('a')).toBeUndefined();
    expect((await open()).intent()).toEqual({ slice: of('a', 1, 9), tries: 0 });
    const successor = await open();
    await successor.finish(null, none);
    expect([...successor.marks()]).toEqual([['a', 9]]);
    expect((await open()).intent()).toBeNull();
  });

  it('takes up the next slice in the same write that finishes the one before', async () => {
    const journal = await open();
    await journal.open(of('a', 1, 9));
    await journal.finish(of('a', 10, 12), none);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      marks: { a: 9 },
      intent: { slice: of('a', 10, 12), tries: 0 },
    });
  });

  it('counts who begins on a slice again, and forgets it where the slice was not at fault', async () => {
    await (await open()).open(of('a', 1, 9));
    for (const tries of [1, 2]) {
      const journal = await open();
      await journal.beginAgain();
      expect(journal.intent()?.tries).toBe(tries);
    }
    const journal = await open();
    await journal.renew();
    expect(journal.intent()?.tries).toBe(0);
  });

  it('puts parts in the place of a slice, each with its own turn', async () => {
    const journal = await open();
    await journal.open(of('a', 1, 4));
    await journal.replace([of('a', 1, 2), of('a', 3, 4)]);
    await journal.replace([of('a', 1, 1), of('a', 2, 2)]);
    await journal.finish(null, none);
    expect(journal.intent()?.slice).toEqual(of('a', 2, 2));
    await journal.finish(null, none);
    expect(journal.intent()?.slice).toEqual(of('a', 3, 4));
    await journal.finish(of('a', 5, 6), none);
    expect(journal.intent()?.slice).toEqual(of('a', 5, 6));
    expect([...journal.marks()]).toEqual([['a', 4]]);
  });

  it('drops the marks of outboxes that are gone', async () => {
    const journal = await open();
    await journal.pass(
      new Map([
        ['a', 3],
        ['b', 4],
      ]),
      none,
    );
    await journal.open(of('c', 1, 1));
    await journal.finish(null, () => new Set(['a']));
    expect([...journal.marks()]).toEqual([
      ['b', 4],
      ['c', 1],
    ]);
  });

  it('never moves a mark back', async () => {
    const journal = await open();
    await journal.pass(new Map([['a', 9]]), none);
    await journal.pass(new Map([['a', 3]]), none);
    expect(journal.marks().get('a')).toBe(9);
  });

  it('holds an intent for 60 s', async () => {
    const journal = await open();
    await journal.open(of('a', 1, 1));
    now += 60_000;
    journal.assertFresh();
    now += 1;
    expect(() => journal.assertFresh()).toThrow(expect.objectContaining({ code: 'slice_too_old' }));
    await journal.renew();
    journal.assertFresh();
  });

  it('is not written by who was paused while another one took over', async () => {
    const paused = await open();
    const successor = await open();
    await successor.pass(new Map([['a', 9]]), none);
    await expect(paused.pass(new Map([['a', 3]]), none)).rejects.toMatchObject({ code: 'slice_too_old' });
    expect((await open()).marks().get('a')).toBe(9);
  });

  it('that cannot be read is an error, since to guess would count twice', async () => {
    await open();
    await writeFile(path, '{"version":1,"marks":{"a":');
    await expect(open()).rejects.toMatchObject({ code: 'data_folder_unusable' });
    await writeFile(path, '{"version":2,"marks":{}}');
    await expect(open()).rejects.toMatchObject({ code: 'data_folder_unusable' });
  });
});
