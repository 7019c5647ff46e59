import { describe, expect, it } from 'vitest';
import { rawInsert } from '../../../../clickhouse/embedded/insert.ts';
import { formatClause, intoFile, kindOf } from '../../../../clickhouse/embedded/statement.ts';

describe('the kind of a statement', () => {
  it.each([
    { sql: 'SELECT 1', kind: 'select' },
    { sql: '  ((SELECT 1))', kind: 'select' },
    { sql: '/* x */ -- y\nwith a as (select 1) select * from a', kind: 'select' },
    { sql: 'FROM t SELECT x', kind: 'select' },
    { sql: 'show tables', kind: 'show' },
    { sql: 'EXPLAIN SELECT 1', kind: 'show' },
    { sql: '# note\nINSERT INTO t VALUES (1)', kind: 'insert' },
    { sql: 'SET x = 1', kind: 'session' },
    { sql: 'CREATE TEMPORARY TABLE t (a UInt8)', kind: 'session' },
    { sql: 'CREATE TABLE t (a UInt8)', kind: 'other' },
    { sql: '', kind: 'other' },
  ])('$sql: $kind', ({ sql, kind }) => expect(kindOf(sql)).toBe(kind));
});

describe('the format of a statement', () => {
  it.each([
    { sql: 'SELECT 1 FORMAT JSON', format: 'JSON' },
    { sql: 'SELECT 1 format `Null` ; -- end', format: 'Null' },
    { sql: 'SELECT 1 FORMAT CSV SETTINGS max_threads = 1;', format: 'CSV' },
    { sql: "SELECT 'FORMAT JSON'", format: null },
    { sql: 'SELECT 1 AS format FROM t', format: null },
    { sql: 'SELECT 1 -- FORMAT JSON', format: null },
    { sql: 'SELECT formatReadableSize(1)', format: null },
  ])('$sql: $format', ({ sql, format }) => expect(formatClause(sql)).toBe(format));
});

describe('a statement whose result goes to a file', () => {
  it.each([
    { sql: 'SELECT 1', into: "SELECT 1\nINTO OUTFILE '/p' TRUNCATE FORMAT TSV" },
    { sql: 'SELECT 1; -- end', into: "SELECT 1\nINTO OUTFILE '/p' TRUNCATE FORMAT TSV" },
    { sql: 'SELECT 1 FORMAT JSON', into: "SELECT 1 \nINTO OUTFILE '/p' TRUNCATE FORMAT TSV" },
    {
      sql: 'SELECT 1 FORMAT CSV SETTINGS max_threads = 1',
      into: "SELECT 1 \nINTO OUTFILE '/p' TRUNCATE FORMAT TSV SETTINGS max_threads = 1",
    },
    { sql: 'SELECT 1 SETTINGS a = 1', into: "SELECT 1 SETTINGS a = 1\nINTO OUTFILE '/p' TRUNCATE FORMAT TSV" },
  ])('$sql', ({ sql, into }) => expect(intoFile(sql, '/p', 'TSV')).toBe(into));
});

describe('an insert whose rows need no copying', () => {
  it.each([
    {
      sql: 'INSERT INTO spendlens.t FORMAT JSONEachRow',
      raw: { table: 'spendlens.t', columns: null, format: 'JSONEachRow' },
    },
    {
      sql: 'insert into table `db`.`t` (a, `b`)\nformat CSV;',
      raw: { table: 'db.t', columns: ['a', 'b'], format: 'CSV' },
    },
    { sql: 'INSERT INTO t SETTINGS async_insert = 0 FORMAT JSONEachRow', raw: null },
    { sql: 'INSERT INTO t FORMAT Native', raw: null },
    { sql: 'INSERT INTO t (* EXCEPT(a)) FORMAT JSONEachRow', raw: null },
    { sql: "INSERT INTO FUNCTION file('x') FORMAT JSONEachRow", raw: null },
  ])('$sql', ({ sql, raw }) => expect(rawInsert(sql)).toEqual(raw));
});
