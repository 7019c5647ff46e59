import { readFileSync } from 'node:fs';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE_VERSION, findListed, listsProvider } from '../../../../domain/prices/catalogue.ts';
import { toPico } from '../../../../domain/prices/decimal.ts';
import { builtInProviders } from '../../../../domain/providers.ts';
import { price } from './calls.ts';

const theirNames: Readonly<Record<string, string>> = {
  vertex: 'google',
  bedrock: 'aws',
  xai: 'x-ai',
  moonshot: 'moonshotai',
  voyage: 'voyageai',
};
const priced = builtInProviders.map(({ name }) => name).filter(listsProvider);

describe('the catalogue', () => {
  it('is the version that is installed', () => {
    const installed: unknown = JSON.parse(readFileSync('node_modules/@pydantic/genai-prices/package.json', 'utf8'));
    expect(installed).toMatchObject({ version: CATALOGUE_VERSION.replace('genai-prices ', '') });
  });

  it('knows every provider of ours but the self-hosted', () => {
    const missing = builtInProviders.map(({ name }) => name).filter((name) => !listsProvider(name));
    expect(missing).toEqual(['ollama', 'vllm']);
  });

  it('does not take a name for another that it resembles', () => {
    expect(listsProvider('my-anthropic-mirror')).toBe(false);
    expect(findListed('my-anthropic-mirror', 'claude-opus-4-6', new Date())).toBeNull();
  });

  it('remembers without end only what fits', () => {
    for (let i = 0; i < 5_000; i++) findListed('openai', `unknown-${i}`, new Date());
    expect(findListed('openai', 'gpt-4o', new Date())).not.toBeNull();
  });

  /** Times on both sides of each dated price and of each hour that one begins. */
  const times = [
    '2024-05-01T01:30:00Z',
    '2025-06-10T00:00:00Z',
    '2025-08-01T00:30:00Z',
    '2026-03-13T07:00:00Z',
    '2026-08-30T02:00:00Z',
    '2026-08-30T16:30:00Z',
    '2027-02-01T23:59:59Z',
  ].map((t) => new Date(t));

  it.each(priced)("agrees with the package's own arithmetic for every model of %s", (provider) => {
    const id = theirNames[provider] ?? provider;
    const models = findProvider({ providerId: id })?.models ?? [];
    expect(models.length).toBeGreaterThan(0);
    const usages = [
      { input: 1000, cacheRead: 0, output: 500 },
      { input: 100_000, cacheRead: 150_000, output: 500 },
      { input: 300_001, cacheRead: 0, output: 1_000 },
      { input: 1000, cacheRead: 0, output: 0 },
    ];
    let compared = 0;
    for (const model of models) {
      // Fireworks is matched by the whole path of a model only.
      const name = provider === 'fireworks' ? `accounts/fireworks/models/${model.id}` : model.id;
      for (const at of times) {
        for (const usage of usages) {
          const theirs = calcPrice(
            {
              input_tokens: usage.input + usage.cacheRead,
              cache_read_tokens: usage.cacheRead,
              output_tokens: usage.output,
            },
            name,
            { providerId: id, timestamp: at },
          );
          const ours = price(provider, name, usage, { at });
          // A model priced in hours, pages or messages has no price for tokens, which is unpriced here and $0 there.
          // Nor does it mend what our own table mends.
          if (ours.status !== 'exact' || ours.receipt.source !== 'genai-prices') continue;
          compared++;
          expect(Number(ours.cost) / 1e9, `${model.id} at ${at.toISOString()}`).toBeCloseTo(
            theirs?.total_price ?? Number.NaN,
            8,
          );
        }
      }
    }
    expect(compared).toBeGreaterThan((models.length * times.length * usages.length) / 5);
  });
});

describe('toPico', () => {
  it.each([
    [3, 1_000_000, 3_000_000n /* $3 / 10^6 = 3 × 10^-6 $ */],
    [0.15, 1_000_000, 150_000n],
    [0.1 + 0.2, 1_000_000, 300_000n /* 0.30000000000000004, rounded once */],
    [0.0375, 1_000_000, 37_500n],
    [10, 1_000, 10_000_000_000n /* one cent */],
    [1e-7, 1_000_000, 0n /* a tenth of a pico-dollar */],
    [5e-7, 1_000_000, 0n /* half of one: to even */],
    [15e-7, 1_000_000, 2n /* one and a half: to even */],
    [1e21, 1_000_000, 10n ** 27n],
    [0, 1_000_000, 0n],
  ])('$%d for %d units', (dollars, per, pico) => {
    expect(toPico(dollars, per)).toBe(pico);
  });

  it('is exact for every price of six places', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 9), (micros) => {
        expect(toPico(Number(`${micros}e-6`), 1_000_000)).toBe(BigInt(micros));
      }),
    );
  });
});
