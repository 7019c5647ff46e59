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
      return {
        raw,
        exchange,
        request: readBody(exchange.request, room),
        responses: exchange.attempts.map(({ response }) => readBody(response, room)),
      };
    },
  };
}
