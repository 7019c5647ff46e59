import type { ListPrice, OwnPrices } from './own-prices.ts';

const PRICING = 'https://platform.claude.com/docs/en/about-claude/pricing';
/** Haiku 5.5 costs five times as much above 100,000 tokens sent. */
const long = (base: string, price: string): ListPrice => ({ base, above: 100_000, price });

const mythos = (version: string, cacheRead: string): OwnPrices => ({
  provider: 'anthropic',
  models: [`claude-mythos-${version}`, `claude-mythos-${version}-20??????`],
  name: `claude-mythos-${version}`,
  from: '',
  covers: 'all',
  prices: { input: '10', cacheWrite5m: '12.50', cacheWrite1h: '20', cacheRead, output: '50' },
  why: 'the catalogue lacks it',
  source: PRICING,
  checked: '2026-11-21',
});

export const anthropicPrices: readonly OwnPrices[] = [
  {
    provider: 'anthropic',
    models: ['claude-sonnet-5-5*'],
    name: 'claude-sonnet-5-5',
    from: '2026-10-07T00:00:00Z',
    covers: 'some',
    prices: { cacheRead: '0.10' },
    why: 'cache reads were halved on this day, which the catalogue takes for claude-sonnet-5 does not know',
    source: PRICING,
    checked: '2026-11-21',
  },
  {
    provider: 'anthropic',
    models: ['claude-haiku-5-5*'],
    name: 'claude-haiku-5-5',
    from: '',
    covers: 'all',
    prices: {
      input: long('0.10', '0.50'),
      cacheWrite5m: long('0.125', '0.625'),
      cacheWrite1h: long('0.20', '1'),
      cacheRead: long('0.01', '0.05'),
      output: long('0.50', '2.50'),
    },
    why: 'newer than the catalogue',
    source: PRICING,
    checked: '2026-11-21',
  },
  mythos('5', '1'),
  mythos('5-1', '0.25'),
  {
    provider: 'vertex',
    models: ['claude-opus-4-6*'],
    name: 'claude-opus-4-6',
    from: '2026-03-13T00:00:00Z',
    covers: 'all',
    prices: { input: '5', cacheWrite5m: '6.25', cacheWrite1h: '10', cacheRead: '0.50', output: '25' },
    why: 'the catalogue keeps the price for long prompts that ended on this day',
    source: PRICING,
    checked: '2026-11-21',
  },
];
