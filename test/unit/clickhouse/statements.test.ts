import { describe, expect, it } from 'vitest';
import { splitStatements } from '../../../clickhouse/statements.ts';

describe('a script is cut at its semicolons', () => {
  it.each([
    { name: 'two statements', script: 'SELECT 1;\nSELECT 2;', parts: ['SELECT 1', 'SELECT 2'] },
    { name: 'the last one needs none', script: 'SELECT 1; SELECT 2', parts: ['SELECT 1', 'SELECT 2'] },
    { name: 'one inside a text', script: "SELECT ';' ; SELECT 2", parts: ["SELECT ';'", 'SELECT 2'] },
    { name: 'an escaped quote', script: "SELECT '\\';'; SELECT 2", parts: ["SELECT '\\';'", 'SELECT 2'] },
    { name: 'a doubled quote', script: "SELECT ''';'; SELECT 2", parts: ["SELECT ''';'", 'SELECT 2'] },
    { name: 'a quoted name', script: 'SELECT `a;b`, "c;d"', parts: ['SELECT `a;b`, "c;d"'] },
    { name: 'one in a line comment', script: '-- a; b\nSELECT 1', parts: ['SELECT 1'] },
    { name: 'a quote in a comment', script: "-- it's\nSELECT 1; SELECT 2", parts: ['SELECT 1', 'SELECT 2'] },
    { name: 'one in a block comment', script: 'SELECT /* ; */ 1', parts: ['SELECT   1'] },
    { name: 'a division is no comment', script: 'SELECT 4/2-1', parts: ['SELECT 4/2-1'] },
    { name: 'nothing but comments', script: '-- nothing\n;;/* at all */', parts: [] },
  ])('$name', ({ script, parts }) => {
    expect(splitStatements(script)).toEqual(parts);
  });
});
