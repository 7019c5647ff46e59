import { quotedName } from '../literal.ts';
import { isIdentifier, isSymbol, isWord, type Token } from '../tokens.ts';
import { ALLOWED_TABLE_FUNCTIONS_TEXT, isAllowedTableFunction, SYSTEM_TABLES } from './allow.ts';
import { CATALOGUE } from './catalogue.ts';
import { isAllowedFunction } from './functions.ts';
import { refused } from './refusal.ts';

/** Puts the names that parameters of type Identifier stand for into the text, so that they are checked as names. */
export function withIdentifiers(
  sql: string,
  tokens: readonly Token[],
  parameters: ReadonlyMap<string, string>,
): string {
  return rewrite(sql, tokens, (token) => {
    const name = /^\{(\w+):\s*Identifier\s*\}$/i.exec(token.text)?.[1];
    if (token.kind !== 'parameter' || name === undefined) return null;
    const value = parameters.get(name);
    if (value === undefined) throw refused(`parameter ${name} without a value`, `Send param_${name}.`);
    return value.split('.').map(quotedName).join('.');
  });
}

/** Has `system.tables` and the like read from the views that show only what the reader may see. */
export function withCatalogue(sql: string, tokens: readonly Token[]): string {
  return rewrite(sql, tokens, (token, index) => {
    const table = tokens[index + 2];
    if (!isIdentifier(token) || token.text !== 'system') return null;
    if (!isSymbol(tokens[index + 1], '.') || !isIdentifier(table) || !SYSTEM_TABLES.includes(table.text)) return null;
    return isSymbol(tokens[index - 1], '.') ? null : CATALOGUE;
  });
}

function rewrite(
  sql: string,
  tokens: readonly Token[],
  replacement: (token: Token, index: number) => string | null,
): string {
  let result = '';
  let copied = 0;
  tokens.forEach((token, index) => {
    const text = replacement(token, index);
    if (text === null) return;
    result += sql.slice(copied, token.start) + text;
    copied = token.end;
  });
  return result + sql.slice(copied);
}

/**
 * What the tree does not show: where the result goes, what APPLY applies, and names with line breaks that would make
 * the tree's own text ambiguous.
 */
export function checkText(tokens: readonly Token[]): void {
  tokens.forEach((token, index) => {
    if (isWord(token, 'INTO') && isWord(tokens[index + 1], 'OUTFILE')) {
      throw refused('INTO OUTFILE', 'The result comes back over HTTP.');
    }
    if (token.kind === 'quoted' && hasControlCharacter(token.text)) {
      throw refused('a name with a control character', 'Use printable characters.');
    }
    if (isWord(token, 'APPLY')) checkApply(tokens[index + 1]);
    if (isSymbol(tokens[index + 1], '(') && !isColumnList(tokens, index)) checkCall(token);
  });
}

function checkApply(applied: Token | undefined): void {
  if (isIdentifier(applied) && isAllowedFunction(applied.text)) return;
  throw refused(`APPLY ${applied?.text ?? ''}`, 'Apply a function by its name.');
}

/** A second look at every `name(`: should the tree ever hide a call, its text does not. */
function checkCall(token: Token): void {
  if (!isIdentifier(token)) return;
  if (token.kind === 'name' && KEYWORDS_BEFORE_PARENTHESIS.has(token.text)) return;
  if (isAllowedFunction(token.text) || isAllowedTableFunction(token.text)) return;
  throw functionRefused(token.text);
}

/** `… AS x(a, b)`, or `WITH x(a, b) AS (…`: nothing is called there. */
function isColumnList(tokens: readonly Token[], index: number): boolean {
  if (isWord(tokens[index - 1], 'AS')) return true;
  const closing = tokens.findIndex((token, at) => at > index && isSymbol(token, ')'));
  const [as, opening] = tokens.slice(closing + 1);
  const names = tokens.slice(index + 2, closing).every((token) => isIdentifier(token) || isSymbol(token, ','));
  return names && isWord(as, 'AS') && isSymbol(opening, '(');
}

export function functionRefused(name: string) {
  return refused(
    `function ${name}`,
    `Functions that only compute are allowed, and these table functions: ${ALLOWED_TABLE_FUNCTIONS_TEXT}.`,
  );
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}

const KEYWORDS_BEFORE_PARENTHESIS = new Set(
  `ALL AND ANY ANTI APPLY ARRAY AS ASOF BETWEEN BY CASE COLUMNS CROSS CUBE DISTINCT ELSE EXCEPT EXISTS EXPLAIN FILL
   FROM FULL GLOBAL HAVING ILIKE IN INNER INTERPOLATE INTERSECT INTERVAL IS JOIN LEFT LIKE LIMIT MATERIALIZED NOT
   OFFSET ON OR ORDER OUTER OVER PARTITION PASTE PLAN PIPELINE PREWHERE QUALIFY REGEXP REPLACE RIGHT ROLLUP SAMPLE
   SELECT SEMI SETS SYNTAX STEP TABLE THEN TO TREE UNION USING WHEN WHERE WITH AST ESTIMATE`.split(/\s+/),
);
