import { messagesReader } from './anthropic-messages.ts';
import { converseReader } from './bedrock-converse.ts';
import { invokeReader } from './bedrock-invoke.ts';
import type { ParsedBody } from './body.ts';
import { cohereChatReader } from './cohere-chat.ts';
import { cohereEmbedReader } from './cohere-embed.ts';
import type { ResponseFacts, WireFormat } from './facts.ts';
import { freeReader } from './free.ts';
import { geminiEmbeddingsReader } from './gemini-embeddings.ts';
import { geminiReader } from './gemini-generate.ts';
import { llamaCompletionReader } from './llama-completion.ts';
import { ollamaReader } from './ollama.ts';
import { chatReader } from './openai-chat.ts';
import { completionsReader } from './openai-completions.ts';
import { embeddingsReader } from './openai-embeddings.ts';
import { imagesReader } from './openai-images.ts';
import { realtimeReader } from './openai-realtime.ts';
import { responsesReader } from './openai-responses.ts';
import { transcriptionsReader } from './openai-transcriptions.ts';
import { type HeaderList, noFacts, type ResponseReader } from './reader.ts';
import { rerankReader } from './rerank.ts';

const readers: Readonly<Record<WireFormat, ResponseReader | null>> = {
  'openai-chat': chatReader,
  'openai-responses': responsesReader,
  'openai-realtime': realtimeReader,
  'openai-embeddings': embeddingsReader,
  'openai-completions': completionsReader,
  'openai-transcriptions': transcriptionsReader,
  'openai-images': imagesReader,
  'anthropic-messages': messagesReader,
  'gemini-generate': geminiReader,
  'gemini-embeddings': geminiEmbeddingsReader,
  'bedrock-invoke': invokeReader,
  'bedrock-converse': converseReader,
  'cohere-chat': cohereChatReader,
  'cohere-embed': cohereEmbedReader,
  rerank: rerankReader,
  ollama: ollamaReader,
  'llama-completion': llamaCompletionReader,
  free: freeReader,
  unknown: null,
};

/** What a response says of model, usage and cost. Never throws: what cannot be read is null, and not complete. */
export function readResponse(format: WireFormat, body: ParsedBody, headers: HeaderList = []): ResponseFacts {
  const reader = readers[format];
  if (reader === null) return { ...noFacts, complete: body.kind !== 'cut' || body.closed };
  switch (body.kind) {
    case 'empty': {
      // Some tell what they billed in the headers.
      const facts = reader.document(undefined, false, headers);
      return facts.usage === null ? noFacts : facts;
    }
    case 'json':
      return reader.document(body.value, true, headers);
    case 'cut':
      // Calls may have stood in the part that is missing.
      return { ...reader.document(body.value, body.closed, headers), toolCalls: null };
    case 'events':
      return reader.events(body.events, body.torn, headers);
  }
}
