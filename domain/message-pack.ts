/**
 * MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) written into slabs that messages share: a buffer
 * per message would cost more than its bytes.
 */
const SLAB_BYTES = 64 * 1024;
/** Up to here characters are copied one by one; calling into the engine for a few costs more. */
const SHORT_TEXT = 24;

let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let start = 0;
let at = 0;
const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** What `write` writes, as a part of a slab. */
export function pack(write: () => void): Uint8Array {
  start = at;
  try {
    write();
    return slab.subarray(start, at);
  } catch (error) {
    at = start;
    throw error;
  }
}

function reserve(bytes: number): void {
  if (at + bytes <= slab.length) return;
  const written = slab.subarray(start, at);
  slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (written.length + bytes)));
  slab.set(written);
  start = 0;
  at = written.length;
}

/** Bytes that are MessagePack already. */
export function writeRaw(bytes: Uint8Array): void {
  reserve(bytes.length);
  slab.set(bytes, at);
  at += bytes.length;
}

export function writeText(text: string): void {
  reserve(5 + text.length * 3);
  if (text.length > SHORT_TEXT || !writeShortAscii(text)) writeLongText(text);
}

function writeShortAscii(text: string): boolean {
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    slab[at + 1 + i] = code;
  }
  slab[at] = 0xa0 | length;
  at += 1 + length;
  return true;
}

/** The length goes before the bytes and is known after them, so the form is chosen for the longest that it can be. */
function writeLongText(text: string): void {
  const longest = text.length * 3;
  if (longest < 0x100) {
    const bytes = slab.write(text, at + 2);
    writeHead(0xd9, bytes, 1);
    at += bytes;
  } else if (longest < 0x10000) {
    const bytes = slab.write(text, at + 3);
    writeHead(0xda, bytes, 2);
    at += bytes;
  } else {
    const bytes = slab.write(text, at + 5);
    writeHead(0xdb, bytes, 4);
    at += bytes;
  }
}

/** A marker and a number of `size` bytes after it. */
function writeHead(marker: number, value: number, size: 1 | 2 | 4): void {
  slab[at++] = marker;
  if (size === 4) {
    slab[at++] = value >>> 24;
    slab[at++] = value >>> 16;
  }
  if (size > 1) slab[at++] = value >>> 8;
  slab[at++] = value;
}

export function writeBytes(bytes: Uint8Array): void {
  reserve(5 + bytes.length);
  writeHead(0xc6, bytes.length, 4);
  slab.set(bytes, at);
  at += bytes.length;
}

export function writeNumber(value: number): void {
  reserve(9);
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) {
    if (value < 0x80) slab[at++] = value;
    else if (value < 0x10000) writeHead(0xcd, value, 2);
    else writeHead(0xce, value, 4);
    return;
  }
  float[0] = value;
  slab[at++] = 0xcb;
  // Network order, which no processor that Node runs on has.
  for (let i = 7; i >= 0; i--) slab[at++] = floatBytes[i] ?? 0;
}

export function writeBoolean(value: boolean): void {
  reserve(1);
  slab[at++] = value ? 0xc3 : 0xc2;
}

function writeNull(): void {
  reserve(1);
  slab[at++] = 0xc0;
}

export function writeMapHead(entries: number): void {
  reserve(5);
  if (entries < 16) slab[at++] = 0x80 | entries;
  else writeHead(0xdf, entries, 4);
}

export function writeArrayHead(length: number): void {
  reserve(5);
  if (length < 16) slab[at++] = 0x90 | length;
  else writeHead(0xdd, length, 4);
}

export function writeArray<T>(values: readonly T[], write: (value: T) => void): void {
  writeArrayHead(values.length);
  for (const value of values) write(value);
}

export const nullable =
  <T>(write: (value: T) => void) =>
  (value: T | null): void => {
    if (value === null) writeNull();
    else write(value);
  };

/** Returns what writes an object's fields in the order of `fields`; one that the type has and `fields` lacks is an error. */
export function mapOf<T extends object>(fields: { readonly [K in keyof T]: (value: T[K]) => void }) {
  const writers: ((value: T) => void)[] = [];
  for (const key in fields) {
    const write = fields[key];
    writers.push((value) => {
      writeText(key);
      write(value[key]);
    });
  }
  return (value: T): void => {
    writeMapHead(writers.length);
    for (const write of writers) write(value);
  };
}
