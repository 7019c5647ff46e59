import { describe, expect, it } from 'vitest';
import { bucketsOf, equalParts, previousSpan, resolveRange } from '../../../domain/range.ts';
import type { RangePreset } from '../../../domain/view.ts';
import { createZone } from '../../../domain/zone.ts';

const at = (text: string) => Date.parse(text);
const iso = (time: number | undefined) => new Date(time ?? 0).toISOString();
const berlin = createZone('Europe/Berlin');
const kathmandu = createZone('Asia/Kathmandu'); // UTC+5:45
const cairo = createZone('Africa/Cairo'); // clocks skip midnight in spring

describe('days of a time zone', () => {
  it.each([
    { name: 'winter', zone: berlin, time: '2026-01-15T12:00:00Z', day: '2026-01-14T23:00:00Z' },
    { name: 'summer', zone: berlin, time: '2026-07-15T12:00:00Z', day: '2026-07-14T22:00:00Z' },
    { name: 'just before midnight', zone: berlin, time: '2026-01-14T22:59:59Z', day: '2026-01-13T23:00:00Z' },
    { name: 'after the clocks went forward', zone: berlin, time: '2026-03-29T12:00:00Z', day: '2026-03-28T23:00:00Z' },
    { name: 'after the clocks went back', zone: berlin, time: '2026-10-25T12:00:00Z', day: '2026-10-24T22:00:00Z' },
    { name: 'an offset of quarters', zone: kathmandu, time: '2026-01-15T12:00:00Z', day: '2026-01-14T18:15:00Z' },
    { name: 'a day without midnight', zone: cairo, time: '2026-04-24T12:00:00Z', day: '2026-04-23T22:00:00Z' },
  ])('$name', ({ zone, time, day }) => {
    expect(iso(zone.startOfDay(at(time)))).toBe(iso(at(day)));
  });

  it('refuses a zone that does not exist and names the field', () => {
    expect(() => createZone('Middle/Earth')).toThrow(/view\.timeZone.*Middle\/Earth/);
  });
});

describe('what a preset means at 2026-11-21 09:30 in Berlin', () => {
  const now = at('2026-11-21T08:30:07Z');
  it.each<{ preset: RangePreset; from: string; to: string; before: string; until: string }>([
    {
      preset: 'today',
      from: '2026-11-20T23:00:00Z',
      to: '2026-11-21T08:30:07Z',
      before: '2026-11-19T23:00:00Z',
      until: '2026-11-20T08:30:07Z',
    },
    {
      preset: 'yesterday',
      from: '2026-11-19T23:00:00Z',
      to: '2026-11-20T23:00:00Z',
      before: '2026-11-18T23:00:00Z',
      until: '2026-11-19T23:00:00Z',
    },
    {
      preset: 'month',
      from: '2026-10-31T23:00:00Z',
      to: '2026-11-21T08:30:07Z',
      before: '2026-09-30T22:00:00Z',
      until: '2026-10-21T07:30:07Z',
    },
    // Rolling ranges begin on an edge of their buckets: 15 minutes for a day, 6 hours for a month.
    {
      preset: '24h',
      from: '2026-11-20T08:30:00Z',
      to: '2026-11-21T08:30:07Z',
      before: '2026-11-19T08:29:53Z',
      until: '2026-11-20T08:30:00Z',
    },
    {
      preset: '30d',
      from: '2026-10-22T04:00:00Z',
      to: '2026-11-21T08:30:07Z',
      before: '2026-09-21T23:29:53Z',
      until: '2026-10-22T04:00:00Z',
    },
    {
      preset: 'all',
      from: '2026-11-20T22:55:00Z',
      to: '2026-11-21T08:30:07Z',
      before: '2026-11-20T13:19:53Z',
      until: '2026-11-20T22:55:00Z',
    },
  ])('$preset', ({ preset, from, to, before, until }) => {
    const first = at('2026-11-20T22:59:30Z');
    const span = resolveRange({ preset }, berlin, now, first);
    const previous = previousSpan({ preset }, berlin, span);
    expect({ from: iso(span.from), to: iso(span.to) }).toEqual({ from: iso(at(from)), to: iso(at(to)) });
    expect({ from: iso(previous.from), to: iso(previous.to) }).toEqual({ from: iso(at(before)), to: iso(at(until)) });
  });
});

describe('buckets', () => {
  it.each([
    { from: '2026-11-21T08:00:00Z', to: '2026-11-21T08:15:00Z', seconds: 10, count: 90 },
    { from: '2026-11-20T08:00:00Z', to: '2026-11-21T08:00:00Z', seconds: 900, count: 96 },
    { from: '2026-11-14T09:00:00Z', to: '2026-11-21T09:00:00Z', seconds: 7200, count: 84 },
    { from: '2026-08-22T22:00:00Z', to: '2026-11-20T23:00:00Z', seconds: 86_400, count: 90 },
    { from: '2020-01-01T00:00:00Z', to: '2026-11-20T23:00:00Z', seconds: 2_592_000, count: 83 },
    { from: '1980-01-01T00:00:00Z', to: '2026-11-20T23:00:00Z', seconds: 12_268_800, count: 121 },
  ])('$from to $to: $count of $seconds s', ({ from, to, seconds, count }) => {
    const buckets = bucketsOf({ from: at(from), to: at(to) }, berlin, at('2027-01-01T00:00:00Z'));
    expect([buckets.seconds, buckets.edges.length]).toEqual([seconds, count]);
    expect(buckets.edges.length).toBeLessThanOrEqual(300);
    expect(buckets.running).toBeNull();
  });

  it('begin at the midnights of the zone, over a change of clocks too', () => {
    const span = { from: at('2026-10-20T22:00:00Z'), to: at('2026-12-30T23:00:00Z') };
    const { edges } = bucketsOf(span, berlin, at('2027-01-01T00:00:00Z'));
    const midnights = edges.filter((edge) => berlin.startOfDay(edge) === edge);
    expect(midnights).toHaveLength(71); // 43,200 s: every other edge of 71 days
    expect(edges.every((edge, index) => index === 0 || edge > (edges[index - 1] ?? 0))).toBe(true);
  });

  it('end with the one that is still filling', () => {
    const now = at('2026-11-21T08:30:07Z');
    const { edges, running } = bucketsOf({ from: now - 86_400_000, to: now }, berlin, now);
    expect(running).toBe(edges.length - 1);
    expect(iso(edges.at(-1))).toBe('2026-11-21T08:30:00.000Z');
  });

  it.each<RangePreset>(['15m', '1h', '6h', '24h', '7d', '30d', '90d'])(
    'of %s begin where the range begins',
    (preset) => {
      const now = at('2026-11-21T08:30:07Z');
      const span = resolveRange({ preset }, berlin, now, null);
      expect(bucketsOf(span, berlin, now).edges[0]).toBe(span.from);
    },
  );

  it('do not reach into the future', () => {
    const now = at('2026-11-21T08:30:07Z');
    const { edges } = bucketsOf({ from: now - 3_600_000, to: now + 86_400_000 }, berlin, now);
    expect(edges.at(-1)).toBeLessThan(now);
  });

  it('of sparklines cover the range in equal parts', () => {
    const span = { from: at('2026-11-20T00:00:00.500Z'), to: at('2026-11-21T00:00:00Z') };
    const parts = equalParts(span, 24);
    expect(parts).toHaveLength(24);
    expect(iso(parts[0])).toBe('2026-11-20T00:00:00.000Z');
    expect((parts.at(-1) ?? 0) + 3_600_000).toBeGreaterThanOrEqual(span.to);
  });
});
