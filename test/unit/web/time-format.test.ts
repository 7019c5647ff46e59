import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ago, bucketTitle, instantOf, isTimeZone, localInput, offsetAt } from '../../../dashboard/web/format/time.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('zones', () => {
  it.each([
    { at: '2026-07-01T12:00:00Z', zone: 'Europe/Berlin', hours: 2 },
    { at: '2026-12-01T12:00:00Z', zone: 'Europe/Berlin', hours: 1 },
    { at: '2026-12-01T12:00:00Z', zone: 'Asia/Kolkata', hours: 5.5 },
    { at: '2026-12-01T12:00:00Z', zone: 'America/New_York', hours: -5 },
  ])('$zone at $at', ({ at, zone, hours }) => expect(offsetAt(Date.parse(at), zone)).toBe(hours * 3_600_000));

  it('what the field shows leads back to the minute it shows', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
    // Not around the changes of clocks in 2026, where one reading of the clock stands for two instants.
    const at = fc.integer({ min: Date.parse('2026-05-01'), max: Date.parse('2026-09-01') });
    fc.assert(
      fc.property(at, zone, (instant, name) => {
        expect(instantOf(localInput(instant, name), name)).toBe(Math.floor(instant / 60_000) * 60_000);
      }),
    );
  });

  it('knows which names there are', () => {
    expect(['UTC', 'Europe/Berlin', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
    expect(instantOf('nonsense', 'UTC')).toBeNull();
  });
});

describe('ago', () => {
  it.each([
    [0, 'just now'],
    [3_000, '3 s ago'],
    [300_000, '5 m ago'],
    [7_200_000, '2 h ago'],
    [4 * 86_400_000, '4 d ago'],
    [-5_000, 'just now'],
  ])('%d ms', (passed, shown) => expect(plain(ago(1_800_000_000_000 - passed, 1_800_000_000_000))).toBe(shown));
});

describe('bucketTitle', () => {
  const at = Date.parse('2026-11-20T23:00:00Z');
  it.each([
    { seconds: 3600, shown: '21 Nov, 00:00 – 01:00' },
    { seconds: 86_400, shown: 'Sat 21 Nov' },
    { seconds: 604_800, shown: 'Sat 21 Nov – 27 Nov' },
  ])('$seconds s', ({ seconds, shown }) =>
    expect(bucketTitle(at, seconds, 'Europe/Berlin').replace('Sat, ', 'Sat ')).toBe(shown),
  );
});
