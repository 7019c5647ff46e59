import { parseBody } from '../../domain/usage/body.ts';
import { wireFormatOf } from '../../domain/usage/wire-format.ts';
import type { DecodedEvent, ParsedEvent } from '../event.ts';
import type { Step } from '../outcome.ts';

/** Each body is parsed once, for all steps that follow. */
export function createParseStep(): Step<DecodedEvent, ParsedEvent> {
  return {
    name: 'parse',
    work: function parse(event) {
      const { provider, path } = event.exchange;
      return {
        ...event,
        format: wireFormatOf(provider, path),
        formats: event.answers.map((answer) => wireFormatOf(answer.provider, answer.path || path)),
        parsedRequest: parseBody(event.request),
        parsedResponses: event.responses.map(parseBody),
      };
    },
  };
}
