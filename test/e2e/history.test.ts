import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasNoOverflow, launchBrowser } from '../harness/browser.ts';
import { type Stack, startStack } from '../harness/stack.ts';

/** An analyst over a month of history: who spent most, on what, and his dearest request. Then every page is looked at. */

const root = join(import.meta.dirname, '..', '..');
const REQUESTS = 200_000;
const shots = process.env['SPENDLENS_SCREENSHOTS'];

let stack: Stack;
let browser: Browser;
const errors: string[] = [];

beforeAll(async () => {
  stack = await startStack();
  const args = [join(root, 'bin', 'demo.ts'), '--days', '30', '--requests', String(REQUESTS)];
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, SPENDLENS_DATA: stack.folder } });
  browser = await launchBrowser();
}, 400_000);

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

async function signedIn(options: { width: number; height: number; dark: boolean }): Promise<Page> {
  const { width, height, dark } = options;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' });
  page.on('pageerror', (error) => errors.push(error.message));
  const { dashboard, token } = stack.endpoints();
  await page.goto(`${dashboard}/?range=30d&kind=demo&token=${token}`);
  await page.getByRole('heading', { name: 'What are we spending?' }).waitFor();
  return page;
}

describe('a month of demo history', () => {
  it('answers who spent most, on what, and with which request', async () => {
    const page = await signedIn({ width: 1440, height: 900, dark: false });
    const [top] = await stack.sql<{ user_id: string }>(
      'SELECT user_id, sum(cost_usd) AS spend FROM requests GROUP BY user_id ORDER BY spend DESC LIMIT 1',
    );
    const user = top?.user_id ?? '';
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    const first = page.getByRole('table', { name: 'Spend by user' }).getByRole('row').nth(1);
    await first.getByText(user).waitFor();
    await first.click();
    await page.getByRole('heading', { name: user }).waitFor();

    const [feature] = await stack.sql<{ feature: string }>(
      `SELECT feature, sum(cost_usd) AS spend FROM requests WHERE user_id = '${user}'
       GROUP BY feature ORDER BY spend DESC LIMIT 1`,
    );
    await page.getByRole('button', { name: 'Feature', exact: true }).click();
    await page
      .locator('section')
      .filter({ has: page.getByRole('heading', { name: 'By feature' }) })
      .getByRole('listitem')
      .first()
      .getByText(feature?.feature ?? '')
      .waitFor();

    const [dearest] = await stack.sql<{ request_id: string; cost: string }>(
      `SELECT request_id, toString(cost_usd) AS cost FROM requests WHERE user_id = '${user}'
       ORDER BY cost_usd DESC, outbox_id, seq LIMIT 1`,
    );
    await page.getByRole('columnheader', { name: 'Cost' }).getByRole('button').first().click();
    // Until the dearest are there, the newest stand under the pointer, dimmed and deaf.
    await page.locator('th[aria-sort="descending"]', { hasText: 'Cost' }).waitFor();
    await page.getByRole('table', { name: 'Requests', exact: true }).getByRole('row').nth(1).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('tab', { name: 'Receipt' }).click();
    await drawer
      .getByText(`$${Number(dearest?.cost).toFixed(9)}`)
      .first()
      .waitFor();
    await page.close();
  });

  const pages = [
    ['overview', '/'],
    ['requests', '/requests'],
    ['users', '/users'],
    ['features', '/features'],
    ['prompts', '/prompts'],
    ['models', '/models'],
    ['compare', '/models/compare'],
    ['providers', '/providers'],
    ['sessions', '/sessions'],
    ['properties', '/properties'],
    ['cache', '/cache'],
    ['routes', '/routes'],
  ] as const;
  const looks = [
    { name: 'light-1440', width: 1440, height: 900, dark: false },
    { name: 'dark-1440', width: 1440, height: 900, dark: true },
    { name: 'light-390', width: 390, height: 844, dark: false },
    { name: 'dark-390', width: 390, height: 844, dark: true },
  ];

  it.each(looks)('every page stands in $name: no error, no sideways scrolling', async (look) => {
    const page = await signedIn(look);
    for (const [name, path] of pages) {
      await page.goto(`${stack.endpoints().dashboard}${path}?range=30d&kind=demo`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
      if (shots !== undefined) {
        mkdirSync(shots, { recursive: true });
        await page.waitForTimeout(500);
        await page.screenshot({ path: join(shots, `${name}-${look.name}.png`) });
      }
      await hasNoOverflow(page, name);
      expect(await page.getByRole('alert').count(), `${name} shows a failure`).toBe(0);
    }
    await page.close();
    expect(errors).toEqual([]);
  });
});
