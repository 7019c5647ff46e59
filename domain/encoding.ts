import * as zlib from 'node:zlib';

/**
 * What became of an encoded body. `cut`: the stream ended early or broke off, `bytes` is what could be decoded;
 * `limited`: it goes on beyond the limit, `bytes` is its beginning; `unknown`: one of the encodings is not ours to read.
 */
export type Decoded =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'cut'; readonly bytes: Uint8Array }
  | { readonly kind: 'limited'; readonly bytes: Uint8Array }
  | { readonly kind: 'unknown'; readonly encoding: string };

interface Options {
  readonly maxOutputLength: number;
  readonly finishFlush?: number;
}
type Decoder = (bytes: Uint8Array, options: Options) => Uint8Array;
interface Encoding {
  readonly decode: Decoder;
  /** Makes the decoder give what it has when the input ends early, where it would throw all of it away. */
  readonly flush: number;
}

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants;
const gzip: Encoding = { decode: (bytes, options) => zlib.gunzipSync(bytes, options), flush: Z_SYNC_FLUSH };
const encodings: ReadonlyMap<string, Encoding> = new Map([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', { decode: inflate, flush: Z_SYNC_FLUSH }],
  ['br', { decode: (bytes, options) => zlib.brotliDecompressSync(bytes, options), flush: BROTLI_OPERATION_FLUSH }],
  ['zstd', { decode: (bytes, options) => zlib.zstdDecompressSync(bytes, options), flush: ZSTD_e_flush }],
]);
/** A list longer than this is no honest one: each layer can multiply the size a thousandfold. */
const MAX_LAYERS = 4;
/** Halvings of the input in search of its longest decodable beginning: finds it to 1/4,096. */
const SEARCH_STEPS = 12;

/**
 * Undoes `Content-Encoding`, also a comma list of them. Never throws, and never makes more than `limitBytes`,
 * whatever the input claims to hold.
 */
export function decodeContent(bytes: Uint8Array, contentEncoding: string | null, limitBytes: number): Decoded {
  const names = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  const layers = names.map((name) => encodings.get(name));
  const strange = layers.indexOf(undefined);
  if (strange >= 0 || layers.length > MAX_LAYERS)
    return { kind: 'unknown', encoding: names[strange] ?? names.join(', ') };
  let result: Decoded =
    bytes.byteLength > limitBytes && layers.length === 0
      ? { kind: 'limited', bytes: bytes.subarray(0, limitBytes) }
      : { kind: 'whole', bytes };
  for (const layer of layers.reverse()) {
    if (layer === undefined || result.kind === 'unknown') break;
    const inner = decodeLayer(layer, result.bytes, limitBytes);
    result = { kind: worse(result.kind, inner.kind), bytes: inner.bytes };
  }
  return result;
}

type Extent = 'whole' | 'cut' | 'limited';
type Layer = { readonly kind: Extent; readonly bytes: Uint8Array };

function worse(outer: Extent, inner: Extent): Extent {
  return inner === 'whole' ? outer : inner;
}

function decodeLayer(layer: Encoding, bytes: Uint8Array, limit: number): Layer {
  if (bytes.byteLength === 0) return { kind: 'whole', bytes };
  const whole = attempt(layer.decode, bytes, { maxOutputLength: limit });
  if (whole.kind === 'decoded') return { kind: 'whole', bytes: whole.bytes };
  const lenient = { maxOutputLength: limit, finishFlush: layer.flush };
  const flushed = attempt(layer.decode, bytes, lenient);
  if (flushed.kind === 'decoded') return { kind: 'cut', bytes: flushed.bytes };
  const beginning = longestBeginning((end) => attempt(layer.decode, bytes.subarray(0, end), lenient), bytes.byteLength);
  return { kind: flushed.kind === 'tooLarge' ? 'limited' : 'cut', bytes: beginning };
}

type Attempt = { readonly kind: 'decoded'; readonly bytes: Uint8Array } | { readonly kind: 'tooLarge' | 'broken' };

function attempt(decode: Decoder, bytes: Uint8Array, options: Options): Attempt {
  try {
    return { kind: 'decoded', bytes: decode(bytes, options) };
  } catch (error) {
    return { kind: codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? 'tooLarge' : 'broken' };
  }
}

/** The one-shot decoders keep nothing of what they made before they failed, so the failing input is shortened. */
function longestBeginning(decodeUpTo: (end: number) => Attempt, length: number): Uint8Array {
  let best: Uint8Array = new Uint8Array(0);
  let good = 0;
  let bad = length;
  for (let step = 0; step < SEARCH_STEPS && bad - good > 1; step++) {
    const middle = Math.floor((good + bad) / 2);
    const result = decodeUpTo(middle);
    if (result.kind === 'decoded') {
      best = result.bytes;
      good = middle;
    } else bad = middle;
  }
  return best;
}

/** `deflate` means zlib's wrapping (RFC 9110, 8.4.1.2), yet some servers send the bare stream. */
function inflate(bytes: Uint8Array, options: Options): Uint8Array {
  const [first = 0, second = 0] = bytes;
  const wrapped = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  return wrapped ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options);
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
