import type { Message } from '../conversation/conversation.ts';
import type { WireFormat } from '../usage/facts.ts';

/** Tokens that stand around the words of a conversation: what each message costs, and what the whole of it. */
interface Frame {
  readonly message: number;
  readonly whole: number;
}

/** OpenAI's cookbook on counting with tiktoken: 3 and the role for a message, 3 to begin the answer. */
const openai: Frame = { message: 4, whole: 3 };
/** The published template of Llama 3: header, role and end of each message, the answer's header, a preamble of dates. */
const llama: Frame = { message: 5, whole: 25 };
/** Mistral's published template: the brackets around what the user says, and the begin of the text. */
const mistral: Frame = { message: 2, whole: 1 };
/** Held against recorded calls, since its tokenizer is secret. */
const claude: Frame = { message: 3, whole: 1 };
const gemini: Frame = { message: 1, whole: 0 };
const none: Frame = { message: 0, whole: 0 };

export function countFrame(format: WireFormat, model: string, messages: readonly Message[]): number {
  const { message, whole } = frameOf(format, model.toLowerCase());
  return messages.length === 0 ? 0 : message * messages.length + whole;
}

function frameOf(format: WireFormat, model: string): Frame {
  switch (format) {
    case 'anthropic-messages':
      return claude;
    case 'gemini-generate':
      return gemini;
    case 'openai-chat':
    case 'openai-responses':
    case 'ollama':
      return frameOfModel(model) ?? openai;
    case 'bedrock-converse':
    case 'bedrock-invoke':
      return frameOfModel(model) ?? none;
    default:
      // Cohere bills the words alone.
      return none;
  }
}

function frameOfModel(model: string): Frame | null {
  if (model.includes('claude')) return claude;
  if (/llama-?[34]/.test(model)) return llama;
  return /mi[sx]tral|codestral|devstral/.test(model) ? mistral : null;
}
