/** What HTTP must know of a statement before it runs; the engine's own parser does the rest. */
export type Statement =
  | { readonly kind: 'read'; readonly streams: boolean }
  | { readonly kind: 'insert' }
  | { readonly kind: 'session' }
  | { readonly kind: 'other' };

const SKIPPED = /^(?:\s+|--[^\n]*(?:\n|$)|#[ !][^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|;)+/;
const READS = ['SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS', 'CHECK'];
// The engine writes broken JSON for these when it streams.
const NOT_STREAMED = /\b(?:WITH\s+TOTALS|INTO\s+OUTFILE)\b/i;

export function classify(sql: string): Statement {
  const text = sql.replace(SKIPPED, '').replace(/^\(+\s*/, '');
  const word = /^[A-Za-z]+/.exec(text)?.[0].toUpperCase() ?? '';
  if (word === 'INSERT') return { kind: 'insert' };
  if (word === 'SELECT' || word === 'WITH' || word === 'FROM')
    return { kind: 'read', streams: !NOT_STREAMED.test(text) };
  if (READS.includes(word)) return { kind: 'read', streams: false };
  if (word === 'SET' || word === 'USE' || /^CREATE\s+TEMPORARY\b/i.test(text)) return { kind: 'session' };
  return { kind: 'other' };
}

const FORMAT_CLAUSE = /\bFORMAT\s+([A-Za-z0-9_]+)\s*(?:SETTINGS\b[^;]*)?;?\s*$/i;

/** The format that the statement itself asks for. */
export function formatClause(sql: string): string | null {
  return FORMAT_CLAUSE.exec(sql)?.[1] ?? null;
}
