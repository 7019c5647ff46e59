import { describe, expect, it } from 'vitest';
import { countImages } from '../../../../domain/tokens/count-images.ts';
import { sizeOfImage } from '../../../../domain/tokens/image-size.ts';

const bytes = (text: string) => btoa(text);
const big = (value: number, length: number) =>
  Array.from({ length }, (_, i) => String.fromCharCode((value >> (8 * (length - 1 - i))) & 255)).join('');
const little = (value: number, length: number) => [...big(value, length)].reverse().join('');

const png = (width: number, height: number) =>
  bytes(`\x89PNG\r\n\x1a\n${big(13, 4)}IHDR${big(width, 4)}${big(height, 4)}\x08\x06\0\0\0\0\0\0\0`);
const gif = (width: number, height: number) => bytes(`GIF89a${little(width, 2)}${little(height, 2)}${'\0'.repeat(30)}`);
const jpeg = (width: number, height: number) =>
  bytes(
    `\xff\xd8\xff\xe0${big(16, 2)}JFIF${'\0'.repeat(10)}\xff\xc0${big(17, 2)}\x08${big(height, 2)}${big(width, 2)}\x03${'\0'.repeat(12)}`,
  );
const webp = (kind: string, rest: string) => bytes(`RIFF${little(100, 4)}WEBP${kind}${rest}${'\0'.repeat(12)}`);

describe('the size of an image', () => {
  it.each([
    ['PNG', png(800, 600)],
    ['GIF', gif(800, 600)],
    ['JPEG, behind its first segment', jpeg(800, 600)],
    ['WebP, lossy', webp('VP8 ', `${little(50, 4)}\0\0\0\x9d\x01\x2a${little(800, 2)}${little(600, 2)}`)],
    ['WebP, lossless', webp('VP8L', `${little(50, 4)}\x2f${little(799 | (599 << 14), 4)}`)],
    ['WebP, extended', webp('VP8X', `${little(10, 4)}\0\0\0\0${little(799, 3)}${little(599, 3)}`)],
  ])('%s', (_name, base64) => {
    expect(sizeOfImage(base64)).toEqual({ width: 800, height: 600 });
  });

  it.each(['', '!!!', bytes('hello world, this is no image at all'), bytes('\xff\xd8\xff')])(
    '%j has none',
    (base64) => {
      expect(sizeOfImage(base64)).toBeNull();
    },
  );
});

const chat = (url: string, detail = 'auto') => ({
  messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url, detail } }] }],
});
const data = (base64: string) => `data:image/png;base64,${base64}`;

describe('the tokens of an image', () => {
  it.each([
    ['gpt-4o', 1024, 1024, 765 /* 768 × 768: 4 tiles, 85 + 4 × 170 */],
    ['gpt-4o', 2048, 4096, 1105 /* 768 × 1,536: 6 tiles, 85 + 6 × 170 */],
    ['gpt-4o', 512, 512, 255 /* 1 tile */],
    ['gpt-4o-mini', 512, 512, 8500 /* 2,833 + 5,667 */],
    ['o3-2025-04-16', 512, 512, 225 /* 75 + 150 */],
    ['gpt-5', 512, 512, 210 /* 70 + 140 */],
    ['gpt-4.1-mini', 1024, 1024, 1659 /* 1,024 patches × 1.62 */],
    ['gpt-4.1-mini', 4096, 4096, 2489 /* 1,536 patches at most × 1.62 */],
    ['somebody-elses', 512, 512, 0 /* no rule is published */],
  ])('%s, %d × %d', (model, width, height, expected) => {
    expect(countImages('openai-chat', model, chat(data(png(width, height))))).toBe(expected);
  });

  it('low detail costs the base alone', () => {
    expect(countImages('openai-chat', 'gpt-4o', chat(data(png(4096, 4096)), 'low'))).toBe(85);
  });

  it('an address is not fetched: it counts as 1,024 × 1,024', () => {
    expect(countImages('openai-chat', 'gpt-4o', chat('https://images.example/a.png'))).toBe(765);
  });

  it.each([
    [1092, 1092, 1590 /* 1,092² / 750 */],
    [200, 200, 54],
    [6000, 6000, 1600 /* scaled to 1,568 and capped */],
  ])('Claude: %d × %d', (width, height, expected) => {
    const source = { type: 'base64', media_type: 'image/png', data: png(width, height) };
    const request = { messages: [{ role: 'user', content: [{ type: 'image', source }] }] };
    expect(countImages('anthropic-messages', 'claude-sonnet-4-5', request)).toBe(expected);
    const onBedrock = { messages: [{ content: [{ image: { format: 'png', source: { bytes: source.data } } }] }] };
    expect(countImages('bedrock-converse', 'anthropic.claude-sonnet-4-5', onBedrock)).toBe(expected);
  });

  it.each([
    [384, 384, 258],
    [768, 768, 258],
    [1000, 700, 516 /* 2 × 1 tiles */],
  ])('Gemini: %d × %d', (width, height, expected) => {
    const request = { contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: png(width, height) } }] }] };
    expect(countImages('gemini-generate', 'gemini-2.5-flash', request)).toBe(expected);
  });
});
