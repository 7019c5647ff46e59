import { ALLOWED_TABLES_TEXT, isAllowedTableFunction, isReadableTable, SYSTEM_TABLES } from './allow.ts';
import { isAllowedFunction } from './functions.ts';
import { refused } from './refusal.ts';
import { functionRefused } from './text.ts';
import { type Node, walk } from './tree.ts';

const INNER_NODES = new Set([
  'SelectWithUnionQuery',
  'SelectIntersectExceptQuery',
  'SelectQuery',
  'ExpressionList',
  'WithElement',
  'Subquery',
  'Identifier',
  'TableIdentifier',
  'Literal',
  'Function',
  'Asterisk',
  'QualifiedAsterisk',
  'ColumnsRegexpMatcher',
  'QualifiedColumnsRegexpMatcher',
  'ColumnsListMatcher',
  'QualifiedColumnsListMatcher',
  'ColumnsTransformerList',
  'ColumnsApplyTransformer',
  'ColumnsExceptTransformer',
  'ColumnsReplaceTransformer',
  'ColumnsReplaceTransformer::Replacement',
  'TablesInSelectQuery',
  'TablesInSelectQueryElement',
  'TableExpression',
  'TableJoin',
  'ArrayJoin',
  'SampleRatio',
  'OrderByElement',
  'InterpolateElement',
  'WindowDefinition',
  'WindowListElement',
  'Set',
]);

const EXPLAINS = [
  'EXPLAIN',
  'EXPLAIN SYNTAX',
  'EXPLAIN AST',
  'EXPLAIN PIPELINE',
  'EXPLAIN QUERY TREE',
  'EXPLAIN ESTIMATE',
];
const TABLE_ARGUMENT =
  /^(?:global)?(?:not)?(?:null)?in(?:ignoreset)?$|^(?:global)?(?:null)?(?:not)?(?:null)?in(?:ignoreset)?$|^exists$/i;
const DATABASES = ['system', 'information_schema', 'INFORMATION_SCHEMA', 'default'];

/** Tables of `spendlens` that exist and that the reader may not see. */
export type Hidden = ReadonlySet<string>;

/** @throws ClickHouseException that names the first thing which is not on a list. `clauses`: SETTINGS clauses in the text. */
export function checkTree(roots: readonly Node[], clauses: number, hidden: Hidden): void {
  const [root] = roots;
  if (root === undefined || roots.length !== 1) throw refused('this statement', 'Send one SELECT.');
  checkRoot(root);
  let sets = 0;
  for (const [node, parents] of walk(root.children, [root])) {
    if (!INNER_NODES.has(node.type)) throw refused(node.type, 'Send a SELECT.');
    if (node.type === 'Set' && root.type !== 'Explain') sets += 1;
    if (node.type === 'Function') checkFunction(node, parents, hidden);
    if (node.type === 'TableIdentifier') checkTable(node.text, hidden);
    if (node.type === 'Identifier') checkIdentifier(node.text);
  }
  if (sets > clauses) throw refused('this SETTINGS clause', 'Write SETTINGS name = literal.');
}

function checkRoot(root: Node): void {
  switch (root.type) {
    case 'SelectWithUnionQuery':
    case 'SelectIntersectExceptQuery':
      // Beside its selects a statement has here its SETTINGS, its format, and as a literal the file it writes.
      if (root.children.some((child) => child.type === 'Literal')) throw refused('INTO OUTFILE', 'Read the answer.');
      return;
    case 'Explain':
      if (EXPLAINS.includes(root.text)) return;
      throw refused(root.text, `Use ${EXPLAINS.join(', ')}.`);
    case 'DescribeQuery':
      return;
    default:
      throw refused(root.type, 'Send a SELECT, EXPLAIN, DESCRIBE or SHOW.');
  }
}

function checkFunction(node: Node, parents: readonly Node[], hidden: Hidden): void {
  const { text: name } = node;
  if (parents.at(-1)?.type === 'TableExpression') {
    if (!isAllowedTableFunction(name)) throw functionRefused(name);
    if (name.toLowerCase() === 'values') checkValues(node);
    return;
  }
  if (!isAllowedFunction(name)) throw functionRefused(name);
  if (!TABLE_ARGUMENT.test(name)) return;
  for (const argument of node.children[0]?.children ?? []) {
    if (argument.type === 'Identifier' && hidden.has(argument.text)) throw tableRefused(argument.text);
  }
}

/** A name without a database is a table of `spendlens`, or of the statement itself (WITH): the engine knows which. */
function checkTable(name: string, hidden: Hidden): void {
  const [database = '', table, ...rest] = name.split('.');
  if (table === undefined) {
    if (hidden.has(name)) throw tableRefused(name);
    return;
  }
  if (rest.length > 0 || !isReadable(database, table)) throw tableRefused(name);
}

/** Behind IN a plain identifier may be a table, and anywhere it may begin with one. */
function checkIdentifier(name: string): void {
  const [database = '', table] = name.split('.');
  if (table === undefined) return;
  const isDatabase = DATABASES.includes(database) || database === 'spendlens';
  if (isDatabase && !isReadable(database, table)) throw tableRefused(`${database}.${table}`);
}

function isReadable(database: string, table: string): boolean {
  if (database === 'spendlens') return isReadableTable(table);
  return database === 'system' && SYSTEM_TABLES.includes(table);
}

export function tableRefused(name: string) {
  return refused(`table ${name}`, `Readable are of spendlens: ${ALLOWED_TABLES_TEXT}.`);
}

const PLAIN_STRUCTURE = /^'[\w\s,()`]*'$/;
const NOT_IN_STRUCTURE = /\b(?:DEFAULT|ALIAS|MATERIALIZED|EPHEMERAL|TTL|CODEC|STATISTICS|COMMENT)\b/i;

/** The structure of values() is SQL inside a string: `b String ALIAS file(…)` would run. Nor may it be computed. */
function checkValues(node: Node): void {
  const [structure, ...rows] = node.children[0]?.children ?? [];
  if (structure?.type === 'Literal' && structure.text.startsWith("'")) {
    if (PLAIN_STRUCTURE.test(structure.text) && !NOT_IN_STRUCTURE.test(structure.text)) return;
  } else if ([structure, ...rows].every((row) => row?.type === 'Literal' || row?.text === 'tuple')) {
    return;
  }
  throw refused('this structure of values()', "Write 'name Type, name Type' as a plain string.");
}
