import type { ParsedBody } from '../usage/body.ts';
import { parseJson } from '../usage/json.ts';
import type { Message } from './conversation.ts';

/** What was answered, before it is put beside what was sent. */
export interface Received {
  readonly messages: readonly Message[];
  readonly finishReason: string;
}

/** How one wire format says what was said. No function throws, whatever it is given. */
export interface ConversationFormat {
  sent(request: unknown): readonly Message[];
  tools(request: unknown): readonly string[];
  received(body: ParsedBody): Received;
}

/** The documents of a body: its one, or every event of its stream that parses. */
export function documentsOf(body: ParsedBody): readonly unknown[] {
  switch (body.kind) {
    case 'empty':
      return [];
    case 'json':
    case 'cut':
      return Array.isArray(body.value) ? body.value : [body.value];
    case 'events':
      return body.events.map(parseJson).filter((value) => value !== undefined);
  }
}
