import type { ServerTool } from '../../usage/server-tools.ts';
import { PORTKEY, type Sourced } from './sourced.ts';

/** What is billed by the piece beside the tokens. */
export interface Fee extends Sourced {
  readonly provider: string;
  readonly tool: ServerTool;
  readonly models: readonly string[];
  /** Dollars for `per` of them. */
  readonly dollars: string;
  readonly per: number;
  /** '' or why the bill may be lower: a free allowance that only the provider counts. */
  readonly doubt: string;
}

const all: readonly string[] = ['*'];

const fee = (
  provider: string,
  tool: ServerTool,
  models: readonly string[],
  dollars: string,
  source: string,
  doubt = '',
  per = 1_000,
): Fee => ({ provider, tool, models, dollars, per, source, doubt, checked: '2026-11-21' });

const CLAUDE = 'https://platform.claude.com/docs/en/about-claude/pricing';
const GEMINI = 'https://ai.google.dev/gemini-api/docs/pricing';
const XAI = 'https://docs.x.ai/developers/pricing.md';
const PERPLEXITY = 'https://docs.perplexity.ai/getting-started/pricing';
const COHERE = 'https://cohere.com/pricing';
const FREE_SEARCHES = 'Google bills searches beyond a free allowance alone, which cannot be seen here';

const perplexity = (model: string, low: string, medium: string, high: string): Fee[] => [
  fee('perplexity', 'request_low', [model], low, PERPLEXITY),
  fee('perplexity', 'request_medium', [model], medium, PERPLEXITY),
  fee('perplexity', 'request_high', [model], high, PERPLEXITY),
];

export const fees: readonly Fee[] = [
  fee('openai', 'web_search', all, '10', PORTKEY),
  fee('openai', 'file_search', all, '2.50', PORTKEY),
  fee(
    'openai',
    'code_interpreter',
    all,
    '0.03',
    'https://community.openai.com/t/cost-of-code-interpreter-agents-sdk/1360060',
    'a container of 1 GB is assumed, and one that an earlier call opened is not billed again',
    1,
  ),
  fee('anthropic', 'web_search', all, '10', CLAUDE),
  ...['google', 'vertex'].flatMap((provider) => [
    fee(provider, 'grounded_prompt', ['gemini-1*', 'gemini-2*'], '35', GEMINI, FREE_SEARCHES),
    fee(provider, 'google_search', ['gemini-3*', 'gemini-4*'], '14', GEMINI, FREE_SEARCHES),
  ]),
  fee('xai', 'web_search', all, '5', XAI),
  fee('xai', 'x_search', all, '5', XAI),
  fee('xai', 'code_interpreter', all, '5', XAI),
  fee('xai', 'code_execution', all, '5', XAI),
  fee('xai', 'file_search', all, '2.50', XAI),
  ...perplexity('sonar', '5', '8', '12'),
  ...perplexity('sonar-pro', '6', '10', '14'),
  ...perplexity('sonar-reasoning', '5', '8', '12'),
  ...perplexity('sonar-reasoning-pro', '6', '10', '14'),
  fee('perplexity', 'web_search', ['sonar-deep-research'], '5', PERPLEXITY),
  // Elsewhere searches are part of the request's fee.
  fee('perplexity', 'web_search', ['sonar', 'sonar-pro', 'sonar-reasoning', 'sonar-reasoning-pro'], '0', PERPLEXITY),
  fee('cohere', 'search_unit', ['rerank-v4.0-pro'], '2.50', COHERE),
  fee('cohere', 'search_unit', ['rerank-v4.0-fast', 'rerank-v3.5', 'rerank-*-v3.0'], '2', COHERE),
];
