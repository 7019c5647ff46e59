import type { Call } from '../model/call.ts';
import type { DemoFormat } from '../model/models.ts';
import { messagesWire } from './anthropic-messages.ts';
import { geminiWire } from './gemini-generate.ts';
import { chatWire } from './openai-chat.ts';
import { embeddingsWire } from './openai-embeddings.ts';
import { responsesWire } from './openai-responses.ts';
import type { Wire } from './wire.ts';

const wires: Readonly<Record<DemoFormat, Wire>> = {
  'openai-chat': chatWire,
  'openai-responses': responsesWire,
  'openai-embeddings': embeddingsWire,
  'anthropic-messages': messagesWire,
  'gemini-generate': geminiWire,
};

export const wireOf = ({ model }: Call): Wire => wires[model.format];
