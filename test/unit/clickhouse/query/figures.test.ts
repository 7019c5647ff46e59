import { describe, expect, it } from 'vitest';
import { figuresOf, measured } from '../../../../clickhouse/query/figures.ts';

describe('figures', () => {
  it('of nothing are unknown where they would divide by nothing', () => {
    expect(figuresOf(measured.parse({}))).toEqual({
      spend: '0.000000000',
      requests: 0,
      unpricedRequests: 0,
      estimatedRequests: 0,
      estimatedSpend: '0.000000000',
      tokens: 0,
      inputTokens: 0,
      outputTokens: 0,
      errorRate: null,
      cacheReadShare: null,
      costPerRequest: null,
      latencyP50: null,
      latencyP95: null,
      ttftP50: null,
      ttftP95: null,
    });
  });

  it.each([
    { name: 'thirds are rounded at the nano-dollar', spend: '0.000000100', priced: 3, each: '0.000000033' },
    { name: 'half to even', spend: '0.000000005', priced: 2, each: '0.000000002' },
    { name: 'beyond what a float can say', spend: '9007199254.740993001', priced: 1, each: '9007199254.740993001' },
  ])('cost per request: $name', ({ spend, priced, each }) => {
    expect(figuresOf(measured.parse({ spend, priced, requests: priced })).costPerRequest).toBe(each);
  });

  it('divide by the requests that have a price alone', () => {
    const figures = figuresOf(measured.parse({ spend: '1.000000000', requests: '10', priced: '4' }));
    expect(figures).toMatchObject({ unpricedRequests: 6, costPerRequest: '0.250000000' });
  });

  it('know no time to first byte where none was seen, whatever the engine answers', () => {
    const row = measured.parse({ requests: 2, latency: [10, 20], ttft: [0, 0], ttft_known: 0 });
    expect(figuresOf(row)).toMatchObject({ latencyP50: 10, latencyP95: 20, ttftP50: null, ttftP95: null });
  });
});
