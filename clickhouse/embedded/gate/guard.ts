import type { Surroundings } from '../connection.ts';
import type { Pool } from '../pool.ts';
import { isWord, tokenize } from '../tokens.ts';
import { isAllowedTableFunction, isInsertableByDashboard } from './allow.ts';
import { isAllowedFunction } from './functions.ts';
import { format, treeOf } from './parser.ts';
import { refused } from './refusal.ts';
import { clauseSettings } from './settings.ts';
import { functionRefused } from './text.ts';
import { type Node, walk } from './tree.ts';

const REMEMBERED = 500;
const STATEMENTS = new Set([
  'SelectWithUnionQuery',
  'SelectIntersectExceptQuery',
  'Explain',
  'DescribeQuery',
  'ShowTables',
  'ShowColumns',
  'ShowCreateTableQuery',
  'ExistsTableQuery',
  'InsertQuery',
  'DeleteQuery',
  'UpdateQuery',
  'AlterQuery',
]);
/** Reads a table made for it, and there is one: the figures that repricing is about to write. */
const LOOK_UP = 'joinGet';
const CHANGES = ['DELETE', 'UPDATE', 'DROP_PARTITION', 'REPLACE_PARTITION'];
// Its rows are read as data, and can be too many to be parsed twice.
const INSERT_OF_ROWS =
  /^\s*INSERT\s+INTO\s+(?:TABLE\s+)?(?:spendlens\s*\.\s*)?`?(\w+)`?\s*(?:\([\w\s,`]*\))?\s*(?:FORMAT\s+\w+|VALUES)\b/i;

/**
 * Keeps the dashboard's credential to its work, whatever a mistake over there sends: no files, no addresses, no
 * schema, no facts of its own making. A statement that passed is remembered by its text.
 */
export function createGuard(parsers: Pool) {
  const passed = new Set<string>();

  return async function guard(sql: string, surroundings: Surroundings): Promise<void> {
    const target = INSERT_OF_ROWS.exec(sql)?.[1];
    if (target !== undefined) return checkTarget(target);
    if (passed.has(sql)) return;
    await parsers.use(async (parser) => {
      await parser.prepare({ ...surroundings, database: 'default', settings: new Map() });
      const tokens = tokenize(await format(parser, sql));
      if (tokens.some((token, at) => isWord(token, 'OUTFILE') && isWord(tokens[at - 1], 'INTO'))) {
        throw refused('INTO OUTFILE', 'The result comes back over HTTP.');
      }
      if (tokens.some((token) => isWord(token, 'APPLY'))) throw refused('APPLY', 'Name the columns.');
      await parser.prepare({ ...surroundings, database: 'default', settings: clauseSettings(tokens).settings });
      checkTree(await treeOf(parser, sql));
    });
    if (passed.size >= REMEMBERED) passed.clear();
    if (!/Identifier/i.test(sql)) passed.add(sql);
  };
}

function checkTree(roots: readonly Node[]): void {
  const [root] = roots;
  if (root === undefined || !STATEMENTS.has(root.type)) {
    throw refused(root?.type ?? 'this statement', 'Read, insert, or change rows.');
  }
  for (const [node, parents] of walk(roots)) {
    if (node.type === 'Function') checkFunction(node, parents.at(-1)?.type);
    if (node.type === 'InsertQuery') checkInsert(node);
    if (node.type === 'AlterCommand' && !CHANGES.includes(node.text)) {
      throw refused(`ALTER ${node.text}`, `Of ALTER these are: ${CHANGES.join(', ')}.`);
    }
  }
}

function checkFunction({ text: name }: Node, parent: string | undefined): void {
  const allowed =
    parent === 'TableExpression' ? isAllowedTableFunction(name) : isAllowedFunction(name) || name === LOOK_UP;
  if (!allowed) throw functionRefused(name);
}

function checkInsert(node: Node): void {
  const names = node.children.filter((child) => child.type === 'Identifier').map((child) => child.text);
  checkTarget(names.at(-1) ?? '');
}

function checkTarget(table: string): void {
  if (!isInsertableByDashboard(table)) throw refused(`INSERT INTO ${table}`, 'Ingest writes the facts.');
}
