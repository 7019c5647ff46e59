import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halve, type Slice, sliceId, spanOf } from '../../../ingest/slice.ts';

const of = (...ranges: [string, number, number][]): Slice => ({
  ranges: ranges.map(([outboxId, firstSeq, lastSeq]) => ({ outboxId, firstSeq, lastSeq })),
  gaps: [],
  ask: false,
  condemned: '',
});

const seqsOf = ({ ranges }: Slice) =>
  ranges.flatMap(({ outboxId, firstSeq, lastSeq }) =>
    Array.from({ length: lastSeq - firstSeq + 1 }, (_, index) => `${outboxId}/${firstSeq + index}`),
  );

describe('a slice', () => {
  it('has an id of what it covers, in whatever order', () => {
    expect(sliceId(of(['a', 1, 2], ['b', 3, 4]))).toBe(sliceId(of(['b', 3, 4], ['a', 1, 2])));
    expect(sliceId(of(['a', 1, 2]))).not.toBe(sliceId(of(['a', 1, 3])));
    expect(sliceId(of(['a', 1, 2]))).not.toBe(sliceId(of(['b', 1, 2])));
  });

  it('that is a single entry has no halves', () => {
    expect(halve(of(['a', 7, 7]))).toBeNull();
  });

  it('is covered by its halves, neither of which is empty, down to single entries', () => {
    const ranges = fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 40 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(ranges, (drawn) => {
        const slice = of(
          ...drawn.map(([first, more], index): [string, number, number] => [`o${index}`, first, first + more]),
        );
        const halves = halve(slice);
        if (!halves) return spanOf(slice) === 1;
        const [one, two] = halves;
        return (
          one.ask &&
          two.ask &&
          spanOf(one) > 0 &&
          spanOf(two) > 0 &&
          [...seqsOf(one), ...seqsOf(two)].join() === seqsOf(slice).join()
        );
      }),
    );
  });
});
