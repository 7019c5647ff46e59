import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { splitCut } from '../../../domain/cut-text.ts';
import { readBody } from '../../../ingest/steps/body-content.ts';
import { emptyBody, rawBody } from '../../harness/exchanges.ts';

const room = (left = 1_000_000) => ({ left });
const bytes = (text: string) => Buffer.from(text);

describe('a captured body', () => {
  it.each([
    { name: 'plain', body: rawBody(bytes('{"a":"ü"}')) },
    { name: 'gzip', body: rawBody(gzipSync('{"a":"ü"}'), { contentEncoding: 'gzip' }) },
    { name: 'br', body: rawBody(brotliCompressSync('{"a":"ü"}'), { contentEncoding: 'br' }) },
    { name: 'zstd', body: rawBody(zstdCompressSync('{"a":"ü"}'), { contentEncoding: 'zstd' }) },
  ])('that is $name text stands as its text', ({ body }) => {
    expect(readBody(body, room())).toMatchObject({ head: '{"a":"ü"}', tail: null, stored: '{"a":"ü"}', flags: [] });
  });

  it('that is empty is empty text', () => {
    expect(readBody(emptyBody, room())).toMatchObject({ stored: '', flags: [] });
  });

  it('that is no text stands as base64, exactly', () => {
    const read = readBody(rawBody(Buffer.from([1, 0xff, 2])), room());
    expect(read).toMatchObject({ stored: 'Af8C', flags: ['base64'] });
  });

  it('in an encoding that nobody knows stands as it came', () => {
    const read = readBody(rawBody(bytes('xyz'), { contentEncoding: 'rot13' }), room());
    expect(read).toMatchObject({ head: '', stored: 'eHl6', flags: ['undecodable', 'base64'] });
  });

  it('that was cut keeps head and tail apart, and loses only the characters that the cut went through', () => {
    const [head, tail] = [bytes('abcü').subarray(0, 4), bytes('ü-end').subarray(1)];
    const read = readBody(rawBody(head, { tail, flags: ['truncated'] }), room());
    expect(read).toMatchObject({ head: 'abc', tail: '-end', flags: ['truncated'] });
    expect(splitCut(read.stored)).toEqual({ head: 'abc', tail: '-end' });
  });

  it('whose stream broke off is read as far as it goes', () => {
    const whole = gzipSync('data: 1\n\n'.repeat(2_000), { level: 0 });
    const read = readBody(rawBody(whole.subarray(0, 9_000), { contentEncoding: 'gzip' }), room());
    expect(read.stored.startsWith('data: 1\n\n')).toBe(true);
    expect(read.stored.length).toBeGreaterThan(5_000);
  });

  it('that explodes is read for its usage, but kept as it came', () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, 'a'));
    const shared = room();
    const read = readBody(rawBody(bomb, { contentEncoding: 'gzip' }), shared);
    expect(read.flags).toEqual(['encoded', 'base64']);
    expect(read.stored).toBe(bomb.toString('base64'));
    expect(shared.left).toBe(1_000_000);
  });
});
