/**
 * Indented where it is JSON, and as it stands where it is not. Numbers keep their digits: an id that a float cannot
 * hold would come out of `JSON.parse` as another one.
 */
export function prettyJson(text: string): string {
  const start = text.trimStart().charAt(0);
  if ((start !== '{' && start !== '[') || !isJson(text)) return text;
  return indented(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

function indented(json: string): string {
  const parts: string[] = [];
  let depth = 0;
  let before = '';
  const newLine = () => parts.push('\n', '  '.repeat(depth));
  for (const [token] of json.matchAll(tokens)) {
    const closes = token === '}' || token === ']';
    if (closes) depth -= 1;
    const isEmpty = closes && (before === '{' || before === '[');
    if ((closes && !isEmpty) || (!closes && (before === '{' || before === '['))) newLine();
    parts.push(shown(token));
    if (token === '{' || token === '[') depth += 1;
    if (token === ',') newLine();
    if (token === ':') parts.push(' ');
    before = token;
  }
  return parts.join('');
}

/** Strings are read and written anew, so that `\u00fc` reads `ü`. */
function shown(token: string): string {
  return token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : token;
}
