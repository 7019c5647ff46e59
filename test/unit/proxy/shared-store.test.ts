import { expect, it } from 'vitest';
import { takeFrom } from '../../../proxy/shared/store.ts';

const bucket = { capacity: 10, refillPerMs: 0.01, needed: 1, cost: 1, now: 1_000 };

it.each([
  ['is full when it is new', null, {}, { granted: true, tokens: 9 }],
  // 2 + 100 ms × 0.01
  ['refills with time', { tokens: 2, at: 900 }, {}, { granted: true, tokens: 2 }],
  ['never holds more than its capacity', { tokens: 9, at: 0 }, {}, { granted: true, tokens: 9 }],
  ['refuses what is not there, and takes nothing', { tokens: 0.5, at: 1_000 }, {}, { granted: false, tokens: 0.5 }],
  [
    'may owe where less is needed than taken',
    { tokens: 0.5, at: 1_000 },
    { needed: 0.1, cost: 5 },
    { granted: true, tokens: -4.5 },
  ],
  ['pays back what it owes first', { tokens: -4.5, at: 900 }, {}, { granted: false, tokens: -3.5 }],
  ['does not run backwards with the clock', { tokens: 3, at: 2_000 }, {}, { granted: true, tokens: 2 }],
])('a bucket %s', (_name, state, more, expected) => {
  expect(takeFrom(state, { ...bucket, ...more })).toEqual(expected);
});
