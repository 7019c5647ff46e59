import { describe, expect, it } from 'vitest';
import { joinSlices } from '../../../../clickhouse/query/slices.ts';

const slice = (first: number, last: number, over = {}) => ({
  first,
  last,
  exchanges: last - first + 1,
  deadLetters: 0,
  lostExchanges: 0,
  lostBodies: 0,
  ...over,
});

describe('the slices of an outbox laid end to end', () => {
  it.each([
    { name: 'none', slices: [], lastSeq: 0, delivered: 0, holes: [] },
    { name: 'one', slices: [slice(1, 5)], lastSeq: 5, delivered: 5, holes: [] },
    { name: 'joined, in any order', slices: [slice(6, 9), slice(1, 5)], lastSeq: 9, delivered: 9, holes: [] },
    { name: 'a hole', slices: [slice(1, 5), slice(8, 9)], lastSeq: 9, delivered: 7, holes: [{ from: 6, to: 7 }] },
    { name: 'no beginning', slices: [slice(3, 4)], lastSeq: 4, delivered: 2, holes: [{ from: 1, to: 2 }] },
    { name: 'delivered again', slices: [slice(1, 5), slice(1, 5)], lastSeq: 5, delivered: 5, holes: [] },
    {
      name: 'again, cut otherwise',
      slices: [slice(1, 5), slice(1, 3), slice(4, 8)],
      lastSeq: 8,
      delivered: 8,
      holes: [],
    },
  ])('$name', ({ slices, lastSeq, delivered, holes }) => {
    expect(joinSlices(slices)).toMatchObject({ lastSeq, delivered, holes, uneven: 0 });
  });

  it('counts a dead letter as delivered', () => {
    expect(joinSlices([slice(1, 3, { exchanges: 2, deadLetters: 1 })])).toMatchObject({ delivered: 3, uneven: 0 });
  });

  it('finds a slice whose counts are not its stretch', () => {
    expect(joinSlices([slice(1, 3, { exchanges: 2 })])).toMatchObject({ uneven: 1 });
  });

  it('adds up what was lost once, however often a slice was delivered', () => {
    const lossy = slice(1, 3, { lostExchanges: 2, lostBodies: 5 });
    expect(joinSlices([lossy, lossy, slice(4, 4)])).toMatchObject({ lostExchanges: 2, lostBodies: 5 });
  });
});
