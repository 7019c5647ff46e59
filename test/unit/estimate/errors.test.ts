import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samplesOfTokenizers } from '../../estimate/counts-file.ts';
import { errorOf, errorsOf } from '../../estimate/errors.ts';
import { allSamples, tableOf } from '../../estimate/print.ts';
import { publicTokenizers } from '../../estimate/public-tokenizers.ts';
import type { Sample } from '../../fixtures/estimate/sample.ts';
import { talks } from '../../fixtures/estimate/talks.ts';

const compared = (name: string, real: number, estimated: number) => ({ name, real, estimated });

describe('the error of a count', () => {
  it('is nothing without samples', () => {
    expect(errorOf([])).toBeNull();
  });

  it('median of the distances, the worst with its sign and name, and all together', () => {
    const error = errorOf([compared('few', 100, 80), compared('many', 50, 55), compared('same', 850, 850)]);
    expect(error).toMatchObject({ samples: 3, worstName: 'few' });
    expect(error?.median).toBeCloseTo(0.1); /* 0, 10 and 20 % */
    expect(error?.worst).toBeCloseTo(-0.2);
    expect(error?.together).toBeCloseTo(-0.015); /* 985 of 1,000 */
  });

  it('an even number of samples: between the two in the middle', () => {
    expect(errorOf([compared('a', 100, 110), compared('b', 100, 130)])?.median).toBeCloseTo(0.2);
  });
});

describe('the errors by provider', () => {
  const hello: Sample = {
    provider: 'openai',
    path: '/v1/chat/completions',
    model: 'gpt-4o',
    name: 'hello',
    source: 'https://example.org/docs',
    request: { messages: [{ role: 'user', content: 'hello world' }] },
    input: 10,
  };

  it('what we count beside what was counted: 2 words, 4 and 3 around them, against 10', () => {
    const [errors] = errorsOf([hello]);
    expect(errors).toMatchObject({ provider: 'openai', source: 'documentation', output: null });
    expect(errors?.input?.worst).toBeCloseTo(-0.1);
  });

  it('documentation and a tokenizer of the same provider apart', () => {
    const rows = errorsOf([hello, { ...hello, source: 'tokenizer@1.0.0' }, hello]);
    expect(rows.map(({ source, input }) => [source, input?.samples])).toEqual([
      ['documentation', 2],
      ['tokenizer@1.0.0', 1],
    ]);
  });
});

describe('the measured errors', () => {
  it('every text was counted by every tokenizer', async () => {
    expect(await samplesOfTokenizers()).toHaveLength(publicTokenizers.length * talks.length);
  });

  it('stand in docs/prices.md as they are', async () => {
    const docs = await readFile(join(import.meta.dirname, '..', '..', '..', 'docs', 'prices.md'), 'utf8');
    const table = tableOf(errorsOf(await allSamples()));
    expect(table.filter((row) => !docs.split('\n').includes(row))).toEqual([]);
  });

  it('OpenAI’s documented counts of input are met within a token or three', async () => {
    const openai = errorsOf(await allSamples()).find(({ provider }) => provider === 'openai');
    expect(Math.abs(openai?.input?.worst ?? 1)).toBeLessThan(0.04);
  });

  it('half of all texts are within a tenth, whoever’s tokenizer counts', async () => {
    const medians = errorsOf(await samplesOfTokenizers()).flatMap(({ input, output }) => [
      input?.median ?? 1,
      output?.median ?? 1,
    ]);
    expect(medians.filter((median) => median >= 0.1)).toEqual([]);
    expect(medians).toHaveLength(2 * publicTokenizers.length);
  });
});
