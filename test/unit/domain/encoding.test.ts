import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeContent } from '../../../domain/encoding.ts';

const text = Array.from({ length: 3000 }, (_, i) => `data: {"i":${(i * 7919) % 10007},"t":"hello"}\n\n`).join('');
const plain = Buffer.from(text);
const LIMIT = 1_000_000;
const encoders = {
  gzip: (b: Buffer) => zlib.gzipSync(b),
  deflate: (b: Buffer) => zlib.deflateSync(b),
  br: (b: Buffer) => zlib.brotliCompressSync(b),
  zstd: (b: Buffer) => zlib.zstdCompressSync(b),
};
const names = ['gzip', 'deflate', 'br', 'zstd'] as const;

describe('decodeContent', () => {
  it.each(names)('%s comes back whole', (name) => {
    const decoded = decodeContent(encoders[name](plain), name.toUpperCase(), LIMIT);
    expect(decoded).toEqual({ kind: 'whole', bytes: plain });
  });

  it.each([null, '', 'identity', ' identity , '])('no encoding (%j) leaves the bytes as they are', (encoding) => {
    expect(decodeContent(plain, encoding, LIMIT)).toEqual({ kind: 'whole', bytes: plain });
  });

  it('reads a bare deflate stream, which some servers send under that name', () => {
    expect(decodeContent(zlib.deflateRawSync(plain), 'deflate', LIMIT)).toEqual({ kind: 'whole', bytes: plain });
  });

  it('undoes a list from its end', () => {
    const twice = zlib.brotliCompressSync(zlib.gzipSync(plain));
    expect(decodeContent(twice, 'gzip, br', LIMIT)).toEqual({ kind: 'whole', bytes: plain });
  });

  it.each(names)('%s that ended early gives its beginning and says cut', (name) => {
    const whole = encoders[name](plain);
    const decoded = decodeContent(whole.subarray(0, Math.floor(whole.length * 0.9)), name, LIMIT);
    expect(decoded.kind).toBe('cut');
    if (decoded.kind !== 'cut') return;
    expect(text.startsWith(Buffer.from(decoded.bytes).toString())).toBe(true);
  });

  it.each(['gzip', 'br', 'deflate'] as const)('%s that breaks in the middle keeps what came before', (name) => {
    const broken = Buffer.from(encoders[name](plain));
    broken.fill(0xff, broken.length >> 1);
    const decoded = decodeContent(broken, name, LIMIT);
    expect(decoded.kind).toBe('cut');
    if (decoded.kind === 'cut') expect(decoded.bytes.byteLength).toBeGreaterThan(1000);
  });

  it.each(names)('a %s bomb makes no more than the limit', (name) => {
    const bomb = encoders[name](Buffer.alloc(20_000_000)); /* 20 MB of zeros in some kilobytes */
    const decoded = decodeContent(bomb, name, 100_000);
    expect(decoded.kind).toBe('limited');
    if (decoded.kind === 'limited') expect(decoded.bytes.byteLength).toBeLessThanOrEqual(100_000);
  });

  it('an unencoded body beyond the limit is cut to it', () => {
    expect(decodeContent(plain, null, 10)).toEqual({ kind: 'limited', bytes: plain.subarray(0, 10) });
  });

  it.each([
    ['compress', 'compress'],
    ['gzip, snappy', 'snappy'],
    ['gzip,gzip,gzip,gzip,gzip', 'gzip, gzip, gzip, gzip, gzip'],
  ])('%j is not ours to read', (header, encoding) => {
    expect(decodeContent(plain, header, LIMIT)).toEqual({ kind: 'unknown', encoding });
  });

  it('never throws and never passes the limit, whatever the bytes', () => {
    const header = fc.oneof(fc.constantFrom(...names, 'gzip, br', 'x-gzip', 'deflate,zstd'), fc.string());
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), header, fc.nat(2000), (bytes, encoding, limit) => {
        const decoded = decodeContent(bytes, encoding, limit);
        if (decoded.kind !== 'unknown') expect(decoded.bytes.byteLength).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
