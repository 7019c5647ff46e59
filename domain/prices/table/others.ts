import type { ListPrice, OwnPrices } from './own-prices.ts';
import { PORTKEY } from './sourced.ts';

const XAI = 'https://docs.x.ai/developers/pricing';
const DEEPSEEK = 'https://api-docs.deepseek.com/quick_start/pricing';
/** xAI bills long context once the prompt reaches 200,000 tokens. */
const long = (base: string, price: string): ListPrice => ({ base, above: 199_999, price });

/** A name that the catalogue does not know, at the price that the second list has for it. */
const unlisted = (provider: string, model: string, prices: OwnPrices['prices']): OwnPrices => ({
  provider,
  models: [model],
  name: model,
  from: '',
  covers: 'all',
  prices,
  why: 'the catalogue lacks it',
  source: PORTKEY,
  checked: '2026-11-21',
});

/** The catalogue takes it for gemini-1.5-flash, at twice the price; it has these under another spelling. */
const flash8b = (provider: string): OwnPrices => ({
  provider,
  models: ['gemini-1.5-flash-8b*'],
  name: 'gemini-1.5-flash-8b',
  from: '',
  covers: 'all',
  prices: {
    input: { base: '0.0375', above: 128_000, price: '0.075' },
    cacheRead: { base: '0.01', above: 128_000, price: '0.02' },
    output: { base: '0.15', above: 128_000, price: '0.30' },
  },
  why: 'the catalogue takes it for gemini-1.5-flash',
  source: PORTKEY,
  checked: '2026-11-21',
});

const embedding = (model: string): OwnPrices => ({
  provider: 'cohere',
  models: [model],
  name: model,
  from: '',
  covers: 'all',
  prices: { input: '0.10' },
  why: 'the catalogue lacks it',
  source: PORTKEY,
  checked: '2026-11-21',
});

/** Nothing by the token: reranking is billed by the search. */
const rerank = (model: string): OwnPrices => ({
  provider: 'cohere',
  models: [model],
  name: model,
  from: '',
  covers: 'all',
  prices: { input: '0', output: '0' },
  why: 'the catalogue lacks it; its searches are a fee',
  source: PORTKEY,
  checked: '2026-11-21',
});

export const otherPrices: readonly OwnPrices[] = [
  {
    provider: 'xai',
    models: ['grok-4.7*'],
    name: 'grok-4.7',
    from: '',
    covers: 'all',
    prices: { input: long('2', '4'), cacheRead: long('0.50', '1'), output: long('6', '12') },
    why: 'newer than the catalogue',
    source: XAI,
    checked: '2026-11-21',
  },
  {
    provider: 'xai',
    models: ['grok-4.20-multi-agent*', 'grok-4.20-0309-*'],
    name: 'grok-4.20',
    from: '',
    covers: 'all',
    prices: { input: long('1.25', '2.50'), cacheRead: long('0.20', '0.40'), output: long('2.50', '5') },
    why: 'the catalogue has another price for the one and does not know the dated names of the other',
    source: XAI,
    checked: '2026-11-21',
  },
  {
    provider: 'deepseek',
    models: ['deepseek-chat', 'deepseek-reasoner'],
    name: 'deepseek-v3.2',
    from: '2025-09-29T00:00:00Z',
    covers: 'all',
    prices: { input: '0.28', cacheRead: '0.028', output: '0.42' },
    why: 'the catalogue keeps the prices of V3 and R1 with their night discount, which had ended',
    source: `${PORTKEY}; ${DEEPSEEK}`,
    checked: '2026-11-21',
  },
  {
    provider: 'deepseek',
    models: ['deepseek-v4-pro'],
    name: 'deepseek-v4-pro',
    from: '2026-08-16T16:00:00Z',
    covers: 'all',
    prices: { input: '0.66', cacheRead: '0.022', output: '1.98' },
    peak: {
      hours: [
        [1, 4],
        [6, 10],
      ],
      times: 2n,
    },
    why: 'the catalogue has the peak price on weekends too, and from eight hours later',
    source: DEEPSEEK,
    checked: '2026-11-21',
  },
  {
    provider: 'deepseek',
    models: ['deepseek-flash'],
    name: 'deepseek-flash',
    from: '',
    covers: 'all',
    prices: { input: '0.15', cacheRead: '0.003', output: '0.60' },
    peak: {
      hours: [
        [1, 4],
        [6, 10],
      ],
      times: 2n,
    },
    why: 'newer than the catalogue',
    source: DEEPSEEK,
    checked: '2026-11-21',
  },
  {
    provider: 'bedrock',
    models: ['*amazon.titan-embed-text-v2*'],
    name: 'amazon.titan-embed-text-v2:0',
    from: '',
    covers: 'all',
    prices: { input: '0.02' },
    why: 'the catalogue takes it for the first version, at five times the price',
    source: 'https://vercel.com/ai-gateway/models/titan-embed-text-v2.md',
    checked: '2026-11-21',
  },
  flash8b('google'),
  flash8b('vertex'),
  unlisted('xai', 'grok-beta', { input: '5', output: '15' }),
  unlisted('xai', 'grok-vision-beta', { input: '5', output: '15' }),
  unlisted('cohere', 'command-nightly', { input: '1', output: '2' }),
  unlisted('cohere', 'command-a-vision-07-2025', { input: '2.50', output: '10' }),
  unlisted('cohere', 'command-a-reasoning-08-2025', { input: '2.50', output: '10' }),
  unlisted('cohere', 'command-a-translate-08-2025', { input: '2.50', output: '10' }),
  unlisted('cohere', 'c4ai-aya-vision-32b', { input: '0.50', output: '1.50' }),
  embedding('embed-english-v2.0'),
  embedding('embed-english-v3.0'),
  embedding('embed-english-light-v3.0'),
  embedding('embed-multilingual-v3.0'),
  embedding('embed-multilingual-light-v3.0'),
  rerank('rerank-v4.0-pro'),
  rerank('rerank-v4.0-fast'),
  rerank('rerank-v3.5'),
  rerank('rerank-english-v3.0'),
  rerank('rerank-multilingual-v3.0'),
];
