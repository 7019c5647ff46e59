import { isKnownZero } from '../../domain/prices/price-exchange.ts';
import { completeUsage, countRequest, countResponse } from '../../domain/tokens/count-body.ts';
import type { CountedEvent, CountedUsage, UsedEvent } from '../event.ts';
import type { Step } from '../outcome.ts';

/** The provider's usage as it is; tokens counted by us only where it gave none for a call that it may have billed. */
export function createTokensStep(): Step<UsedEvent, CountedEvent> {
  return {
    name: 'tokens',
    work: function tokens(event) {
      return { ...event, counted: event.answers.map((_, index) => countedUsage(event, index)) };
    },
  };
}

function countedUsage(event: UsedEvent, index: number): CountedUsage {
  const { exchange, answers, format, parsedRequest, parsedResponses, requestFacts, responseFacts } = event;
  const attempt = answers[index];
  const facts = responseFacts[index];
  const response = parsedResponses[index];
  if (!attempt || !facts || !response) return { usage: null, estimated: false };
  if (isKnownZero(attempt.status, attempt.errorKind, facts.usage)) return { usage: null, estimated: false };
  if (facts.reportedCost !== null) return { usage: facts.usage, estimated: false };
  const model = facts.model || exchange.modelOverride || attempt.model || requestFacts.model;
  // The proxy counted where it dropped the bodies; elsewhere they are here.
  return completeUsage(
    facts.usage,
    () => requestFacts.countedInput ?? countRequest(format, model, parsedRequest),
    () => facts.countedOutput ?? countResponse(format, model, response),
  );
}
