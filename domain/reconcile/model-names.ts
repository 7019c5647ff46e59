/** Words of a name in any order, without a date: `Claude Sonnet 3.7` and `claude-3-7-sonnet-20250219` are one. */
function bare(name: string): string {
  return words(withoutDate(name)).sort().join(' ');
}

const words = (name: string) =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && word !== 'latest');

const withoutDate = (name: string) => name.replace(/[-@_]?(20\d{2}-?\d{2}-?\d{2})(?!\d)/, '');

/**
 * Returns `find(name)`: the one of the invoice's names that means the same model as a name of ours; `name` itself
 * where there is none. A name with a date is meant to the day, one without stands for all of them.
 */
export function createNameFinder(invoiced: Iterable<string>): (name: string) => string {
  const exact = new Map<string, string>();
  const loose = new Map<string, string>();
  for (const name of invoiced) {
    exact.set(words(name).join(' '), name);
    if (withoutDate(name) === name) loose.set(bare(name), name);
  }
  return (name) => exact.get(words(name).join(' ')) ?? loose.get(bare(name)) ?? name;
}
