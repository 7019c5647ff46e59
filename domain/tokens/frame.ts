import type { Message } from '../conversation/conversation.ts';
import type { WireFormat } from '../usage/facts.ts';

/** Tokens that stand around the words of a conversation: what each message costs, and what the whole of it. */
interface Frame {
  readonly message: number;
  readonly whole: number;
  /** Where it is not that of a message. */
  readonly system?: number;
  /** What the template says where no system prompt was sent. */
  readonly unasked?: number;
}

/** OpenAI's cookbook on counting with tiktoken: 3 and the role for a message, 3 to begin the answer. */
const openai: Frame = { message: 4, whole: 3 };
/** The published template of Llama 3: header, role and end of each message, the answer's header, a preamble of dates. */
const llama: Frame = { message: 5, whole: 25, unasked: 5 };
/** Mistral's published template: the brackets around what the user says, and the begin of the text. */
const mistral: Frame = { message: 2, whole: 1 };
/** DeepSeek's published template: one mark for who speaks, one each for the begin of the text and of the answer. */
const deepseek: Frame = { message: 1, whole: 2 };
/** Qwen's published template: begin, role, line and end of each message with its line, and the answer's head. */
const qwen: Frame = { message: 5, whole: 3 };
/** It introduces itself: "You are Qwen, created by Alibaba Cloud. You are a helpful assistant." */
const qwen2: Frame = { ...qwen, unasked: 21 };
/** Secret. Fitted to the examples of Anthropic's documentation in `test/fixtures/estimate/anthropic.ts`, which are few. */
const claude: Frame = { message: 4, whole: 4, system: 0 };
/** Usage is one more than the words for each message: https://ai.google.dev/api/tokens, read 2026-11-21. */
const gemini: Frame = { message: 1, whole: 0 };
const none: Frame = { message: 0, whole: 0 };

export function countFrame(format: WireFormat, model: string, messages: readonly Message[]): number {
  if (messages.length === 0) return 0;
  const { message, whole, system = message, unasked = 0 } = frameOf(format, model.toLowerCase());
  const systems = messages.filter(({ role }) => role === 'system').length;
  return message * (messages.length - systems) + system * systems + whole + (systems > 0 ? 0 : unasked);
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
      // Cohere bills the words alone: `billed_units` stand beside `tokens`, which have the frame in them.
      return none;
  }
}

function frameOfModel(model: string): Frame | null {
  if (model.includes('claude')) return claude;
  if (/llama-?[34]/.test(model)) return llama;
  if (model.includes('deepseek')) return deepseek;
  if (model.includes('qwen')) return /qwen-?2/.test(model) ? qwen2 : qwen;
  return /mi[sx]tral|codestral|devstral/.test(model) ? mistral : null;
}
