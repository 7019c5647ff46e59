import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
import { type Stack, startStack, until } from '../harness/stack.ts';
import { startUpstream, type Upstream } from '../harness/upstream.ts';

/** Money in the browser: a receipt line by line, a model that no list knows, and an invoice held against the records. */

const shots = process.env['SPENDLENS_SCREENSHOTS'];
const CLAUDE = 'claude-sonnet-4-5-20250929';
const UNKNOWN = 'acme-ultra-1';

const cached = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: CLAUDE,
  content: [
    { type: 'text', text: 'Let me look that up.' },
    { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } },
  ],
  stop_reason: 'tool_use',
  usage: {
    input_tokens: 1_000,
    cache_creation_input_tokens: 2_000,
    cache_creation: { ephemeral_5m_input_tokens: 2_000, ephemeral_1h_input_tokens: 0 },
    cache_read_input_tokens: 250_000,
    output_tokens: 500,
    server_tool_use: { web_search_requests: 2 },
    service_tier: 'standard',
  },
};
const unknown = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_790_000_000,
  model: UNKNOWN,
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 },
};

let stack: Stack;
let upstream: Upstream;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.answer((req, res) => {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(req.url?.includes('/messages') ? cached : unknown));
  });
  const config = [
    'providers:',
    `  openai: { baseUrl: '${upstream.url}' }`,
    `  anthropic: { baseUrl: '${upstream.url}' }`,
    'prices:',
    '  - { id: own-machines, model: "llama-*", free: true, note: Our own machines }',
    '',
  ].join('\n');
  stack = await startStack({ config });
  const { proxy } = stack.endpoints();
  await send(`${proxy}/anthropic/v1/messages`, CLAUDE, { 'x-api-key': 'sk-test', 'anthropic-version': '2023-06-01' });
  for (let calls = 0; calls < 3; calls++) {
    await send(`${proxy}/openai/v1/chat/completions`, UNKNOWN, { authorization: 'Bearer sk-test' });
  }
  await stack.waitForCount('SELECT count() AS n FROM requests', 4);
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => errors.push(error.message));
  const { dashboard, token } = stack.endpoints();
  await page.goto(`${dashboard}/?token=${token}`);
  await page.getByRole('heading', { name: 'What are we spending?' }).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await upstream?.close();
});

async function send(url: string, model: string, headers: Record<string, string>): Promise<void> {
  const body = JSON.stringify({ model, max_tokens: 1_000, messages: [{ role: 'user', content: 'Weather in Oslo?' }] });
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  expect(answer.status).toBe(200);
  await answer.text();
}

async function shot(name: string): Promise<void> {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** Everything seen at both widths and in both themes. */
async function shotOfAllLooks(name: string): Promise<void> {
  if (shots === undefined) return;
  for (const width of [1440, 390]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      await page.emulateMedia({ colorScheme });
      await shot(`${name}-${width}-${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });
}

const requestRow = (model: string) =>
  page.getByRole('table', { name: 'Requests' }).getByRole('row').filter({ hasText: model });
const goTo = (title: string) => page.getByRole('link', { name: title, exact: true }).click();

describe('numbers to hold against the invoice', () => {
  it('shows every line of a cached call with tools, in the tier that its whole prompt reaches', async () => {
    await goTo('Requests');
    await requestRow(CLAUDE).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('tab', { name: 'Receipt' }).click();
    const receipt = (await drawer.getByRole('table').textContent()) ?? '';
    // 253,000 tokens were sent: everything costs what it costs above 200,000.
    expect(receipt).toContain('$0.006000000'); // 1,000 input × $6/M
    expect(receipt).toContain('$0.150000000'); // 250,000 cache reads × $0.60/M
    expect(receipt).toContain('$0.015000000'); // 2,000 cache writes × $7.50/M
    expect(receipt).toContain('$0.011250000'); // 500 output × $22.50/M
    expect(receipt).toContain('$0.020000000'); // 2 searches × $0.01
    expect(receipt).toContain('$0.202250000'); // all of it
    await drawer.getByText('200,000').first().waitFor();
    await shotOfAllLooks('receipt');
    await page.keyboard.press('Escape');
  });

  it('prices an unknown model, and what it cost already', async () => {
    await goTo('Prices');
    const unpriced = page.getByRole('table', { name: 'Models without a price' });
    const row = unpriced.getByRole('row').filter({ hasText: UNKNOWN });
    expect(await row.textContent()).toContain('3'); // requests
    await page.getByRole('table', { name: 'Your prices' }).getByText('spendlens.yaml').waitFor();
    await shotOfAllLooks('prices-unpriced');
    await row.getByRole('button', { name: 'Set a price' }).click();

    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Model').inputValue()).toBe(UNKNOWN);
    expect(await dialog.getByLabel('Provider').inputValue()).toBe('openai');
    await dialog.getByRole('button', { name: 'Save the price' }).click();
    await dialog.getByText('at least one bucket').waitFor();
    await dialog.getByLabel('Input', { exact: true }).fill('2');
    await dialog.getByLabel('Output', { exact: true }).fill('10');
    await shotOfAllLooks('prices-override');
    await dialog.getByRole('button', { name: 'Save the price' }).click();

    await dialog.getByRole('button', { name: 'Show the difference' }).click();
    const change = dialog
      .getByRole('table', { name: 'What would change' })
      .getByRole('row')
      .filter({ hasText: UNKNOWN });
    await change.waitFor();
    const words = (await change.textContent()) ?? '';
    expect(words).toContain('unpriced');
    expect(words).toContain('+$0.021'); // 3 × (1,000 × $2/M + 500 × $10/M)
    await shotOfAllLooks('prices-preview');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await dialog.getByText('3 calls priced again').waitFor();
    await shot('prices-result');
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Every model that answered has a price.').waitFor();
    await shotOfAllLooks('prices-priced');

    const [sum] = await stack.sql<{ spend: string }>(
      `SELECT toString(sum(cost_usd)) AS spend FROM requests WHERE response_model = '${UNKNOWN}'`,
    );
    expect(sum?.spend).toBe('0.021');
    await goTo('Requests');
    await requestRow(UNKNOWN).first().click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('tab', { name: 'Receipt' }).click();
    await drawer.getByRole('heading', { name: 'Corrections' }).waitFor();
    await drawer.getByText(`Price of ${UNKNOWN} was set`).waitFor();
    await page.keyboard.press('Escape');
  });

  it('refuses a stale edit and says why', async () => {
    await goTo('Prices');
    const price = page.getByRole('table', { name: 'Your prices' }).getByRole('row').filter({ hasText: UNKNOWN });
    await price.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Note').fill('from this window');

    const list = (await stack.api('GET', '/api/price-overrides')) as { entries: { id: string; source: string }[] };
    const mine = list.entries.find(({ source }) => source === 'dashboard');
    const value = { provider: 'openai', model: UNKNOWN, prices: { input: '2', output: '10' }, note: 'from the other' };
    await stack.api('POST', '/api/price-overrides', { id: mine?.id, version: 1, value });

    await dialog.getByRole('button', { name: 'Save the price' }).click();
    await dialog.getByText('changed in another window').waitFor();
    await shot('prices-stale');
    await dialog.getByRole('button', { name: 'Load what stands now' }).click();
    expect(await dialog.getByLabel('Note').inputValue()).toBe('from the other');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await price.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'History' }).click();
    await dialog.getByText('Version 2').waitFor();
    await shot('prices-history');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  it('undoes a correction to the nano', async () => {
    await page.getByRole('table', { name: 'Corrections' }).getByRole('button', { name: 'Undo' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why, for the record').fill('tried out');
    await dialog.getByRole('button', { name: 'Undo it' }).click();
    await dialog.getByText('3 calls set back').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('table', { name: 'Models without a price' }).getByRole('link', { name: UNKNOWN }).waitFor();
    await shot('prices-undone');
  });

  it('finds the one planted difference of an invoice', async () => {
    const [row] = await stack.sql<{ day: string }>('SELECT toString(toDate(max(created_at))) AS day FROM requests');
    const day = row?.day ?? '';
    await goTo('Reconciliation');
    await shotOfAllLooks('reconciliation-empty');
    const upload = async (text: string) =>
      page
        .getByLabel('Cost report')
        .setInputFiles({ name: 'cost.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await upload(`date,model,amount_usd\n${day},${CLAUDE},12 dollars\n`);
    await page.getByRole('alert').getByText('line 2, column amount_usd').waitFor();
    await shot('reconciliation-refused');

    // Of the calls to Claude $0.20225 were recorded; the invoice has half a dollar more, and a model that never passed.
    await upload(`date,model,amount_usd\n${day},${CLAUDE},0.70225\n${day},gpt-4o-mini,0.25\n`);
    const table = page.getByRole('table', { name: 'Invoice and records' });
    const planted = table.getByRole('row').filter({ hasText: CLAUDE });
    await planted.waitFor();
    const words = (await planted.textContent()) ?? '';
    expect(words).toContain('+$0.50');
    expect(words).toContain('Partly bypassed');
    expect(await table.getByRole('row').filter({ hasText: 'gpt-4o-mini' }).textContent()).toContain(
      'Bypassed the proxy',
    );
    await shotOfAllLooks('reconciliation');
    await page.getByRole('button', { name: 'Only differences' }).click();
    await planted.click();
    await requestRow(CLAUDE).waitFor();
    await page.goBack();
    await planted.waitFor();
    expect(errors).toEqual([]);
  });

  it('says that the warehouse is away, and brings the figures back by itself', async () => {
    await goTo('Overview');
    const notice = page.getByText('The warehouse is restarting');
    // It is back within seconds, which may fall between two looks at the status: it is killed until somebody looked.
    const seen = await until(async () => {
      const { warehouse } = stack.endpoints().pids;
      if (warehouse !== null && isAlive(warehouse)) process.kill(warehouse, 'SIGKILL');
      return notice.waitFor({ timeout: 2_500 }).then(
        () => true,
        () => false,
      );
    });
    expect(seen).toBe(true);
    await shot('warehouse-away');
    await notice.waitFor({ state: 'hidden', timeout: 60_000 });
    await page.getByText('3 requests unpriced').first().waitFor();
    await page.waitForFunction(() => document.querySelector('[role=alert]') === null);
    expect(errors).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
