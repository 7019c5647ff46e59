/** A piece of SQL. Comments are passed over. */
export interface Token {
  readonly kind: 'name' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol';
  /** Unquoted for `name` and `quoted`, as written for all others. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const PIECE =
  /(?<space>\s+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\/)|(?<heredoc>\$(\w*)\$[\s\S]*?\$\2\$)|(?<string>'(?:[^'\\]|\\[\s\S]|'')*')|(?<quoted>`(?:[^`\\]|\\[\s\S]|``)*`|"(?:[^"\\]|\\[\s\S]|"")*")|(?<parameter>\{[A-Za-z_]\w*:(?:[^{}']|'(?:[^'\\]|\\[\s\S])*')*\})|(?<name>[A-Za-z_]\w*)|(?<number>\d[\w.]*)|(?<symbol>[\s\S])/gy;

export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  for (const match of sql.matchAll(PIECE)) {
    const kind = kindOf(match.groups ?? {});
    if (kind === null) continue;
    const [written] = match;
    const text = kind === 'quoted' ? unquote(written) : written;
    tokens.push({ kind, text, start: match.index, end: match.index + written.length });
  }
  return tokens;
}

const KINDS = ['string', 'quoted', 'parameter', 'name', 'number', 'symbol'] as const;

function kindOf(groups: Readonly<Record<string, string | undefined>>): Token['kind'] | null {
  if (groups['heredoc'] !== undefined) return 'string';
  return KINDS.find((kind) => groups[kind] !== undefined) ?? null;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };

function unquote(written: string): string {
  const quote = written.charAt(0);
  return written
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replace(/\\([\s\S])/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
}

export const isWord = (token: Token | undefined, word: string) => token?.kind === 'name' && token.text === word;
export const isSymbol = (token: Token | undefined, symbol: string) => token?.kind === 'symbol' && token.text === symbol;
export const isIdentifier = (token: Token | undefined): token is Token =>
  token?.kind === 'name' || token?.kind === 'quoted';
