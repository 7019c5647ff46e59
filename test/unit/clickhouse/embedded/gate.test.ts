import { describe, expect, it } from 'vitest';
import { checkTree } from '../../../../clickhouse/embedded/gate/check.ts';
import { isAllowedFunction } from '../../../../clickhouse/embedded/gate/functions.ts';
import { checkText, withCatalogue, withIdentifiers } from '../../../../clickhouse/embedded/gate/text.ts';
import { parseTree } from '../../../../clickhouse/embedded/gate/tree.ts';
import { tokenize } from '../../../../clickhouse/embedded/tokens.ts';

const selecting = (...inside: string[]) =>
  ['SelectWithUnionQuery (children 1)', ' ExpressionList (children 1)', '  SelectQuery (children 1)', ...inside].join(
    '\n',
  );

const judge = (tree: string, clauses = 0, hidden: readonly string[] = []) =>
  checkTree(parseTree(tree), clauses, new Set(hidden));

// The tree alone must hold, should the text ever hide something.
describe('the tree of a statement', () => {
  it.each([
    { name: 'a function', tree: selecting('   Function file (alias x) (children 1)'), says: 'function file' },
    {
      name: 'a table function',
      tree: selecting('   TableExpression (children 1)', '    Function url (children 1)'),
      says: 'function url',
    },
    {
      name: 'a table',
      tree: selecting('   TableIdentifier system.processes (alias p)'),
      says: 'table system.processes',
    },
    {
      name: 'a table of a third database',
      tree: selecting('   TableIdentifier other.requests'),
      says: 'table other.requests',
    },
    {
      name: 'a table as an identifier',
      tree: selecting('   Identifier information_schema.tables'),
      says: 'information_schema',
    },
    { name: 'a node that nobody knows', tree: selecting('   NewThing x (children 1)'), says: 'NewThing' },
    { name: 'another statement', tree: 'DropQuery  t (children 1)\n Identifier t', says: 'DropQuery' },
    {
      name: 'a file for the result',
      tree: "SelectWithUnionQuery (children 2)\n ExpressionList\n Literal '/tmp/x'",
      says: 'INTO OUTFILE',
    },
    { name: 'settings that the text did not show', tree: selecting('   Set'), says: 'SETTINGS' },
    { name: 'two statements', tree: 'SelectWithUnionQuery\nSelectWithUnionQuery', says: 'this statement' },
    { name: 'nothing', tree: '', says: 'this statement' },
    {
      name: 'a structure of values() that computes',
      tree: selecting('   TableExpression', '    Function values', '     ExpressionList', '      Function concat'),
      says: 'values()',
    },
  ])('is refused for $name', ({ tree, says }) => {
    expect(() => judge(tree)).toThrow(says);
  });

  it('is refused for a table that is hidden, wherever an inner name stands', () => {
    expect(() => judge(selecting('   TableIdentifier secrets'), 0, ['secrets'])).toThrow('table secrets');
    const behindIn = selecting(
      '   Function notIn',
      '    ExpressionList',
      '     Identifier x',
      '     Identifier secrets',
    );
    expect(() => judge(behindIn, 0, ['secrets'])).toThrow('table secrets');
    expect(() => judge(behindIn)).not.toThrow();
  });

  it('passes with what is on the lists', () => {
    expect(() =>
      judge(selecting('   Function sum', '   TableIdentifier spendlens.requests (alias r)', '   Set'), 1),
    ).not.toThrow();
  });
});

describe('the text of a statement', () => {
  it.each([
    { name: 'a file', sql: "SELECT 1 INTO OUTFILE '/x'", says: 'INTO OUTFILE' },
    { name: 'APPLY of a lambda', sql: 'SELECT * APPLY (x -> file(x))', says: 'APPLY' },
    { name: 'APPLY of a function', sql: 'SELECT * APPLY file', says: 'APPLY file' },
    { name: 'a call', sql: "SELECT `file`('/x')", says: 'function file' },
    { name: 'a call that looks like columns', sql: "SELECT file('/x') AS x", says: 'function file' },
  ])('is refused for $name', ({ sql, says }) => {
    expect(() => checkText(tokenize(sql))).toThrow(`${says}`);
  });

  it.each([
    "SELECT 'INTO OUTFILE', sumIf(a, b), `count`(1) FROM (SELECT 1) AS x(a, b)",
    'WITH f(a, b) AS (SELECT 1, 2) SELECT a FROM f WHERE a IN (1)',
  ])('passes: %s', (sql) => expect(() => checkText(tokenize(sql))).not.toThrow());

  it('has identifiers put in as names and nothing else', () => {
    const sql = 'SELECT {c:Identifier}, {v:String} FROM {t:Identifier}';
    const parameters = new Map([
      ['c', 'a`b'],
      ['t', 'system.tables'],
      ['v', 'x'],
    ]);
    const named = withIdentifiers(sql, tokenize(sql), parameters);
    expect(named).toBe('SELECT `a\\`b`, {v:String} FROM `system`.`tables`');
    expect(withCatalogue(named, tokenize(named))).toBe('SELECT `a\\`b`, {v:String} FROM _catalogue.`tables`');
  });

  it('reads the catalogue only where it says system', () => {
    const sql = "SELECT system.tables.name, 'system.tables', x.system.tables FROM `system`.tables, system.processes";
    expect(withCatalogue(sql, tokenize(sql))).toBe(
      "SELECT _catalogue.tables.name, 'system.tables', x.system.tables FROM _catalogue.tables, system.processes",
    );
  });
});

describe('functions', () => {
  it.each([
    'sum',
    'COUNT',
    'sumIf',
    'quantilesTDigestArrayIf',
    'uniqExactMergeState',
    'arrayMap',
    'lambda',
    'toStartOfHour',
  ])('%s passes', (name) => expect(isAllowedFunction(name)).toBe(true));
  it.each([
    'file',
    'FILE',
    'dictGet',
    'joinGet',
    'sleepEachRow',
    'chdb',
    'aiGenerate',
    'catboostEvaluate',
    'fileIf',
    '',
    'hasColumnInTable',
    'getMacro',
    'addressToSymbol',
    'getClientHTTPHeader',
  ])('%s does not', (name) => expect(isAllowedFunction(name)).toBe(false));
});
