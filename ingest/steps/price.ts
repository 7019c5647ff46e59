import type { PricedCall } from '../../domain/prices/price-exchange.ts';
import { priceExchange } from '../../domain/prices/price-exchange.ts';
import type { CountedEvent, PricedEvent } from '../event.ts';
import type { Step } from '../outcome.ts';

/** What each upstream call cost at its own time. */
export function createPriceStep(): Step<CountedEvent, PricedEvent> {
  return {
    name: 'price',
    work: function price(event) {
      const { exchange, requestFacts } = event;
      const model = exchange.modelOverride || requestFacts.model;
      const made = exchange.attempts.map((_, index) => callOf(event, model, index));
      const calls = made.length > 0 ? made : [noCall(event, model)];
      return { ...event, model, calls, priced: calls.map(priceExchange) };
    },
  };
}

function callOf(event: CountedEvent, model: string, index: number): PricedCall {
  const call = noCall(event, model);
  const attempt = event.exchange.attempts[index];
  const facts = event.responseFacts[index];
  const counted = event.counted[index];
  if (!attempt || !facts || !counted) return call;
  return {
    ...call,
    provider: attempt.provider,
    // An override stands for the model in logs and in cost alike.
    responseModel: event.exchange.modelOverride === '' ? facts.model : '',
    at: new Date(attempt.startedAt),
    usage: counted.usage,
    estimated: counted.estimated,
    reportedCost: facts.reportedCost,
    status: attempt.status,
    errorKind: attempt.errorKind,
    hiddenReasoning: facts.hiddenReasoning,
    complete: facts.complete,
    serviceTier: facts.serviceTier,
    serverTools: facts.serverTools,
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
