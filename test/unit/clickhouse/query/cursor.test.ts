import { describe, expect, it } from 'vitest';
import { afterCursor } from '../../../../clickhouse/query/cursor.ts';
import { readable } from '../../../../clickhouse/query/fragment.ts';

const cursor = (...place: unknown[]) => Buffer.from(JSON.stringify(place)).toString('base64url');

describe('the page after a cursor', () => {
  it.each([
    {
      name: 'dearest first: cheaper ones, then those without a price',
      condition: afterCursor('cost_usd', true, cursor('0.500000000', 'ab', 7)),
      shown: `(cost_usd < toDecimal64('0.500000000', 9) OR (cost_usd = toDecimal64('0.500000000', 9) AND (outbox_id, seq) < ('ab', 7)) OR cost_usd IS NULL)`,
    },
    {
      name: 'fastest first: those without a time still come last',
      condition: afterCursor('ttft_ms', false, cursor('120.5', 'ab', 7)),
      shown: `(ttft_ms > toFloat32('120.5') OR (ttft_ms = toFloat32('120.5') AND (outbox_id, seq) > ('ab', 7)) OR ttft_ms IS NULL)`,
    },
    {
      name: 'among those without a value',
      condition: afterCursor('cost_usd', true, cursor(null, 'ab', 7)),
      shown: `(cost_usd IS NULL AND (outbox_id, seq) < ('ab', 7))`,
    },
    {
      name: 'newest first',
      condition: afterCursor('created_at', true, cursor('1000', 'ab', 7)),
      shown: `(created_at < toDateTime64('1970-01-01 00:00:01.000', 3, 'UTC') OR (created_at = toDateTime64('1970-01-01 00:00:01.000', 3, 'UTC') AND (outbox_id, seq) < ('ab', 7)))`,
    },
  ])('$name', ({ condition, shown }) => {
    expect(readable(condition)).toBe(shown);
  });

  it.each(['', 'nonsense', cursor('x', 'ab', 7), cursor('1', 'ab'), cursor('1', 'ab', -1), cursor('1', 2, 3)])(
    'refuses %s',
    (encoded) => {
      expect(() => afterCursor('created_at', true, encoded)).toThrow('after: not a cursor');
    },
  );
});
