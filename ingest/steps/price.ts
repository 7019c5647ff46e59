import type { NanoUsd } from '../../domain/money.ts';
import type { PricedCall } from '../../domain/prices/price-exchange.ts';
import { priceExchange } from '../../domain/prices/price-exchange.ts';
import { regionOf, servedTier } from '../../domain/prices/rate.ts';
import type { PriceRules } from '../../domain/prices/rules.ts';
import type { CountedEvent, PricedEvent } from '../event.ts';
import type { Step } from '../outcome.ts';

/** What each upstream call cost at its own time, by the rules that the user has made so far. */
export function createPriceStep(rules: () => PriceRules): Step<CountedEvent, PricedEvent> {
  return {
    name: 'price',
    work: function price(event) {
      const { exchange, requestFacts } = event;
      const model = exchange.modelOverride || requestFacts.model;
      const made = event.answers.map((_, index) => callOf(event, model, index));
      const calls = made.length > 0 ? made : [noCall(event, model)];
      const priced = calls.map((call) => priceExchange(call, rules()));
      return { ...event, model, calls, priced, saved: savedBy(event, calls[0], rules()) };
    },
  };
}

/** At the prices of the hit's own time, since it is then that the call was not made. */
function savedBy({ exchange }: CountedEvent, call: PricedCall | undefined, rules: PriceRules): NanoUsd | null {
  if (exchange.cacheOutcome !== 'hit' || call === undefined) return null;
  return priceExchange({ ...call, cached: false }, rules).cost;
}

function callOf(event: CountedEvent, model: string, index: number): PricedCall {
  const call = noCall(event, model);
  const attempt = event.answers[index];
  const facts = event.responseFacts[index];
  const counted = event.counted[index];
  if (!attempt || !facts || !counted) return call;
  const cached = event.exchange.cacheOutcome === 'hit';
  return {
    ...call,
    provider: attempt.provider,
    model: event.exchange.modelOverride || attempt.model || model,
    // An override stands for the model in logs and in cost alike.
    responseModel: event.exchange.modelOverride === '' ? facts.model : '',
    at: new Date(cached ? event.exchange.arrivedAt : attempt.startedAt),
    ...(cached ? { cached } : {}),
    usage: counted.usage,
    estimated: counted.estimated,
    reportedCost: facts.reportedCost,
    status: attempt.status,
    errorKind: attempt.errorKind,
    hiddenReasoning: facts.hiddenReasoning,
    complete: facts.complete,
    serviceTier: facts.serviceTier || servedTier(attempt.responseHeaders),
    region: regionOf(attempt.upstream, attempt.path || event.exchange.path),
    serverTools: facts.serverTools,
    others: facts.others,
  };
}

function noCall({ exchange }: CountedEvent, model: string): PricedCall {
  return {
    provider: exchange.provider,
    model,
    responseModel: '',
    at: new Date(exchange.arrivedAt),
    usage: null,
    reportedCost: null,
    status: null,
    errorKind: exchange.errorKind,
    estimated: false,
    hiddenReasoning: false,
    complete: false,
  };
}
