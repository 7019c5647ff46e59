import type { ListPrice, OwnPrices } from './own-prices.ts';
import { PORTKEY } from './sourced.ts';

/** Above 272,000 tokens sent the whole call costs twice the price going in and one and a half times coming out. */
const long = (base: string, price: string): ListPrice => ({ base, above: 272_000, price });

const fineTuned = (model: string, input: string, cacheRead: string, output: string): OwnPrices => ({
  provider: 'openai',
  models: [`ft:${model}:*`, `ft:${model}-20??-??-??:*`],
  name: `ft:${model}`,
  from: '',
  covers: 'all',
  prices: { input, cacheRead, output },
  why: 'the catalogue lacks fine-tunes of it, or their price for cached input',
  source: PORTKEY,
  checked: '2026-11-21',
});

const audio = (models: readonly string[], name: string, audioInput: string, audioOutput: string): OwnPrices => ({
  provider: 'openai',
  models,
  name,
  from: '',
  covers: 'some',
  prices: { audioInput, audioOutput },
  why: 'the catalogue has no price for its audio, which would be billed as text',
  source: PORTKEY,
  checked: '2026-11-21',
});

export const openaiPrices: readonly OwnPrices[] = [
  {
    provider: 'openai',
    models: ['gpt-6.1-sol', 'gpt-6.1-sol-20??-??-??'],
    name: 'gpt-6.1-sol',
    from: '',
    covers: 'all',
    prices: {
      input: long('2', '4'),
      cacheRead: long('0.10', '0.20'),
      cacheWrite5m: long('2.50', '5'),
      output: long('10', '15'),
    },
    why: 'newer than the catalogue',
    source: 'https://developers.openai.com/api/docs/models/gpt-6.1-sol',
    checked: '2026-11-21',
  },
  {
    provider: 'openai',
    models: ['gpt-6.1-terra', 'gpt-6.1-terra-20??-??-??'],
    name: 'gpt-6.1-terra',
    from: '',
    covers: 'all',
    prices: {
      input: long('1', '2'),
      cacheRead: long('0.05', '0.10'),
      cacheWrite5m: long('1.25', '2.50'),
      cacheWrite1h: long('2.50', '5'),
      output: long('5', '7.50'),
    },
    why: 'newer than the catalogue; cache writes are for 30 minutes and for 12 hours',
    source: 'https://developers.openai.com/api/docs/models/gpt-6.1-terra',
    checked: '2026-11-21',
  },
  fineTuned('gpt-4.1', '3', '0.75', '12'),
  fineTuned('gpt-4.1-mini', '0.80', '0.20', '3.20'),
  fineTuned('gpt-4.1-nano', '0.20', '0.05', '0.80'),
  fineTuned('gpt-4o', '3.75', '1.875', '15'),
  fineTuned('gpt-4o-mini', '0.30', '0.15', '1.20'),
  fineTuned('o4-mini', '4', '1', '16'),
  audio(['gpt-4o-audio-preview-2024-10-01'], 'gpt-4o-audio-preview-2024-10-01', '100', '200'),
  audio(['gpt-4o-audio-preview*'], 'gpt-4o-audio-preview', '40', '80'),
  audio(['gpt-4o-realtime-preview-2024-10-01'], 'gpt-4o-realtime-preview-2024-10-01', '100', '200'),
  audio(['gpt-4o-mini-audio-preview*'], 'gpt-4o-mini-audio-preview', '10', '20'),
  {
    provider: 'openai',
    models: ['babbage-002'],
    name: 'babbage-002',
    from: '',
    covers: 'all',
    prices: { input: '0.40', output: '0.40' },
    why: 'the catalogue lacks it',
    source: PORTKEY,
    checked: '2026-11-21',
  },
  {
    provider: 'openai',
    models: ['davinci-002'],
    name: 'davinci-002',
    from: '',
    covers: 'all',
    prices: { input: '2', output: '2' },
    why: 'the catalogue lacks it',
    source: PORTKEY,
    checked: '2026-11-21',
  },
  {
    provider: 'openai',
    models: ['gpt-5-search-api', 'gpt-5-search-api-20??-??-??'],
    name: 'gpt-5-search-api',
    from: '',
    covers: 'all',
    prices: { input: '1.25', cacheRead: '0.125', output: '10' },
    why: 'the catalogue lacks it',
    source: PORTKEY,
    checked: '2026-11-21',
  },
];
