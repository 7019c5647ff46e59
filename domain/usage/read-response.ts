import { messagesReader } from './anthropic-messages.ts';
import type { ParsedBody } from './body.ts';
import type { ResponseFacts, WireFormat } from './facts.ts';
import { geminiReader } from './gemini-generate.ts';
import { chatReader } from './openai-chat.ts';
import { embeddingsReader } from './openai-embeddings.ts';
import { responsesReader } from './openai-responses.ts';
import { noFacts, type ResponseReader } from './reader.ts';

const readers: Readonly<Record<WireFormat, ResponseReader | null>> = {
  'openai-chat': chatReader,
  'openai-responses': responsesReader,
  'openai-embeddings': embeddingsReader,
  'anthropic-messages': messagesReader,
  'gemini-generate': geminiReader,
  unknown: null,
};

/** What a response says of model, usage and cost. Never throws: what cannot be read is null, and not complete. */
export function readResponse(format: WireFormat, body: ParsedBody): ResponseFacts {
  const reader = readers[format];
  if (reader === null) return { ...noFacts, complete: body.kind !== 'cut' || body.closed };
  switch (body.kind) {
    case 'empty':
      return noFacts;
    case 'json':
      return reader.document(body.value, true);
    case 'cut':
      // Calls may have stood in the part that is missing.
      return { ...reader.document(body.value, body.closed), toolCalls: null };
    case 'events':
      return reader.events(body.events, body.torn);
  }
}
