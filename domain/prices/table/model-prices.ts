import { anthropicPrices } from './anthropic.ts';
import { openaiPrices } from './openai.ts';
import { otherPrices } from './others.ts';
import type { OwnPrices } from './own-prices.ts';

export const ownPrices: readonly OwnPrices[] = [...openaiPrices, ...anthropicPrices, ...otherPrices];
