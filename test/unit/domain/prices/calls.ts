import { type Priced, type PricedCall, priceExchange } from '../../../../domain/prices/price-exchange.ts';
import type { Usage } from '../../../../domain/usage/facts.ts';

export const noTokens: Usage = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  audioInput: 0,
  audioOutput: 0,
  image: 0,
};

export function call(
  provider: string,
  model: string,
  usage: Partial<Usage> | null,
  more: Partial<PricedCall> = {},
): PricedCall {
  return {
    provider,
    model,
    responseModel: '',
    at: new Date('2026-11-01T12:00:00Z'),
    usage: usage === null ? null : { ...noTokens, ...usage },
    reportedCost: null,
    status: 200,
    estimated: false,
    hiddenReasoning: false,
    complete: true,
    ...more,
  };
}

export const price = (...args: Parameters<typeof call>): Priced => priceExchange(call(...args));
