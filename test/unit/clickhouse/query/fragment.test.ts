import { describe, expect, it } from 'vitest';
import { dimensionColumn } from '../../../../clickhouse/query/dimension.ts';
import {
  instant,
  join,
  money,
  readable,
  render,
  single,
  sql,
  text,
  texts,
  uuid,
  whole,
} from '../../../../clickhouse/query/fragment.ts';
import { scopeConditions } from '../../../../clickhouse/query/scope.ts';
import { nothing, select } from '../../../../clickhouse/query/select.ts';
import type { Filter } from '../../../../domain/view.ts';
import { createZone } from '../../../../domain/zone.ts';

describe('a value never becomes part of the statement', () => {
  const nasty = `'; DROP TABLE attempts; --\\`;

  it('is bound by name and type', () => {
    const statement = render(sql`a = ${text(nasty)} AND b > ${whole(5)} AND c IN ${texts([nasty])}`);
    expect(statement.text).toBe('a = {p1:String} AND b > {p2:UInt64} AND c IN {p3:Array(String)}');
    expect(statement.params).toEqual({ p1: nasty, p2: 5, p3: [nasty] });
  });

  it('is quoted where people read it', () => {
    expect(readable(sql`a = ${text(nasty)}`)).toBe(`a = '\\'; DROP TABLE attempts; --\\\\'`);
    expect(readable(sql`a = ${text('two\nlines')}`)).toBe(`a = 'two\\nlines'`);
  });

  it.each([
    { value: money('0.000000150'), shown: "toDecimal64('0.000000150', 9)" },
    { value: single('840.5'), shown: "toFloat32('840.5')" },
    { value: instant(0), shown: "toDateTime64('1970-01-01 00:00:00.000', 3, 'UTC')" },
    {
      value: uuid('018bcfe5-687b-7000-8000-000000000001'),
      shown: "toUUID('018bcfe5-687b-7000-8000-000000000001')",
    },
    { value: texts(['a', "b'c"]), shown: "['a', 'b\\'c']" },
  ])('$shown', ({ value, shown }) => {
    expect(readable(sql`${value}`)).toBe(shown);
  });

  it('stays bound inside pieces of pieces', () => {
    const either = join([sql`a = ${whole(1)}`, sql`b = ${whole(2)}`], ' OR ');
    expect(render(sql`(${either}) AND c = ${whole(3)}`).text).toBe(
      '(a = {p1:UInt64} OR b = {p2:UInt64}) AND c = {p3:UInt64}',
    );
  });
});

describe('a query is written out once', () => {
  it('with the clauses that it has', () => {
    const query = select({
      ...nothing,
      columns: { user_id: sql`user_id`, spend: sql`sum(cost_usd)` },
      where: [sql`kind = ${text('app')}`, sql`status = 200`],
      groupBy: [sql`user_id`],
      orderBy: [sql`spend DESC`],
      limit: 10,
      offset: 20,
    });
    expect(readable(query)).toBe(
      `SELECT
  user_id,
  sum(cost_usd) AS spend
FROM spendlens.requests
WHERE kind = 'app'
  AND status = 200
GROUP BY user_id
ORDER BY spend DESC
LIMIT 10
OFFSET 20`,
    );
  });
});

describe('a property is a value too', () => {
  it('whatever its name', () => {
    expect(render(dimensionColumn(`property.x'] OR 1=1 --`))).toEqual({
      text: 'properties[{p1:String}]',
      params: { p1: `x'] OR 1=1 --` },
    });
  });
});

describe('filters', () => {
  const conditions = (filter: Filter) => {
    const span = { from: 0, to: 1000 };
    const range = { preset: '1h' as const };
    const scope = { kind: 'app' as const, span, range, zone: createZone('UTC'), filters: [filter], now: 1000 };
    return readable(join(scopeConditions(scope).slice(3), ' AND '));
  };
  it.each<{ name: string; filter: Filter; shown: string }>([
    { name: 'is', filter: { field: 'user_id', op: 'is', values: ['ann'] }, shown: "user_id = 'ann'" },
    { name: 'is one of', filter: { field: 'model', op: 'is', values: ['a', 'b'] }, shown: "has(['a', 'b'], model)" },
    { name: 'is none', filter: { field: 'feature', op: 'is', values: [''] }, shown: "feature = ''" },
    { name: 'is not', filter: { field: 'user_id', op: 'is_not', values: ['ann'] }, shown: "NOT (user_id = 'ann')" },
    {
      name: 'contains',
      filter: { field: 'path', op: 'contains', values: ['Chat', 'emb'] },
      shown: "(positionCaseInsensitiveUTF8(path, 'Chat') > 0 OR positionCaseInsensitiveUTF8(path, 'emb') > 0)",
    },
    {
      name: 'status is text',
      filter: { field: 'status', op: 'is', values: ['429'] },
      shown: "toString(status) = '429'",
    },
    {
      name: 'at least',
      filter: { field: 'latency_ms', op: 'at_least', values: ['1500'] },
      shown: 'latency_ms >= 1500',
    },
    {
      name: 'money stays exact',
      filter: { field: 'cost_usd', op: 'at_most', values: ['0.000000001'] },
      shown: "cost_usd <= toDecimal64('0.000000001', 9)",
    },
    {
      name: 'a request id asks its index',
      filter: { field: 'request_id', op: 'is', values: ['018bcfe5-687b-7000-8000-000000000001'] },
      shown: "request_id IN (toUUID('018bcfe5-687b-7000-8000-000000000001'))",
    },
    {
      name: 'half a request id is text',
      filter: { field: 'request_id', op: 'is', values: ['018b'] },
      shown: "toString(request_id) = '018b'",
    },
  ])('$name', ({ filter, shown }) => {
    expect(conditions(filter)).toBe(shown);
  });
});
