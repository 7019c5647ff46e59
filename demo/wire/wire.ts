import type { Call } from '../model/call.ts';

/** How one API writes what an app of the demo says and what a provider answers. */
export interface Wire {
  /** The provider's own, with its query. */
  path(call: Call): string;
  request(call: Call): object;
  /** The whole answer, plain or as a stream. */
  reply(call: Call): string;
  failure(status: number, call: Call): object;
}

const PIECE = 36;

/** A text as a model sends it: in pieces that end between words where they can. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    const space = text.indexOf(' ', start + PIECE);
    const end = space === -1 ? text.length : space;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** Ids as providers make them: a prefix and what the request is known by. */
export const idOf = (prefix: string, { requestId }: Call): string =>
  `${prefix}${requestId.replaceAll('-', '').slice(0, 24)}`;

export const secondsOf = ({ at }: Call): number => Math.floor(at / 1000);

/** The argument of the tool that is called, as an object; null where the answer is text. */
export function toolArguments({ tool, toolArgument }: Call): Record<string, string> | null {
  return tool === null || toolArgument === null ? null : { [tool.argument]: toolArgument };
}

/** The JSON schema of the one argument that every tool of the demo takes. */
export const schemaOf = (argument: string): object => ({
  type: 'object',
  properties: { [argument]: { type: 'string' } },
  required: [argument],
});

export const serverSentEvents = (events: readonly object[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

const reasons: Readonly<Record<number, string>> = {
  429: 'Rate limit reached. Please try again later.',
  500: 'The server had an error while processing your request.',
  503: 'The service is overloaded. Please try again later.',
  529: 'Overloaded',
};

export const reasonOf = (status: number): string => reasons[status] ?? 'The request failed.';
