import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assign, bucketOf, type Split } from '../../../../domain/statistics/assignment.ts';
import { sampleRatioTest } from '../../../../domain/statistics/sample-ratio.ts';

const UNITS = 1_000_000;
const split = (salt: string, exposure = 1): Split => ({
  salt,
  exposure,
  variants: [
    { name: 'control', share: 0.5 },
    { name: 'b', share: 0.3 },
    { name: 'c', share: 0.2 },
  ],
});

describe('assignment', () => {
  it('is the first 52 bits of SHA-256, as another program computes it', () => {
    // hashlib.sha256(b'salt\0user-1').hexdigest() in Python: 344dabcf7e5ca00213adf586…
    expect(bucketOf('salt', 'user-1')).toBe(0x344dabcf7e5ca / 2 ** 52);
  });

  it('lands a million units within four standard deviations of the split', () => {
    const seen = new Map<string | null, number>();
    for (let unit = 0; unit < UNITS; unit++) {
      const variant = assign(split('one'), `user-${unit}`);
      seen.set(variant, (seen.get(variant) ?? 0) + 1);
    }
    for (const { name, share } of split('one').variants) {
      const sigma = Math.sqrt(UNITS * share * (1 - share));
      process.stdout.write(`${name}: ${seen.get(name)} of ${UNITS * share}, σ = ${sigma.toFixed(0)}\n`);
      expect(Math.abs((seen.get(name) ?? 0) - UNITS * share)).toBeLessThan(4 * sigma);
    }
  });

  it('of two experiments is independent', () => {
    const cells = new Map<string, number>();
    for (let unit = 0; unit < 200_000; unit++) {
      const cell = `${assign(split('one'), `user-${unit}`)} ${assign(split('two'), `user-${unit}`)}`;
      cells.set(cell, (cells.get(cell) ?? 0) + 1);
    }
    const { variants } = split('one');
    // Under independence each cell's share is the product of its two shares.
    const arms = variants.flatMap((a) =>
      variants.map((b) => ({ units: cells.get(`${a.name} ${b.name}`) ?? 0, share: a.share * b.share })),
    );
    expect(sampleRatioTest(arms)?.p).toBeGreaterThan(0.001);
  });

  it('moves nobody to another variant when the exposure grows', () => {
    let exposed = 0;
    for (let unit = 0; unit < 20_000; unit++) {
      const before = assign(split('one', 0.2), `user-${unit}`);
      if (before === null) continue;
      exposed++;
      expect(assign(split('one', 0.7), `user-${unit}`)).toBe(before);
    }
    expect(Math.abs(exposed - 4_000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.2 * 0.8));
  });

  it('is the same in another process', () => {
    const file = join(import.meta.dirname, '../../../../domain/statistics/assignment.ts');
    const code = `const { assign } = await import(${JSON.stringify(file)});
      process.stdout.write(Array.from({ length: 200 }, (_, unit) => assign(${JSON.stringify(split('one', 0.5))}, 'user-' + unit)).join())`;
    const there = execFileSync(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'pipe' }).toString();
    expect(there).toBe(Array.from({ length: 200 }, (_, unit) => assign(split('one', 0.5), `user-${unit}`)).join());
  });

  it('leaves nobody out where shares add up to a hair below one', () => {
    const variants = Array.from({ length: 6 }, (_, index) => ({ name: `v${index}`, share: 1 / 6 }));
    for (let unit = 0; unit < 5_000; unit++)
      expect(assign({ salt: 's', exposure: 1, variants }, `${unit}`)).not.toBeNull();
  });
});
