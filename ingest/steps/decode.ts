import { decodeExchange } from '../../domain/exchange.ts';
import type { DecodedEvent, RawEvent } from '../event.ts';
import type { Step } from '../outcome.ts';
import { readBody, type TextRoom } from './body-content.ts';

/** Bytes of the log into an exchange, its bodies out of their content encodings. */
export function createDecodeStep(): Step<{ raw: RawEvent; room: TextRoom }, DecodedEvent> {
  return {
    name: 'decode',
    work: function decode({ raw, room }) {
      const exchange = decodeExchange(raw.encoded);
      const { attempts, answeredFrom } = exchange;
      const answers = attempts.length > 0 || answeredFrom === null ? attempts : [answeredFrom];
      return {
        raw,
        exchange,
        answers,
        request: readBody(exchange.request, room),
        responses: answers.map(({ response }) => readBody(response, room)),
      };
    },
  };
}
