import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLedger } from '../../../../proxy/outbox/ledger.ts';

it('counts the oldest entries up to a mark, at most so many', () => {
  const ledger = createLedger();
  for (const bytes of [10, 20, 30]) ledger.append(bytes, bytes);
  expect(ledger.upTo(0, 9)).toEqual({ firstSeq: 1, count: 0, bytes: 0 });
  expect(ledger.upTo(2, 9)).toEqual({ firstSeq: 1, count: 2, bytes: 30 });
  expect(ledger.upTo(99, 9)).toEqual({ firstSeq: 1, count: 3, bytes: 60 });
  expect(ledger.upTo(99, 1)).toEqual({ firstSeq: 1, count: 1, bytes: 10 });
  ledger.drop(2);
  expect(ledger.upTo(2, 9)).toEqual({ firstSeq: 3, count: 0, bytes: 0 });
  expect(ledger.upTo(3, 9)).toEqual({ firstSeq: 3, count: 1, bytes: 30 });
  expect(ledger.oldestAt()).toBe(30);
  ledger.drop(1);
  expect(ledger.oldestAt()).toBeNull();
});

it('stays right over many appends and drops', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 3_000 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(steps, (drawn) => {
      const ledger = createLedger();
      let [appended, dropped] = [0, 0];
      for (const [appends, drops] of drawn) {
        for (let n = 0; n < appends; n++) ledger.append(++appended, 0);
        const { firstSeq, count, bytes } = ledger.upTo(appended, drops);
        const expected = Math.min(drops, appended - dropped);
        if (firstSeq !== dropped + 1 || count !== expected) return false;
        // Entry n has n bytes: first + … + last.
        if (bytes !== (count * (2 * firstSeq + count - 1)) / 2) return false;
        ledger.drop(count);
        dropped += count;
      }
      return true;
    }),
    { numRuns: 30 },
  );
});
