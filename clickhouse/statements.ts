/** Cuts a script at its semicolons, minding quotes and comments; comments are dropped, empty statements too. */
export function splitStatements(script: string): string[] {
  const piece =
    /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|`[^`]*`|"(?:[^"\\]|\\[\s\S])*"|;|[^;'"`/-]+|[\s\S]/g;
  const statements: string[] = [];
  let current = '';
  for (const [token] of script.matchAll(piece)) {
    if (token === ';') {
      statements.push(current.trim());
      current = '';
      continue;
    }
    current += /^(--|\/\*)/.test(token) ? ' ' : token;
  }
  statements.push(current.trim());
  return statements.filter((statement) => statement !== '');
}
