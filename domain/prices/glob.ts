/**
 * True where the whole of `name` fits `pattern`, in which `*` stands for any text and `?` for one character; case does
 * not count. No regular expression, since patterns are the user's: this takes pattern × name steps at most.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase();
  const text = name.toLowerCase();
  let at = 0;
  let position = 0;
  let star = -1;
  let resume = 0;
  while (position < text.length) {
    // A star in the pattern is one, whatever stands in the name.
    if (wanted[at] === '*') {
      star = at++;
      resume = position;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === text[position])) {
      at++;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++resume;
    } else {
      return false;
    }
  }
  while (wanted[at] === '*') at++;
  return at === wanted.length;
}

/** How much of a pattern is said outright: of two that fit, the one that says more is meant. */
export function weightOf(pattern: string): number {
  return pattern.replace(/[*?]/g, '').length;
}
