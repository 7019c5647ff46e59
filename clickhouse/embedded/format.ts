/**
 * How a result may be streamed. The engine begins the format anew with each block of a streamed result: what has a
 * head or a tail comes out with many of them.
 */
type Streaming =
  | { readonly kind: 'blocks' }
  /** Each block after the first loses its head. */
  | { readonly kind: 'headed'; readonly headEnd: (block: Uint8Array) => number }
  | { readonly kind: 'whole' };

const BLOCKS = new Set(
  `JSONEachRow JSONLines NDJSON JSONStringsEachRow JSONCompactEachRow JSONCompactStringsEachRow TabSeparated TSV
   TabSeparatedRaw TSVRaw CSV TSKV RowBinary Native LineAsString RawBLOB Null`.split(/\s+/),
);

const LINE_FEED = 0x0a;
const QUOTE = 0x22;

export function streamingOf(format: string): Streaming {
  if (BLOCKS.has(format)) return { kind: 'blocks' };
  const headEnd = HEADS[format];
  return headEnd === undefined ? { kind: 'whole' } : { kind: 'headed', headEnd };
}

const lines = (count: number) => (block: Uint8Array) => {
  let at = 0;
  for (let line = 0; line < count; line++) at = block.indexOf(LINE_FEED, at) + 1;
  return at;
};

/** A quoted name may hold a line break in CSV. */
const csvLines = (count: number) => (block: Uint8Array) => {
  let quoted = false;
  let left = count;
  for (const [at, byte] of block.entries()) {
    if (byte === QUOTE) quoted = !quoted;
    if (byte === LINE_FEED && !quoted) left -= 1;
    if (left === 0) return at + 1;
  }
  return block.length;
};

/** A number of columns, then so many strings, once or twice; numbers are LEB128. */
const strings = (times: number) => (block: Uint8Array) => {
  const [columns, start] = leb128(block, 0);
  let at = start;
  for (let left = columns * times; left > 0; left--) {
    const [length, from] = leb128(block, at);
    at = from + length;
  }
  return at;
};

function leb128(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0;
  for (let at = from, shift = 1; ; at++, shift *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * shift;
    if (byte < 0x80) return [value, at + 1];
  }
}

const HEADS: Readonly<Record<string, (block: Uint8Array) => number>> = {
  CSVWithNames: csvLines(1),
  CSVWithNamesAndTypes: csvLines(2),
  TabSeparatedWithNames: lines(1),
  TSVWithNames: lines(1),
  TabSeparatedWithNamesAndTypes: lines(2),
  TSVWithNamesAndTypes: lines(2),
  JSONCompactEachRowWithNames: lines(1),
  JSONCompactEachRowWithNamesAndTypes: lines(2),
  JSONCompactStringsEachRowWithNames: lines(1),
  JSONCompactStringsEachRowWithNamesAndTypes: lines(2),
  RowBinaryWithNames: strings(1),
  RowBinaryWithNamesAndTypes: strings(2),
};
