import { afterAll, describe, expect, it } from 'vitest';
import { priceExchange } from '../../../../domain/prices/price-exchange.ts';
import { type Bucket, usage as usageSchema } from '../../../../domain/usage/facts.ts';
import { wireFormatOf } from '../../../../domain/usage/wire-format.ts';
import { corpus } from '../../../fixtures/wire/corpus.ts';
import { callOf, readWire } from '../../../fixtures/wire/read.ts';

const buckets: readonly Bucket[] = usageSchema.omit({ within: true }).keyof().options;
const named = corpus.map((exchange) => ({
  ...exchange,
  title: `${exchange.provider} ${exchange.path.split('?')[0]}: ${exchange.name}`,
}));

describe('every exchange of the corpus', () => {
  it.each(named)('$title', (exchange) => {
    const read = readWire(exchange);
    const { facts } = read;
    expect(read.format).not.toBe('unknown');
    if (exchange.usage === null) expect(facts.usage).toBeNull();
    else {
      expect(facts.usage).not.toBeNull();
      for (const bucket of buckets) {
        const expected = exchange.usage[bucket];
        const actual = facts.usage?.[bucket];
        expect([bucket, expected === undefined ? (actual ?? 0) : actual]).toEqual([
          bucket,
          expected === undefined ? 0 : expected,
        ]);
      }
      expect(facts.usage?.within).toEqual(exchange.usage.within);
      expect(facts.serverTools ?? {}).toEqual(exchange.tools ?? {});
      expect(facts.others).toEqual(exchange.others ?? []);
    }
    if (exchange.tier !== undefined) expect(facts.serviceTier).toBe(exchange.tier);
    if (exchange.model !== undefined) expect(facts.model).toBe(exchange.model);
    const priced = priceExchange(callOf(exchange, read));
    const status = exchange.costStatus ?? (exchange.cost === null ? 'unpriced' : 'exact');
    expect({ cost: priced.cost, status: priced.status }, priced.receipt.reason).toEqual({
      cost: exchange.cost,
      status,
    });
  });

  it('is large enough, and its names are its own', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(150);
    expect(new Set(named.map(({ title }) => title)).size).toBe(named.length);
  });

  afterAll(() => {
    const counts = new Map<string, number>();
    for (const { provider, path } of corpus) {
      const format = wireFormatOf(provider, path);
      counts.set(format, (counts.get(format) ?? 0) + 1);
    }
    const parts = [...counts].sort(([, a], [, b]) => b - a).map(([format, count]) => `${format} ${count}`);
    console.info(`${corpus.length} exchanges: ${parts.join(', ')}`);
  });
});
