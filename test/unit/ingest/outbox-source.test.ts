import { describe, expect, it } from 'vitest';
import type { Held } from '../../../ingest/held.ts';
import { cutSlice } from '../../../ingest/source/outbox.ts';
import type { Entry } from '../../../proxy/outbox/reader.ts';

/** An outbox is the list of its seqs; every entry has 10 bytes. */
type Boxes = Record<string, readonly number[]>;

const reader = (boxes: Boxes) => ({
  read(id: string, fromSeq: number, limit: { entries: number; bytes: number }): Entry[] {
    const fitting = Math.max(1, Math.min(limit.entries, Math.floor(limit.bytes / 10)));
    const seqs = (boxes[id] ?? []).filter((seq) => seq >= fromSeq).slice(0, fitting);
    return seqs.map((seq) => ({ seq, encoded: new Uint8Array(10) }));
  },
});

function cut(boxes: Boxes, marks: Record<string, number> = {}, held: Record<string, Held> = {}, entries = 100) {
  const outboxes = Object.entries(boxes).map(([id, [first]]) => ({ id, firstSeq: first ?? null, open: true }));
  const limits = { entries, bytes: 10_000 };
  const marked = new Map(Object.entries(marks));
  const { slice, passed } = cutSlice(reader(boxes), outboxes, marked, new Map(Object.entries(held)), limits);
  const ranges = slice?.slice.ranges.map(({ outboxId, firstSeq, lastSeq }) => `${outboxId} ${firstSeq}-${lastSeq}`);
  const gaps = slice?.slice.gaps.map(({ expectedSeq, foundSeq }) => `${expectedSeq}..${foundSeq}`);
  return { ranges, gaps, ask: slice?.slice.ask, events: slice?.events.length, passed: Object.fromEntries(passed) };
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('cutting a slice', () => {
  it.each([
    { name: 'nothing there', boxes: {}, ranges: undefined },
    { name: 'an open outbox without entries', boxes: { a: [] }, ranges: undefined },
    { name: 'from 1 on', boxes: { a: upTo(5) }, ranges: ['a 1-5'] },
    { name: 'behind the mark', boxes: { a: upTo(5) }, marks: { a: 3 }, ranges: ['a 4-5'] },
    { name: 'all acknowledged', boxes: { a: upTo(5) }, marks: { a: 5 }, ranges: undefined },
    { name: 'each outbox its share', boxes: { a: upTo(9), b: upTo(9) }, entries: 6, ranges: ['a 1-3', 'b 1-3'] },
    { name: 'at least one entry', boxes: { a: upTo(9), b: upTo(9) }, entries: 1, ranges: ['a 1-1', 'b 1-1'] },
  ])('$name', ({ boxes, marks = {}, entries = 100, ranges }) => {
    expect(cut(boxes, marks, {}, entries).ranges).toEqual(ranges);
  });

  it('a range ends where seqs skip, and the next one reports the gap', () => {
    const boxes = { a: [1, 2, 5, 6] };
    expect(cut(boxes)).toMatchObject({ ranges: ['a 1-2'], gaps: [], events: 2 });
    expect(cut(boxes, { a: 2 })).toMatchObject({ ranges: ['a 5-6'], gaps: ['3..5'], events: 2 });
  });

  it('passes over what the warehouse has in whole slices', () => {
    const covered = [
      { firstSeq: 1, lastSeq: 4 },
      { firstSeq: 5, lastSeq: 6 },
    ];
    const held = { a: { covered, upTo: 6 } };
    expect(cut({ a: upTo(9) }, {}, held)).toMatchObject({ ranges: ['a 7-9'], gaps: [], ask: false, passed: { a: 6 } });
    expect(cut({ a: upTo(6) }, {}, held)).toMatchObject({ ranges: undefined, passed: { a: 6 } });
  });

  it('is no gap where trimmed entries stand in the warehouse', () => {
    const held = { a: { covered: [{ firstSeq: 1, lastSeq: 50 }], upTo: 50 } };
    expect(cut({ a: [51, 52] }, {}, held)).toMatchObject({ ranges: ['a 51-52'], gaps: [] });
  });

  it('asks only as far as rows may stand there without their slice', () => {
    const held = { a: { covered: [{ firstSeq: 1, lastSeq: 2 }], upTo: 5 } };
    expect(cut({ a: upTo(9) }, {}, held)).toMatchObject({ ranges: ['a 3-5'], ask: true });
    expect(cut({ a: upTo(9) }, { a: 5 }, held)).toMatchObject({ ranges: ['a 6-9'], ask: false });
  });

  it('ends before a stretch that the warehouse has', () => {
    const held = { a: { covered: [{ firstSeq: 4, lastSeq: 6 }], upTo: 6 } };
    expect(cut({ a: upTo(9) }, {}, held)).toMatchObject({ ranges: ['a 1-3'], ask: true });
    expect(cut({ a: upTo(9) }, { a: 3 }, held)).toMatchObject({ ranges: ['a 7-9'], ask: false });
  });

  it('keeps slices that ask apart from those that need not', () => {
    const held = { a: { covered: [], upTo: 2 } };
    expect(cut({ a: upTo(3), b: upTo(3) }, {}, held)).toMatchObject({ ranges: ['a 1-2'], ask: true });
  });
});
