import { readRequest } from '../../domain/usage/read-request.ts';
import { readResponse } from '../../domain/usage/read-response.ts';
import type { ParsedEvent, UsedEvent } from '../event.ts';
import type { Step } from '../outcome.ts';

/** Model, user and usage: the proxy's own reading where it dropped the bodies, else read from them. */
export function createUsageStep(): Step<ParsedEvent, UsedEvent> {
  return {
    name: 'usage',
    work: function usage(event) {
      const { exchange, answers, format, formats, parsedRequest, parsedResponses } = event;
      return {
        ...event,
        requestFacts: exchange.requestFacts ?? readRequest(format, exchange.path, parsedRequest),
        responseFacts: answers.map(
          ({ facts, responseHeaders }, index) =>
            facts ??
            readResponse(formats[index] ?? format, parsedResponses[index] ?? { kind: 'empty' }, responseHeaders),
        ),
      };
    },
  };
}
