import type { Feature, Share, Step, Tool } from './feature.ts';
import { type Model, models } from './models.ts';
import { topics } from './phrases.ts';

const step = (promptId: string, mix: readonly [Share, ...Share[]], rest: Partial<Step>): Step => ({
  promptId,
  path: '',
  models: mix,
  systemTokens: 600,
  inputTokens: { median: 300, spread: 0.6 },
  outputTokens: { median: 220, spread: 0.5 },
  streamed: 0,
  file: '',
  tool: null,
  asksCache: false,
  ...rest,
});
const use = (model: Model, share = 1): Share => ({ model, share });
const tool = (name: string, description: string, argument: string, share: number): Tool => ({
  name,
  description,
  argument,
  share,
});
const alone = { sessionName: '', calls: [1, 1], nightly: false } as const;

export const features: readonly [Feature, ...Feature[]] = [
  {
    name: 'support-chat',
    weight: 30,
    nightly: false,
    system:
      'You are the support assistant of Northstar, a tool for invoicing. Answer in the language of the customer, briefly and with the steps to take. Look orders up before you speak of them. Never promise refunds.',
    sessionName: 'Support conversation',
    calls: [1, 6],
    steps: [
      step('support-answer', [use(models.gpt5mini, 44), use(models.haiku, 50), use(models.own, 6)], {
        path: 'turn',
        systemTokens: 1_450,
        streamed: 0.93,
        inputTokens: { median: 240, spread: 0.7 },
        tool: tool('look_up_order', 'Finds an order by its number', 'order', 0.16),
      }),
    ],
    topics: topics.support,
  },
  {
    name: 'doc-search',
    weight: 24,
    nightly: false,
    system: 'Answer from the passages alone and name the page of each. Say so when they do not hold the answer.',
    sessionName: 'Search',
    calls: [2, 3],
    steps: [
      step('search-embed', [use(models.embedding)], {
        path: 'embed',
        systemTokens: 0,
        inputTokens: { median: 22, spread: 0.4 },
        outputTokens: { median: 0, spread: 0 },
        asksCache: true,
      }),
      step('search-answer', [use(models.flash, 70), use(models.gpt41mini, 30)], {
        path: 'answer',
        streamed: 0.7,
        systemTokens: 320,
        inputTokens: { median: 3_200, spread: 0.4 },
        outputTokens: { median: 180, spread: 0.5 },
      }),
    ],
    topics: topics.search,
  },
  {
    name: 'code-review',
    weight: 8,
    nightly: false,
    system:
      'You review pull requests. Report defects, each with file, line, what goes wrong and how to reproduce it. No praise, no style.',
    sessionName: 'Pull request',
    calls: [1, 5],
    steps: [
      step('review-diff', [use(models.sonnet, 82), use(models.opus, 18)], {
        path: 'file',
        streamed: 1,
        systemTokens: 5_200,
        inputTokens: { median: 2_600, spread: 0.8 },
        outputTokens: { median: 640, spread: 0.6 },
        tool: tool('read_file', 'Reads a file of the repository', 'path', 0.35),
      }),
    ],
    topics: topics.review,
  },
  {
    ...alone,
    name: 'invoice-extraction',
    weight: 14,
    nightly: true,
    system: 'Read the invoice and answer with JSON: supplier, number, date, currency, net, tax, gross, lines.',
    steps: [
      step('extract-fields', [use(models.flash, 55), use(models.gpt41mini, 45)], {
        systemTokens: 420,
        inputTokens: { median: 1_900, spread: 0.4 },
        outputTokens: { median: 260, spread: 0.3 },
        file: 'invoice.pdf',
      }),
    ],
    topics: topics.invoice,
  },
  {
    ...alone,
    name: 'meeting-summary',
    weight: 6,
    system: 'Summarise the meeting: decisions, open questions, tasks with owner and date. Use the words of the people.',
    steps: [
      step('summarise', [use(models.geminiPro, 65), use(models.sonnet, 35)], {
        systemTokens: 380,
        inputTokens: { median: 9_500, spread: 0.5 },
        outputTokens: { median: 620, spread: 0.35 },
        file: 'transcript.txt',
      }),
    ],
    topics: topics.meeting,
  },
  {
    name: 'sql-assistant',
    weight: 7,
    nightly: false,
    system: 'Write one PostgreSQL query for the question. Use only the tables given. Explain it in one sentence.',
    sessionName: 'Analysis',
    calls: [1, 4],
    steps: [
      step('write-query', [use(models.gpt5, 75), use(models.gpt41, 25)], {
        path: 'query',
        streamed: 0.8,
        systemTokens: 1_900,
        inputTokens: { median: 160, spread: 0.6 },
        outputTokens: { median: 210, spread: 0.5 },
        tool: tool('run_query', 'Runs a read-only query', 'sql', 0.25),
      }),
    ],
    topics: topics.sql,
  },
  {
    ...alone,
    name: 'translation',
    weight: 16,
    system: 'Translate the text. Keep names, numbers and markup as they are. Answer with the translation alone.',
    steps: [
      step('translate', [use(models.gpt41nano, 60), use(models.flashLite, 40)], {
        systemTokens: 90,
        inputTokens: { median: 140, spread: 0.9 },
        outputTokens: { median: 150, spread: 0.9 },
        asksCache: true,
      }),
    ],
    topics: topics.translation,
  },
  {
    ...alone,
    name: 'email-drafts',
    weight: 9,
    system: 'Draft a reply in the tone of the thread. At most 120 words. No promises that the thread does not hold.',
    steps: [
      step('draft-reply', [use(models.gpt4o, 62), use(models.sonnet, 38)], {
        systemTokens: 240,
        streamed: 0.85,
        inputTokens: { median: 780, spread: 0.6 },
        outputTokens: { median: 170, spread: 0.3 },
      }),
    ],
    topics: topics.email,
  },
  {
    name: 'research-agent',
    weight: 4,
    nightly: false,
    system: 'You research companies for the sales team. Plan first, then search, then write one page with sources.',
    sessionName: 'Research',
    calls: [3, 9],
    steps: [
      step('research-plan', [use(models.gpt5)], {
        path: 'plan',
        systemTokens: 900,
        outputTokens: { median: 320, spread: 0.3 },
      }),
      step('research-search', [use(models.haiku, 60), use(models.kimi, 40)], {
        path: 'search',
        systemTokens: 2_300,
        inputTokens: { median: 5_200, spread: 0.5 },
        outputTokens: { median: 240, spread: 0.4 },
        tool: tool('search_web', 'Searches the web', 'query', 0.6),
      }),
      step('research-write', [use(models.sonnet)], {
        path: 'write',
        streamed: 1,
        systemTokens: 2_300,
        inputTokens: { median: 11_000, spread: 0.4 },
        outputTokens: { median: 1_100, spread: 0.25 },
      }),
    ],
    topics: topics.research,
  },
];
