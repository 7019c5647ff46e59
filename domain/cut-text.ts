/** Stands in a stored body where its middle was not kept; the row then carries `request_truncated` or `response_truncated`. */
const CUT = '\n⋯ Spendlens kept no more of the middle ⋯\n';

export function joinCut(head: string, tail: string): string {
  return `${head}${CUT}${tail}`;
}

/** `tail` is null where nothing was cut out. */
export function splitCut(text: string): { head: string; tail: string | null } {
  const at = text.indexOf(CUT);
  if (at < 0) return { head: text, tail: null };
  return { head: text.slice(0, at), tail: text.slice(at + CUT.length) };
}
