import { LLMock } from '@copilotkit/aimock';
import OpenAI from 'openai';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
import { type Stack, startStack } from '../harness/stack.ts';

/** What a newcomer sees: nothing, then his first request by itself, then what it cost. */

const mock = new LLMock({ port: 0, logLevel: 'silent' });
let stack: Stack;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  mock.onMessage(/capital/, {
    content: 'The capital of Norway is Oslo.',
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  });
  await mock.start();
  stack = await startStack({ config: `providers:\n  openai: { baseUrl: '${mock.url}' }\n` });
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => errors.push(error.message));
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await mock.stop();
});

it('shows the first request without a reload, and its receipt', async () => {
  const { dashboard, proxy, token } = stack.endpoints();
  await page.goto(`${dashboard}/?token=${token}`);
  await page.getByText('Waiting for the first request').waitFor();
  expect(page.url(), 'the token does not stay in the address').not.toContain(token);
  expect(await page.locator('pre').first().textContent(), 'the snippet has the real address').toContain(proxy);

  const openai = new OpenAI({
    baseURL: `${proxy}/openai/v1`,
    apiKey: 'sk-test',
    defaultHeaders: { 'Helicone-User-Id': 'ada@example.com', 'Helicone-Property-Feature': 'geography' },
  });
  await openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'What is the capital of Norway?' }],
  });

  // No reload from here on.
  await page.getByRole('heading', { name: 'What are we spending?' }).waitFor();
  await page.getByRole('link', { name: 'Requests', exact: true }).click();
  await page.getByRole('row').filter({ hasText: 'ada@example.com' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText('The capital of Norway is Oslo.').waitFor();
  await drawer.getByRole('tab', { name: 'Receipt' }).click();
  const receipt = await drawer.getByRole('table').textContent();
  expect(receipt).toContain('$0.000015000'); // 100 input tokens × 150 n$
  expect(receipt).toContain('$0.000012000'); // 20 output tokens × 600 n$
  expect(receipt).toContain('$0.000027000');
  expect(errors).toEqual([]);
});

it('turns away whoever has no token', async () => {
  const stranger = await browser.newPage();
  await stranger.goto(`${stack.endpoints().dashboard}/requests`);
  await stranger.getByLabel(/token/i).waitFor();
  const answer = await stranger.request.get(`${stack.endpoints().dashboard}/api/status`);
  expect(answer.status()).toBe(401);
  await stranger.close();
});
