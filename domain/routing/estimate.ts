import { priceExchange } from '../prices/price-exchange.ts';
import type { PriceRules } from '../prices/rules.ts';
import type { RequestFacts } from './request-facts.ts';

/** What an answer is taken to be long, where the request allows as much: its length is known to nobody before. */
const OUTPUT_TOKENS = 500;

/** Nano-dollars that a request would cost at a target by the price lists; null where no price is known. */
export function estimateCost(
  provider: string,
  model: string,
  { tokens, maxOutput }: RequestFacts,
  rules: PriceRules,
  at: Date,
): bigint | null {
  const none = {
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    reasoning: 0,
    audioInput: 0,
    audioOutput: 0,
    image: 0,
  };
  const output = Math.min(OUTPUT_TOKENS, maxOutput ?? OUTPUT_TOKENS);
  const { cost } = priceExchange(
    {
      provider,
      model,
      responseModel: '',
      at,
      usage: { input: tokens, output, ...none },
      reportedCost: null,
      status: 200,
      estimated: false,
      hiddenReasoning: false,
      complete: true,
    },
    rules,
  );
  return cost;
}
