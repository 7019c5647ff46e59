/**
 * Frames of `application/vnd.amazon.eventstream`: total length, length of the headers, CRC of these two, headers,
 * payload, CRC of all (https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream).
 * Each becomes the text of one event: `{"metadata":{…}}` for a frame whose `:event-type` is `metadata`. A `chunk`
 * holds the model's own JSON in base64, which stands alone.
 */
export function readFrames(bytes: Uint8Array): readonly string[] {
  const events: string[] = [];
  for (let start = 0; start + MIN_FRAME <= bytes.length; ) {
    const length = frameLength(bytes, start);
    // A tail begins within a frame: the next place whose checksum fits is where a whole one begins.
    if (length === null) start += 1;
    else {
      if (start + length > bytes.length) break;
      events.push(eventOf(bytes.subarray(start, start + length)));
      start += length;
    }
  }
  return events;
}

const PRELUDE = 12;
const MIN_FRAME = 16;
const MAX_FRAME = 24 * 1024 ** 2;
const text = new TextDecoder();

/** Null where no frame begins. */
function frameLength(bytes: Uint8Array, start: number): number | null {
  // Lengths are far below 2^25, so that most places are ruled out by their first byte.
  if ((bytes[start] ?? 255) > 1) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const length = view.getUint32(0);
  if (length < MIN_FRAME || length > MAX_FRAME || view.getUint32(4) > length - MIN_FRAME) return null;
  return crc32(bytes.subarray(start, start + 8)) === view.getUint32(8) ? length : null;
}

function eventOf(frame: Uint8Array): string {
  const headersLength = new DataView(frame.buffer, frame.byteOffset).getUint32(4);
  const headers = readHeaders(frame.subarray(PRELUDE, PRELUDE + headersLength));
  const payload = text.decode(frame.subarray(PRELUDE + headersLength, frame.length - 4));
  const type = headers.get(':event-type') ?? headers.get(':exception-type') ?? '';
  if (type === 'chunk') return innerOf(payload);
  return `{${JSON.stringify(type)}:${payload === '' ? '{}' : payload}}`;
}

/** `{"bytes":"…","p":"…"}`: what the model said, and padding against guesses by length. */
function innerOf(payload: string): string {
  const [, base64 = ''] = /"bytes"\s*:\s*"([^"\\]*)"/.exec(payload) ?? [];
  try {
    return text.decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  } catch {
    return '';
  }
}

const STRING_TYPE = 7;
/** Lengths of the values of the other types, by number: true, false, byte, short, integer, long; timestamp, uuid. */
const fixedLengths: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 0],
  [2, 1],
  [3, 2],
  [4, 4],
  [5, 8],
  [8, 8],
  [9, 16],
]);

/** Those whose values are text. */
function readHeaders(bytes: Uint8Array): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i < bytes.length; ) {
    const nameEnd = i + 1 + (bytes[i] ?? 0);
    const type = bytes[nameEnd] ?? -1;
    const fixed = fixedLengths.get(type);
    const lengthBytes = fixed === undefined ? 2 : 0;
    const start = nameEnd + 1 + lengthBytes;
    const end = start + (fixed ?? (bytes[start - 2] ?? 0) * 256 + (bytes[start - 1] ?? 0));
    if (type === STRING_TYPE)
      headers.set(text.decode(bytes.subarray(i + 1, nameEnd)), text.decode(bytes.subarray(start, end)));
    i = end;
  }
  return headers;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
