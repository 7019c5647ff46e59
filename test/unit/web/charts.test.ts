import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChartData,
  type ChartLine,
  highest,
  isEmptyChart,
  shiftBetween,
  stackTotal,
} from '../../../dashboard/web/charts/chart-data.ts';
import { csv } from '../../../dashboard/web/charts/csv.ts';
import { assignSlots, preferredSlot } from '../../../dashboard/web/charts/palette.ts';
import { bandCentre, bandStart, bucketAt, plotBox, valueAt } from '../../../dashboard/web/charts/plot-box.ts';
import { timeTicks, valueTicks } from '../../../dashboard/web/charts/ticks.ts';

const HOUR = 3_600_000;

describe('valueTicks', () => {
  it.each([
    { highest: 12.6, ticks: [0, 5, 10, 15] },
    { highest: 1, ticks: [0, 0.25, 0.5, 0.75, 1] },
    { highest: 0.0007, ticks: [0, 0.0002, 0.0004, 0.0006, 0.0008] },
    { highest: 0, ticks: [0, 1] },
    { highest: 2, whole: true, ticks: [0, 1, 2] },
    { highest: 9, whole: true, ticks: [0, 3, 6, 9] },
    { highest: Number.NaN, ticks: [0, 1] },
  ])('$highest', ({ highest: value, ticks, whole = false }) => expect(valueTicks(value, { whole })).toEqual(ticks));

  it('begin at zero, rise evenly, end at or above the highest, and are few', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), (value) => {
        const ticks = valueTicks(value);
        expect(ticks[0]).toBe(0);
        expect((ticks.at(-1) ?? 0) >= value * (1 - 1e-9)).toBe(true);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(ticks.every((tick, index) => index === 0 || tick > (ticks[index - 1] ?? 0))).toBe(true);
      }),
    );
  });
});

describe('timeTicks', () => {
  const hours = (from: string, count: number) => Array.from({ length: count }, (_, h) => Date.parse(from) + h * HOUR);

  it('stand at midnights of the zone, not of UTC', () => {
    const buckets = hours('2026-11-01T00:00:00Z', 72);
    const marks = timeTicks(buckets, 'America/New_York', 4).map((index) => new Date(buckets[index] ?? 0).toISOString());
    // New York left summer time on 1 November 2026 at 06:00 UTC.
    expect(marks).toEqual(['2026-11-01T04:00:00.000Z', '2026-11-02T05:00:00.000Z', '2026-11-03T05:00:00.000Z']);
  });

  it('are at most as many as have room', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom(60, 300, 900, 3600, 7200, 21_600, 86_400, 604_800),
        fc.integer({ min: 2, max: 14 }),
        (count, seconds, most) => {
          const start = Date.parse('2026-03-20T00:00:00Z');
          const buckets = Array.from({ length: count }, (_, index) => start + index * seconds * 1000);
          const marks = timeTicks(buckets, 'UTC', most);
          expect(marks.length).toBeGreaterThan(0);
          expect(marks.length).toBeLessThanOrEqual(most + 1);
        },
      ),
    );
  });
});

describe('the plot box', () => {
  it('finds the bucket under the middle of every band, and the nearest one beside the plot', () => {
    const box = plotBox(700, 260);
    for (const count of [1, 7, 84, 300]) {
      for (let index = 0; index < count; index += 1)
        expect(bucketAt(box, count, bandCentre(box, count, index))).toBe(index);
      expect(bucketAt(box, count, 0)).toBe(0);
      expect(bucketAt(box, count, 9999)).toBe(count - 1);
    }
    expect(bandStart(box, 10, 10)).toBe(box.right);
  });

  it('reads values from zero at the axis', () => {
    const box = plotBox(700, 260);
    expect([box.bottom, box.top].map((y) => valueAt(box, y, 20))).toEqual([0, 20]);
  });
});

describe('colours', () => {
  const entity = fc.string({ minLength: 1, maxLength: 20 });
  it('of one chart are all different, and what had one keeps it', () => {
    fc.assert(
      fc.property(fc.uniqueArray(entity, { maxLength: 7 }), fc.uniqueArray(entity, { maxLength: 7 }), (one, other) => {
        const first = assignSlots(one, new Map());
        expect(new Set(first.values()).size).toBe(one.length);
        const second = assignSlots(other, first);
        expect(new Set(second.values()).size).toBe(other.length);
        for (const name of other) if (first.has(name)) expect(second.get(name)).toBe(first.get(name));
      }),
    );
  });

  it('of an entity alone are those of its name', () => {
    expect(assignSlots(['model gpt-5.1'], new Map()).get('model gpt-5.1')).toBe(preferredSlot('model gpt-5.1'));
  });

  it.each(['light', 'dark'] as const)('can be told from the ground of the %s theme: 3:1 at least', (theme) => {
    const tokens = readTokens(theme);
    const ground = luminance(tokens.get('surface') ?? [0, 0, 0]);
    const names = [...Array.from({ length: 8 }, (_, index) => `series-${index + 1}`), 'series-other'];
    for (const name of names)
      expect(contrast(luminance(tokens.get(name) ?? [0, 0, 0]), ground), name).toBeGreaterThanOrEqual(3);
  });

  it.each(['light', 'dark'] as const)('of words in the %s theme reach 4.5:1 on every ground', (theme) => {
    const tokens = readTokens(theme);
    const words = ['text', 'muted', 'accent', 'good', 'warn', 'bad'];
    for (const ground of ['ground', 'surface', 'raised', 'sunken']) {
      for (const word of words) {
        const ratio = contrast(luminance(tokens.get(word) ?? [0, 0, 0]), luminance(tokens.get(ground) ?? [0, 0, 0]));
        expect(ratio, `${word} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    for (const [word, ground] of [
      ['accent-text', 'accent'],
      ['warn', 'warn-soft'],
      ['bad', 'bad-soft'],
      ['text', 'selected'],
      ['muted', 'selected'],
      ['text', 'bar'],
      ['muted', 'bar'],
    ] as const) {
      const ratio = contrast(luminance(tokens.get(word) ?? [0, 0, 0]), luminance(tokens.get(ground) ?? [0, 0, 0]));
      expect(ratio, `${word} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe('what a chart holds', () => {
  const line = (look: ChartLine['look'], points: (number | null)[]): ChartLine => ({
    key: `${look} ${points.join()}`,
    title: '',
    colour: '',
    look,
    points,
    exact: null,
    value: null,
  });
  const chart = (...lines: ChartLine[]): ChartData => ({
    buckets: [0, 1],
    bucketSeconds: 60,
    running: null,
    lines,
    sql: '',
  });

  it.each([
    { name: 'stacks add up', data: chart(line('stacked', [1, 2]), line('stacked', [3, 1])), most: 4 },
    { name: 'lines do not', data: chart(line('strong', [1, 2]), line('light', [3, 1])), most: 3 },
    {
      name: 'a peak before may leave the picture',
      data: chart(line('stacked', [2, 1]), line('before', [90, 1])),
      most: 3,
    },
    { name: 'unless there is nothing now', data: chart(line('stacked', [0, 0]), line('before', [90, 1])), most: 90 },
  ])('$name', ({ data, most }) => expect(highest(data)).toBe(most));

  it.each([
    { name: 'no requests', data: chart(line('stacked', [0, 0])), empty: true },
    { name: 'no errors is something', data: chart(line('strong', [0, 0])), empty: false },
    { name: 'gaps only', data: chart(line('strong', [null, null])), empty: true },
    {
      name: 'something before, nothing now',
      data: chart(line('stacked', [0, 0]), line('before', [1, 1])),
      empty: true,
    },
  ])('$name', ({ data, empty }) => expect(isEmptyChart(data)).toBe(empty));

  it('has no total where no line has a point', () => {
    expect(stackTotal([line('stacked', [null, 1]), line('stacked', [null, null])], 0)).toBeNull();
    expect(stackTotal([line('stacked', [null, 1]), line('stacked', [null, null])], 1)).toBe(1);
  });

  it.each([
    { name: 'a week and a bit is a week', apart: 7 * 24 * HOUR + 73 * 60_000, bucket: 2 * HOUR, shift: 7 * 24 * HOUR },
    { name: 'an hour is an hour', apart: HOUR + 20_000, bucket: 60_000, shift: HOUR },
  ])('$name', ({ apart, bucket, shift }) => expect(shiftBetween(apart, bucket)).toBe(shift));
});

describe('csv', () => {
  it.each([
    { cell: 'plain', shown: 'plain' },
    { cell: 'with, comma', shown: '"with, comma"' },
    { cell: 'say "hi"', shown: '"say ""hi"""' },
    { cell: '=HYPERLINK("x")', shown: '"\'=HYPERLINK(""x"")"' },
    { cell: '-0.5', shown: '-0.5' },
    { cell: '-cmd', shown: "'-cmd" },
  ])('$cell', ({ cell, shown }) => expect(csv([[cell]])).toBe(`${shown}\r\n`));
});

type Rgb = readonly [number, number, number];

function readTokens(theme: 'light' | 'dark'): Map<string, Rgb> {
  const css = readFileSync(new URL('../../../dashboard/web/styles/tokens.css', import.meta.url), 'utf8');
  const [light = '', dark = ''] = css.split('@theme')[0]?.split('[data-theme="dark"] {') ?? [];
  const found = [...(theme === 'light' ? light : dark).matchAll(/--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)];
  return new Map(found.map(([, name = '', l, c, h]) => [name, linearRgb(Number(l), Number(c), Number(h))]));
}

/** https://bottosson.github.io/posts/oklab/ */
function linearRgb(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clipped = (value: number) => Math.min(Math.max(value, 0), 1);
  return [
    clipped(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clipped(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clipped(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const contrast = (one: number, other: number) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
