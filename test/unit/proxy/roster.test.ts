import { describe, expect, it } from 'vitest';
import { createRoster } from '../../../proxy/roster.ts';

describe('a roster', () => {
  it.each([
    { name: 'the first leaves', leaving: ['a'], left: ['b', 'c'] },
    { name: 'the one in the middle leaves', leaving: ['b'], left: ['a', 'c'] },
    { name: 'the last leaves', leaving: ['c'], left: ['a', 'b'] },
    { name: 'one leaves twice', leaving: ['a', 'a'], left: ['b', 'c'] },
    { name: 'who was moved into a seat leaves it', leaving: ['a', 'c'], left: ['b'] },
    { name: 'all leave', leaving: ['b', 'c', 'a'], left: [] },
  ])('keeps the others where $name', ({ leaving, left }) => {
    const roster = createRoster<string>();
    const seats = new Map(['a', 'b', 'c'].map((who) => [who, roster.take(who)]));
    for (const who of leaving) {
      const seat = seats.get(who);
      if (seat) roster.leave(seat);
    }
    expect(
      roster
        .seats()
        .map(({ who }) => who)
        .sort(),
    ).toEqual(left);
    expect(roster.size()).toBe(left.length);
  });
});
