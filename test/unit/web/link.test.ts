import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removed, replaced, withValue } from '../../../dashboard/web/state/filters.ts';
import {
  readFilter,
  readView,
  usualRange,
  writeFilter,
  writeFilters,
  writeRange,
} from '../../../dashboard/web/state/link.ts';
import { readOpen, writeOpen } from '../../../dashboard/web/state/open-link.ts';
import { propertyPlace, valueLink } from '../../../dashboard/web/state/places.ts';
import { safeBack } from '../../../dashboard/web/state/safe-back.ts';
import { readSorting, writeSorting } from '../../../dashboard/web/table/column.ts';
import { type Filter, plainDimension } from '../../../domain/view.ts';

const propertyName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((name) => !name.includes('\0') && !/[\n\r\u2028\u2029]/.test(name))
  .map((name): string => `property.${name}`);
const textFilter: fc.Arbitrary<Filter> = fc.record({
  field: fc.oneof(fc.constantFrom(...plainDimension.options), propertyName),
  op: fc.constantFrom('is', 'is_not', 'contains', 'not_contains'),
  values: fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { minLength: 1, maxLength: 5 }),
});
const overTheWire = (params: URLSearchParams) => new URLSearchParams(params.toString());

describe('filters in the URL', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.array(textFilter, { maxLength: 5 }), (filters) => {
        const params = overTheWire(writeFilters(new URLSearchParams('range=7d'), filters));
        expect(readView(params).filters).toEqual(filters);
        expect(params.get('range')).toBe('7d');
      }),
    );
  });

  it.each([
    { name: 'two values', filter: { field: 'user_id', op: 'is', values: ['ann', 'bob'] }, text: 'is:user_id:ann,bob' },
    { name: 'none named', filter: { field: 'feature', op: 'is', values: [''] }, text: 'is:feature:' },
    {
      name: 'separators inside',
      filter: { field: 'property.a:b', op: 'is_not', values: ['x,y', 'back\\slash'] },
      text: 'is_not:property.a\\:b:x\\,y,back\\\\slash',
    },
    {
      name: 'a number',
      filter: { field: 'cost_usd', op: 'at_least', values: ['0.01'] },
      text: 'at_least:cost_usd:0.01',
    },
  ] satisfies { name: string; filter: Filter; text: string }[])('$name', ({ filter, text }) => {
    expect(writeFilter(filter)).toBe(text);
    expect(readFilter(text)).toEqual(filter);
  });

  it.each(['', 'is', 'is:user_id', 'is:nonsense:x', 'at_least:cost_usd:cheap', 'drop:user_id:x', 'is:user_id:a:b'])(
    'leaves out what it cannot read: %j',
    (text) => expect(readFilter(text)).toBeNull(),
  );

  it('never throws, whatever the link', () => {
    fc.assert(fc.property(fc.string(), (text) => void readView(new URLSearchParams(text))));
    fc.assert(fc.property(fc.string(), (text) => void readFilter(text)));
  });
});

describe('range, zone and kind in the URL', () => {
  it('reads what it wrote, a preset or two ends', () => {
    const custom = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z' };
    const written = writeRange(new URLSearchParams('range=7d&tz=Europe/Berlin'), custom);
    expect(readView(overTheWire(written))).toMatchObject({ range: custom, timeZone: 'Europe/Berlin' });
    expect(readView(writeRange(written, { preset: '30d' })).range).toEqual({ preset: '30d' });
  });

  it('knows nothing of what is mangled', () => {
    const view = readView(new URLSearchParams('range=later&from=2026&tz=Mars/Olympus&kind=shadow&compare=on'));
    expect(view).toEqual({ range: null, timeZone: null, kind: null, filters: [], compare: true });
  });

  it.each([
    { name: 'nothing yet', first: null, preset: '24h' },
    { name: 'the first day', first: '2026-11-20T03:00:00Z', preset: '24h' },
    { name: 'later', first: '2026-11-20T01:00:00Z', preset: '7d' },
  ])('shows the usual range: $name', ({ first, preset }) =>
    expect(usualRange(first, '2026-11-21T02:00:00Z')).toBe(preset),
  );

  it('refuses a range that ends before it begins', () => {
    const params = new URLSearchParams('from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z');
    expect(readView(params).range).toBeNull();
  });
});

describe('editing filters', () => {
  const ann: Filter = { field: 'user_id', op: 'is', values: ['ann'] };
  const bob: Filter = { field: 'user_id', op: 'is', values: ['bob'] };
  const gpt: Filter = { field: 'model', op: 'is', values: ['gpt-5.1'] };
  it.each([
    { name: 'a click takes the place of the value before', result: withValue([ann, gpt], bob), expected: [gpt, bob] },
    { name: 'an edit stays where it was', result: replaced([ann, gpt], ann, bob), expected: [bob, gpt] },
    { name: 'the same filter is not added twice', result: replaced([ann], null, ann), expected: [ann] },
    { name: 'removing', result: removed([ann, gpt], ann), expected: [gpt] },
  ])('$name', ({ result, expected }) => expect(result).toEqual(expected));
});

describe('links to values and requests', () => {
  it('carry any value there and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const link = valueLink('user_id', value, '?range=30d&f=is:model:x') ?? '';
        const url = new URL(link, 'http://localhost');
        expect(url.pathname).toBe('/user');
        expect(url.searchParams.get('is')).toBe(value);
        expect(url.searchParams.get('f')).toBe('is:model:x');
      }),
    );
  });

  it('name the property too', () => {
    const url = new URL(valueLink('property.team & co', 'a/b', '') ?? '', 'http://localhost');
    expect([url.pathname, url.searchParams.get('name'), url.searchParams.get('is')]).toEqual([
      '/property',
      'team & co',
      'a/b',
    ]);
    expect(propertyPlace('team').dimension).toBe('property.team');
  });

  it('name a request by its identity', () => {
    const identity = { seq: 12, outboxId: 'k3', requestId: '41a50f78-4227-4336-a969-d6cce39d31f7' };
    expect(readOpen(writeOpen(identity))).toEqual(identity);
    expect([null, '', '12', '12.k3', 'x.k3.id'].map(readOpen)).toEqual([null, null, null, null, null]);
  });

  it.each([
    ['-spend', { by: 'spend', descending: true }],
    ['latency_p95', { by: 'latency_p95', descending: false }],
  ])('sort by %s', (text, sorting) => {
    expect(readSorting(text, { by: 'x', descending: true })).toEqual(sorting);
    expect(writeSorting(sorting)).toBe(text);
  });

  it.each([
    ['/users?range=7d', '/users?range=7d'],
    [null, '/'],
    ['https://elsewhere.example', '/'],
    ['//elsewhere.example', '/'],
    ['/\\elsewhere.example', '/'],
    ['javascript:alert(1)', '/'],
  ])('after signing in, %j leads to %s', (back, to) => expect(safeBack(back)).toBe(to));
});
