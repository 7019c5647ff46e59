/** A stream of numbers that its seed alone decides. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  chance(share: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** Positive, skewed to the right: half of all draws are below `median`. */
  skewed(median: number, sigma: number): number;
  hex(digits: number): string;
}

export function createRandom(...seed: readonly (string | number)[]): Random {
  const next = sfc32(seed.join('\0'));
  const hex = (digits: number) => {
    let text = '';
    while (text.length < digits) text += ((next() * 0x1_0000_0000) >>> 0).toString(16).padStart(8, '0');
    return text.slice(0, digits);
  };
  return {
    next,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (share) => next() < share,
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    skewed: (median, sigma) => median * Math.exp(sigma * normal(next)),
    hex,
  };
}

/** Version 4, drawn from the stream. */
export function randomUuid({ hex, pick }: Random): string {
  const variant = pick(['8', '9', 'a', 'b']);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
}

export interface Weighted<Item> {
  /** Items by their weights; `at` in [0, 1). */
  at(at: number): Item;
}

export function createWeighted<Item>(
  items: readonly [Item, ...Item[]],
  weightOf: (item: Item) => number,
): Weighted<Item> {
  const ends: number[] = [];
  let sum = 0;
  for (const item of items) {
    sum += weightOf(item);
    ends.push(sum);
  }
  return {
    at(at) {
      const wanted = at * sum;
      let low = 0;
      let high = ends.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((ends[middle] ?? sum) > wanted) high = middle;
        else low = middle + 1;
      }
      return items[low] ?? items[0];
    },
  };
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Chris Doty-Humphrey's "small fast counter" generator, 32 bits; seeded by FNV-1a over the text. */
function sfc32(seed: string): () => number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index++) hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
  let a = hash;
  let b = hash ^ 0x9e3779b9;
  let c = Math.imul(hash, 0x85ebca6b);
  let counter = 1;
  function next(): number {
    const result = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    return (result >>> 0) / 0x1_0000_0000;
  }
  // Seeds that differ in little differ in much only after the first rounds.
  for (let round = 0; round < 15; round++) next();
  return next;
}
