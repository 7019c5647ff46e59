import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEventFrames, dataOf } from '../../../../proxy/routed/event-frames.ts';

const END = fc.constantFrom('\n\n', '\r\n\r\n', '\r\r');
const line = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replace(/[\r\n]/g, ' '));

it('a stream in whatever pieces comes out as its events, byte for byte', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(line, END), { maxLength: 8 }),
      fc.array(fc.nat(30), { maxLength: 40 }),
      (lines, sizes) => {
        const events = lines.map(([text, end]) => `data: ${text}x${end}`);
        const bytes = Buffer.from(events.join(''));
        const frames = createEventFrames();
        const found: NonSharedBuffer[] = [];
        let at = 0;
        for (const size of sizes) {
          found.push(...frames.push(bytes.subarray(at, at + size)));
          at += size;
        }
        found.push(...frames.push(bytes.subarray(at)));
        expect(Buffer.concat([...found, frames.rest()]).equals(bytes)).toBe(true);
        const data = found.map(dataOf).filter((text) => text !== '');
        expect(data).toEqual(lines.map(([text]) => `${text}x`));
      },
    ),
    { numRuns: 300 },
  );
});

it('what is no event yet is held back', () => {
  const frames = createEventFrames();
  expect(frames.push(Buffer.from('data: torn'))).toEqual([]);
  expect(frames.rest().toString()).toBe('data: torn');
});
