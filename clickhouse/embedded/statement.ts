import { stringLiteral } from './literal.ts';
import { isIdentifier, isSymbol, type Token, tokenize } from './tokens.ts';

/** What HTTP must know of a statement before it runs; the engine's own parser does the rest. */
export type StatementKind =
  | 'select'
  /** SHOW and the like: an answer, but a small one. */
  | 'show'
  | 'insert'
  /** Changes the connection itself. */
  | 'session'
  | 'other';

const SKIPPED = /^(?:\s+|--[^\n]*(?:\n|$)|#[ !][^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|[;(])+/;
const SHOWS = ['SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS', 'CHECK'];

export function kindOf(sql: string): StatementKind {
  const text = sql.replace(SKIPPED, '');
  const word = /^[A-Za-z]+/.exec(text)?.[0].toUpperCase() ?? '';
  if (word === 'INSERT') return 'insert';
  if (word === 'SELECT' || word === 'WITH' || word === 'FROM') return 'select';
  if (SHOWS.includes(word)) return 'show';
  if (word === 'SET' || word === 'USE' || /^CREATE\s+TEMPORARY\b/i.test(text)) return 'session';
  return 'other';
}

interface Ending {
  /** The format that the statement itself asks for. */
  readonly format: string | null;
  /** Where a clause that precedes FORMAT can be put in. */
  readonly at: number;
  /** Where the statement goes on behind its format, and where it ends. */
  readonly rest: number;
  readonly end: number;
}

/** How a statement ends: `… FORMAT name [SETTINGS …];`. Comments and semicolons at the end are none of it. */
function ending(sql: string): Ending {
  const tokens = tokenize(sql);
  while (isSymbol(tokens.at(-1), ';')) tokens.pop();
  const end = tokens.at(-1)?.end ?? 0;
  const last = tokens.findLastIndex((token, at) => isFormat(token) && isFormatName(tokens, at + 1));
  const name = tokens[last + 1];
  const clause = tokens[last];
  if (last < 0 || clause === undefined || name === undefined) return { format: null, at: end, rest: end, end };
  return { format: name.text, at: clause.start, rest: name.end, end };
}

const isFormat = (token: Token) => token.kind === 'name' && token.text.toUpperCase() === 'FORMAT';

function isFormatName(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1];
  return isIdentifier(tokens[at]) && (next === undefined || /^(?:SETTINGS|INTO)$/i.test(next.text));
}

export const formatClause = (sql: string) => ending(sql).format;

/** The same SELECT, its result written to `path`. */
export function intoFile(sql: string, path: string, format: string): string {
  const { at, rest, end } = ending(sql);
  return `${sql.slice(0, at)}\nINTO OUTFILE ${stringLiteral(path)} TRUNCATE FORMAT ${format}${sql.slice(rest, end)}`;
}
