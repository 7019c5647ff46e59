import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeOffsetState, encodeOffsetState, type OffsetState } from '../../../ingest/journal/offset-metadata.ts';
import type { Slice } from '../../../ingest/slice.ts';

const slice = (outboxes: number, more: Partial<Slice> = {}): Slice => ({
  ranges: Array.from({ length: outboxes }, (_, index) => ({
    outboxId: `outbox-${index}`,
    firstSeq: index + 1,
    lastSeq: 40_000 + index,
  })),
  gaps: [],
  ask: false,
  condemned: '',
  ...more,
});
const marks = (count: number) => new Map(Array.from({ length: count }, (_, index) => [`outbox-${index}`, index + 1]));
const roundTrip = (state: OffsetState) => decodeOffsetState(encodeOffsetState(state));

describe('the state in the metadata of an offset', () => {
  it.each<{ name: string; state: OffsetState }>([
    { name: 'nothing at all', state: { state: { marks: marks(0), intent: null, due: [] }, until: 0 } },
    { name: 'marks', state: { state: { marks: marks(20), intent: null, due: [] }, until: 0 } },
    {
      name: 'a slice under way',
      state: { state: { marks: marks(3), intent: { slice: slice(2), tries: 2 }, due: [] }, until: 987_654_321 },
    },
    {
      name: 'halves, gaps and a reason',
      state: {
        state: {
          marks: marks(3),
          intent: { slice: slice(1, { ask: true, condemned: 'refused: no (code 53)' }), tries: 0 },
          due: [slice(2, { ask: true }), slice(0, { gaps: [{ outboxId: 'a_b', expectedSeq: 7, foundSeq: 9 }] })],
        },
        until: 12,
      },
    },
  ])('comes back as it was: $name', ({ state }) => {
    expect(roundTrip(state)).toEqual(state);
  });

  it('fits in 4,096 bytes: the marks that moved least recently are left out', () => {
    const state = { marks: marks(1_000), intent: { slice: slice(40), tries: 0 }, due: [] };
    const text = encodeOffsetState({ state, until: 1 });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
    const kept = [...(decodeOffsetState(text)?.state.marks.keys() ?? [])];
    expect(kept.length).toBeGreaterThan(100);
    expect(kept).toEqual([...marks(1_000).keys()].slice(-kept.length));
  });

  it('says nothing in more than ASCII, however odd the reason is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5_000 }), (condemned) => {
        const intent = { slice: slice(40, { condemned }), tries: 1 };
        const text = encodeOffsetState({ state: { marks: marks(500), intent, due: [] }, until: 5 });
        return Buffer.byteLength(text) <= 4_096 && decodeOffsetState(text)?.state.intent?.slice.ranges.length === 40;
      }),
    );
  });

  it.each([
    null,
    '',
    'from another program',
    '{"v":2,"s":[],"m":""}',
    '{"v":1,"s":[{"r":"a:x"}],"m":""}',
    '{"v":1,"s":[],"m":"a"}',
  ])('that is not ours is none: %s', (text) => {
    expect(decodeOffsetState(text)).toBeNull();
  });
});
