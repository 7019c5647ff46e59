import type { WireFormat } from '../usage/facts.ts';
import { at, isObject, listAt, parseJson, textAt } from '../usage/json.ts';
import { countTokens } from './count-tokens.ts';

/** What the offer of tools adds to what was sent. */
export function countTools(format: WireFormat, model: string, request: unknown): number {
  const tools = [
    ...listAt(request, 'tools'),
    ...listAt(request, 'functions').map((declared) => ({ function: declared })),
    ...listAt(request, 'toolConfig', 'tools'),
  ];
  if (tools.length === 0) return 0;
  if (isOpenai(format, model)) return countSchemas(model, tools);
  const words = countTokens(model, JSON.stringify(tools));
  return isClaude(format, model) ? words + instructionsOf(request) : words;
}

/**
 * A call is not spoken as the JSON that it arrives as. How many tokens more that takes is nowhere said: both are fitted to
 * the one example of the provider's documentation that prints a call with its count (`test/fixtures/estimate`).
 */
export function countCallFrame(format: WireFormat, model: string, text: string): number {
  if (isOpenai(format, model)) return 3;
  if (!isClaude(format, model)) return 0;
  const args = parseJson(text);
  return 20 + 21 * (isObject(args) ? Object.keys(args).length : 0);
}

/** OpenAI's cookbook on counting with tiktoken: a name of who speaks is counted, and one token more. */
export function countNames(format: WireFormat, model: string, request: unknown): number {
  if (!isOpenai(format, model)) return 0;
  const names = listAt(request, 'messages').map((message) => textAt(message, 'name'));
  return names.reduce((sum, name) => sum + (name === '' ? 0 : 1 + countTokens(model, name)), 0);
}

const isOpenai = (format: WireFormat, model: string) =>
  (format === 'openai-chat' || format === 'openai-responses') && /^(openai\/|ft:)?(gpt|o\d|chatgpt)/.test(model);
const isClaude = (format: WireFormat, model: string) => format === 'anthropic-messages' || model.includes('claude');

/**
 * Claude is told how to use tools by instructions of its own:
 * https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/overview#pricing
 */
function instructionsOf(request: unknown): number {
  const choice = textAt(request, 'tool_choice', 'type');
  return choice === 'any' || choice === 'tool' ? 313 : 346;
}

/** The rule of OpenAI's cookbook on counting with tiktoken: schemas are not sent as JSON but rewritten. */
function countSchemas(model: string, tools: readonly unknown[]): number {
  const perFunction = /^(openai\/|ft:)?(gpt-4(-|$)|gpt-3\.5)/.test(model) ? 10 : 7;
  const END = 12;
  return tools.reduce<number>((sum, tool) => sum + perFunction + countSchema(model, at(tool, 'function') ?? tool), END);
}

function countSchema(model: string, declared: unknown): number {
  const head = `${textAt(declared, 'name')}:${textAt(declared, 'description').replace(/\.$/, '')}`;
  const properties = at(declared, 'parameters', 'properties');
  const entries = isObject(properties) ? Object.entries(properties) : [];
  const parts = entries.map(([name, property]) => countProperty(model, name, property));
  return countTokens(model, head) + (parts.length > 0 ? 3 : 0) + parts.reduce((sum, count) => sum + count, 0);
}

function countProperty(model: string, name: string, property: unknown): number {
  const choices = listAt(property, 'enum').map((value) => 3 + countTokens(model, String(value)));
  const chosen = choices.length === 0 ? 0 : choices.reduce((sum, count) => sum + count, -3);
  const line = `${name}:${textAt(property, 'type')}:${textAt(property, 'description').replace(/\.$/, '')}`;
  return 3 + chosen + countTokens(model, line);
}
