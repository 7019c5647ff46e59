/** Indented where it is JSON, and as it stands where it is not. */
export function prettyJson(text: string): string {
  const start = text.trimStart().charAt(0);
  if (start !== '{' && start !== '[') return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
