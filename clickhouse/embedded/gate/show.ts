import { isIdentifier, isSymbol, isWord, type Token } from '../tokens.ts';
import { isReadableTable } from './allow.ts';
import { CATALOGUE } from './catalogue.ts';
import { tableRefused } from './check.ts';
import { refused } from './refusal.ts';

/**
 * SHOW and EXISTS as a SELECT of the same answer, since the tree of a SHOW hides its conditions.
 * Null where the statement is none of them.
 */
export function showAsSelect(tokens: readonly Token[]): string | null {
  const [first, second, ...rest] = tokens;
  if (isWord(first, 'EXISTS'))
    return exists(isWord(second, 'TABLE') || isWord(second, 'VIEW') ? rest : tokens.slice(1));
  if (!isWord(first, 'SHOW')) return null;
  if (isWord(second, 'DATABASES') && rest.length === 0) return `SELECT name FROM ${CATALOGUE}.databases ORDER BY name`;
  if (isWord(second, 'TABLES')) return showTables(rest);
  if (isWord(second, 'CREATE')) return showCreate(rest);
  if (isWord(second, 'COLUMNS') && isWord(rest[0], 'FROM')) return showColumns(rest.slice(1));
  throw refused(
    `SHOW ${second?.text ?? ''}`,
    'Use SHOW DATABASES, SHOW TABLES [LIKE …], SHOW COLUMNS FROM …, SHOW CREATE TABLE …, DESCRIBE TABLE …, or read system.columns, system.settings and system.functions.',
  );
}

function showTables(tokens: readonly Token[]): string {
  const [from, database, ...rest] = tokens;
  const named = isWord(from, 'FROM') && isIdentifier(database);
  const [like, pattern, ...more] = named ? rest : tokens;
  const filter = isWord(like, 'LIKE') && pattern?.kind === 'string' ? ` AND name LIKE ${pattern.text}` : '';
  if ((like !== undefined && filter === '') || more.length > 0) {
    throw refused('this SHOW TABLES', 'Write SHOW TABLES [FROM spendlens] [LIKE …], or read system.tables.');
  }
  const name = named ? database.text : 'spendlens';
  if (name !== 'spendlens' && name !== 'system')
    throw refused(`database ${name}`, 'Readable are spendlens and system.');
  return `SELECT name FROM ${CATALOGUE}.tables WHERE database = '${name}'${filter} ORDER BY name`;
}

function showCreate(tokens: readonly Token[]): string {
  const table = readableTable(isWord(tokens[0], 'TABLE') || isWord(tokens[0], 'VIEW') ? tokens.slice(1) : tokens);
  return `SELECT create_table_query AS statement FROM ${CATALOGUE}.tables WHERE database = 'spendlens' AND name = '${table}'`;
}

/** The formatter writes `FROM table FROM database`. */
function showColumns([table, from, database, ...more]: readonly Token[]): string {
  if (more.length > 0 || (from !== undefined && !isWord(from, 'FROM'))) {
    throw refused('this SHOW COLUMNS', 'Write SHOW COLUMNS FROM table, or read system.columns.');
  }
  const name = readableTable([database, table].filter((token) => token !== undefined));
  return `SELECT name AS field, type FROM ${CATALOGUE}.columns WHERE database = 'spendlens' AND table = '${name}' ORDER BY position`;
}

function exists(tokens: readonly Token[]): string {
  const table = readableTable(tokens);
  return `SELECT toUInt8(count() > 0) AS result FROM ${CATALOGUE}.tables WHERE database = 'spendlens' AND name = '${table}'`;
}

function readableTable(tokens: readonly Token[]): string {
  const parts = tokens.filter((token) => !isSymbol(token, '.'));
  const name = parts.at(-1);
  const database = parts.length === 2 ? parts[0]?.text : 'spendlens';
  const readable = isIdentifier(name) && /^\w+$/.test(name.text) && isReadableTable(name.text);
  if (parts.length > 2 || database !== 'spendlens' || !readable) {
    throw tableRefused(tokens.map((token) => token.text).join(''));
  }
  return name.text;
}
