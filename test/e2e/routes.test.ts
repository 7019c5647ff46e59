import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { writeOpen } from '../../dashboard/web/state/open-link.ts';
import { launchBrowser } from '../harness/browser.ts';
import { type Stack, startStack, until } from '../harness/stack.ts';
import { startUpstream, type Upstream } from '../harness/upstream.ts';

/** A route in the browser: made, followed by the proxy, read back from a request, changed, deleted. */

const shots = process.env['SPENDLENS_SCREENSHOTS'];
const asked = z.object({ model: z.string() });

let upstream: Upstream;
let stack: Stack;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.answer((_req, res, received) => {
    const { model } = asked.parse(JSON.parse(received.body.toString()));
    const usage = { prompt_tokens: 2_000, completion_tokens: 500, total_tokens: 2_500 };
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ id: 'c', object: 'chat.completion', model, choices: [], usage }));
  });
  const config = `
providers:
  openai: { baseUrl: '${upstream.url}' }
routes:
  - { id: of-the-file, name: declared, targets: [{ model: openai/gpt-4o }] }
`;
  stack = await startStack({ config });
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => errors.push(error.message));
  const { dashboard, token } = stack.endpoints();
  await page.goto(`${dashboard}/?token=${token}`);
  await page.getByRole('navigation').first().waitFor();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await upstream?.close();
});

async function ask(model: string) {
  const response = await fetch(`${stack.endpoints().proxy}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-app' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Is it?' }] }),
  });
  const answer = asked.parse(await response.json());
  return { model: answer.model, id: response.headers.get('spendlens-id') ?? '' };
}

async function shot(name: string) {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

const open = (path: string) => page.goto(`${stack.endpoints().dashboard}${path}`);

it('is made, with the server’s objections in the dialog', async () => {
  await open('/routes');
  await page.getByRole('table', { name: 'Virtual models' }).getByText('declared').first().waitFor();
  await page.getByRole('button', { name: 'Make a route' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('cheap');
  await dialog.getByLabel('Strategy').first().selectOption('price');
  await dialog.getByLabel('Target').fill('openai/gpt-4o');
  await dialog.getByRole('button', { name: 'Add a target' }).click();
  await dialog.getByLabel('Target').nth(1).fill('openai/gpt-4o-mini');
  await dialog.getByRole('button', { name: 'Add a rule' }).click();
  await dialog.getByLabel('When').fill('tokes > 1000');
  await dialog.getByRole('group', { name: 'Rule 1' }).getByLabel('Strategy').selectOption('priority');
  await dialog.getByRole('button', { name: 'Save the route' }).click();
  await dialog.getByRole('alert').getByText('rules.0.when').waitFor();
  await shot('route-dialog');
  await dialog.getByLabel('When').fill('tokens > 1000');
  await dialog.getByRole('button', { name: 'Save the route' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('table', { name: 'Virtual models' }).getByText('cheap').first().waitFor();
});

it('is followed by the proxy, and its traffic and reasons can be read', async () => {
  expect(await until(async () => (await ask('cheap')).model === 'gpt-4o-mini')).toBe(true);
  const { id } = await ask('cheap');
  await stack.waitForCount(`SELECT count() AS n FROM requests WHERE request_id = '${id}'`, 1);
  await open('/routes');
  await page.getByRole('table', { name: 'Virtual models' }).getByText('openai/gpt-4o-mini 100').waitFor();
  await shot('routes');
  const [row] = await stack.sql<{ outbox_id: string; seq: string }>(
    `SELECT outbox_id, seq FROM requests WHERE request_id = '${id}'`,
  );
  const identity = { requestId: id, outboxId: row?.outbox_id ?? '', seq: Number(row?.seq) };
  await open(`/requests?open=${encodeURIComponent(writeOpen(identity))}&tab=timing`);
  const section = page.getByRole('region', { name: 'Routing' });
  await section.getByText('openai/gpt-4o-mini costs least by the price lists.').waitFor();
  expect(await section.getByRole('table', { name: 'Candidates' }).locator('tbody').allTextContents()).toEqual([
    // 3 tokens (10 bytes) × 150 n$ + 500 × 600 n$, and 3 × 2,500 n$ + 500 × 10,000 n$
    expect.stringMatching(/^1openai\/gpt-4o-mini≈ \$0\.0003005/),
    expect.stringMatching(/^2openai\/gpt-4o≈ \$0\.005008/),
  ]);
  await shot('routing-of-a-request');
});

it('is deleted, and its history stays', async () => {
  await open('/routes');
  const row = page.getByRole('row').filter({ hasText: 'cheap' });
  await row.getByRole('button', { name: 'What to do with it' }).click();
  await page.getByRole('menuitem', { name: 'History' }).click();
  await page.getByRole('dialog').getByText('cheap · Lowest price · openai/gpt-4o').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await row.getByRole('button', { name: 'What to do with it' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText('Delete this route?').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await row.waitFor({ state: 'detached' });
  expect(errors).toEqual([]);
});
