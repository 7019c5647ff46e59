import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWarehouse, type Warehouse } from '../../clickhouse/client.ts';
import { configEntry } from '../../domain/money-api.ts';
import { hasNoOverflow, launchBrowser } from '../harness/browser.ts';
import { type ArmPlan, fillExposures } from '../harness/exposures.ts';
import { type Stack, startStack, until } from '../harness/stack.ts';
import { startUpstream, type Upstream } from '../harness/upstream.ts';

/** An experiment in the browser: made, watched until it is decided, stopped; then the same against the same, and a broken split. */

const shots = process.env['SPENDLENS_SCREENSHOTS'];
const INGEST_PASSWORD = 'an-ingest-password-of-this-test';
const LIVE_USERS = 300;
const USERS = 5_000;
const asked = z.object({ model: z.string() });

let stack: Stack;
let upstream: Upstream;
let browser: Browser;
let page: Page;
let warehouse: Warehouse;
const errors: string[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.answer((_req, res, received) => {
    const { model } = asked.parse(JSON.parse(received.body.toString()));
    const usage = { prompt_tokens: 2_000, completion_tokens: 500, total_tokens: 2_500 };
    const choices = [{ index: 0, message: { role: 'assistant', content: 'In short: yes.' }, finish_reason: 'stop' }];
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ id: 'c', object: 'chat.completion', model, choices, usage }));
  });
  const config = [
    'providers:',
    `  openai: { baseUrl: '${upstream.url}' }`,
    'experiments:',
    '  - id: from-the-file',
    '    name: Cooler titles',
    '    unit: session',
    '    status: paused',
    '    targeting: [{ field: feature, value: titles }]',
    '    variants:',
    '      - { name: control, share: 0.5 }',
    '      - { name: cool, share: 0.5, parameters: { temperature: 0 } }',
    '',
  ].join('\n');
  stack = await startStack({ config, env: { SPENDLENS_INGEST_PASSWORD: INGEST_PASSWORD } });
  const { clickhouse } = stack.endpoints();
  warehouse = createWarehouse({ url: clickhouse, user: 'spendlens_ingest', password: INGEST_PASSWORD });
  // What the preview counts: traffic from before there was an experiment.
  await Promise.all(Array.from({ length: 60 }, (_, user) => ask(`before-${user % 40}`)));
  await Promise.all(Array.from({ length: 5 }, () => ask(null)));
  await stack.waitForCount('SELECT count() AS n FROM requests', 65);
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => errors.push(error.message));
  const { dashboard, token } = stack.endpoints();
  await page.goto(`${dashboard}/?token=${token}`);
  await page.getByRole('heading', { name: 'What are we spending?' }).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await warehouse?.close();
  await stack?.stop();
  await upstream?.close();
});

/** A call of the feature that the experiment is about; answers with the variant that it got. */
async function ask(user: string | null): Promise<string | null> {
  const answer = await fetch(`${stack.endpoints().proxy}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'helicone-property-feature': 'summaries',
      ...(user === null ? {} : { 'helicone-user-id': user }),
    },
    body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Summarise this.' }] }),
  });
  expect(answer.status).toBe(200);
  await answer.text();
  return answer.headers.get('spendlens-variant');
}

const control: ArmPlan = { name: 'control', share: 0.5, medianCost: 0.01, goodShare: 0.9 };

function fill(experiment: string, b: Partial<ArmPlan>, controlShare = 0.5): Promise<void> {
  return fillExposures(warehouse, {
    experiment,
    units: USERS,
    requestsPerUnit: 4,
    days: 7,
    seed: 1,
    arms: [
      { ...control, share: controlShare },
      { ...control, name: 'b', share: 1 - controlShare, ...b },
    ],
  });
}

async function shot(name: string): Promise<void> {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** Everything seen at both widths and in both themes; `whole` in a window as tall as the page. */
async function standsInAllLooks(name: string, whole = 900): Promise<void> {
  try {
    for (const width of [1440, 390]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width, height: width === 390 ? Math.max(844, 2 * whole) : whole });
        await page.emulateMedia({ colorScheme });
        await shot(`${name}-${width}-${colorScheme}`);
        await hasNoOverflow(page, `${name} at ${width}`);
      }
    }
  } finally {
    // What is tested next needs the rail in sight, whatever this one said.
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1440, height: 900 });
  }
}

const pages = () => page.getByRole('navigation', { name: 'Pages' });
const verdict = () => page.getByTestId('verdict');

/** Of the 5,000 users and 20,000 answers that were filled in, and those who asked themselves. */
async function showsDistributions(): Promise<void> {
  const panel = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Distributions' }) });
  const figures = panel.getByRole('table', { name: 'Median, mean and p99' });
  const measured = async () => {
    const texts = await figures.locator('tbody td:first-of-type').allTextContents();
    return texts.map((text) => Number(text.replaceAll(',', ''))).reduce((sum, each) => sum + each, 0);
  };
  // In a window as tall as the page, so that nothing scrolls before it is photographed
  await page.setViewportSize({ width: 1440, height: 1600 });
  await page.reload();
  await figures.waitFor();
  expect(await measured()).toBe(USERS + LIVE_USERS);
  const chart = await panel.locator('.recharts-surface').boundingBox();
  if (chart) await page.mouse.move(chart.x + chart.width / 2, chart.y + chart.height / 2);
  await panel
    .getByText(/^\$0\.0\d+ to \$0\.\d+$/)
    .last()
    .waitFor();
  await page.mouse.move(0, 0);
  await standsInAllLooks('experiment-ship', 1600);
  await panel.getByRole('button', { name: 'Latency' }).click();
  await figures.getByText('Answers').waitFor();
  expect(await measured()).toBe(4 * USERS + LIVE_USERS);
  // Log-normal around 800 ms in both variants: both halves are in sight, and heard
  const buckets = panel.getByRole('table', { name: 'Shares of each variant by bucket' });
  expect(await buckets.getByRole('row').count()).toBeGreaterThan(10);
}

describe('an experiment on users of a feature', () => {
  it('is made with the traffic of last week in sight', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    const list = page.getByRole('table', { name: 'Experiments' });
    await list.getByText('spendlens.yaml').waitFor();
    await page.getByRole('button', { name: 'New experiment' }).click();

    await page.getByLabel('Name', { exact: true }).fill('A cheaper model for summaries');
    await page.getByLabel('Hypothesis').fill('Nobody notices, and it costs 40 % less.');
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByLabel('Value of condition 1').fill('summaries');
    const preview = page.locator('section').filter({ hasText: 'Matching traffic' }).last();
    await preview.getByText('65', { exact: true }).waitFor();
    await preview.getByText('5 requests of them name no user', { exact: false }).waitFor();
    expect(await preview.textContent()).toContain('Different users40');

    const b = page.getByRole('group', { name: 'Variant b' });
    await b.getByLabel('Model').fill('gpt-4o-mini');
    await b.getByLabel('Parameters').fill('{"temperature": }');
    await page.getByLabel('Score', { exact: true }).fill('rating');
    await page.getByRole('button', { name: 'Add a guard' }).click();
    await page.getByLabel('Metric of guard 1').selectOption('score');
    await page.getByRole('button', { name: 'Start it' }).click();
    await b.getByText('not JSON', { exact: false }).waitFor();
    await standsInAllLooks('experiment-form', 1500);
    await b.getByLabel('Parameters').fill('{"temperature": 0}');
  });

  it('is refused by name where a provider has no credential', async () => {
    const b = page.getByRole('group', { name: 'Variant b' });
    await b.getByLabel('Model').fill('groq/llama-3.3-70b');
    await page.getByRole('button', { name: 'Start it' }).click();
    await b.getByText('groq has no credential', { exact: false }).waitFor();
    await b.getByLabel('Model').fill('gpt-4o-mini');
    await page.getByRole('button', { name: 'Start it' }).click();
    await page.getByRole('heading', { name: 'A cheaper model for summaries' }).waitFor();
    await verdict().getByText('Wait', { exact: false }).waitFor();
  });

  it('waits with a few hundred users, and is decided before the eyes of who looks', async () => {
    expect(await until(async () => (await ask('live-0')) !== null)).toBe(true);
    const variants: (string | null)[] = [];
    for (let first = 1; first < LIVE_USERS; first += 50) {
      const users = Array.from({ length: Math.min(50, LIVE_USERS - first) }, (_, n) => `live-${first + n}`);
      variants.push(...(await Promise.all(users.map(ask))));
    }
    expect(new Set(variants)).toEqual(new Set(['control', 'b']));
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await stack.waitForCount(`SELECT uniqExact(unit_id) AS n FROM requests WHERE experiment = '${id}'`, LIVE_USERS);
    await fill(id, { medianCost: 0.006, goodShare: 0.88 });
    await verdict().getByText('Ship b: cost per user is', { exact: false }).waitFor({ timeout: 60_000 });
    const reasons = (await page.getByRole('region', { name: 'Verdict' }).textContent()) ?? '';
    expect(reasons).toMatch(/4\d\.\d\s% lower \(\d\d\.\d to \d\d\.\d\s%\)/);
    expect(reasons).toContain('Score “rating” of b keeps to its limit');
    const row = page
      .getByRole('table', { name: 'Metrics' })
      .getByRole('row')
      .filter({ hasText: 'Cost per user' })
      .last();
    expect(await row.textContent()).toMatch(/goal.*−4\d\.\d\s%/);
    await showsDistributions();
  });

  it('leads to the requests of a variant, and to what has been done to it', async () => {
    const results = page.url();
    const [row] = await stack.sql<{ n: string | number }>("SELECT count() AS n FROM requests WHERE variant = 'b'");
    const link = page.getByRole('table', { name: 'Variants' }).getByRole('link').nth(1);
    expect((await link.textContent())?.replace(/\D/g, '')).toBe(String(row?.n));
    await link.click();
    await page.getByTitle('Variant is b').waitFor();
    await page.goto(results);
    await verdict().getByText('Ship b', { exact: false }).waitFor();
  });

  it('is paused, resumed at another exposure, and stopped', async () => {
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await page.getByRole('button', { name: 'What to do with it' }).click();
    await page.getByRole('menuitem', { name: 'Change the exposure' }).click();
    await page.getByRole('textbox', { name: 'Exposure' }).fill('50');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor({ state: 'detached' });
    await verdict().getByText('Ship b', { exact: false }).waitFor();
    expect(await until(async () => (await ask('live-0')) === null)).toBe(true);

    await page.getByRole('button', { name: 'What to do with it' }).click();
    await page.getByRole('menuitem', { name: 'History' }).click();
    const history = page.getByRole('dialog');
    await history.getByText('Version 5').waitFor();
    expect(await history.getByRole('listitem').first().textContent()).toContain('Stopped');
    expect(await history.getByRole('listitem').nth(1).textContent()).toMatch(
      /50\s% of the users where Feature is summaries/,
    );
    await standsInAllLooks('experiment-history');
    await page.keyboard.press('Escape');
  });
});

describe('what gives no verdict', () => {
  async function running(name: string, value: object): Promise<string> {
    const made = await stack.api('POST', '/api/experiments', {
      version: 0,
      value: {
        name,
        unit: 'user',
        targeting: [{ field: 'feature', value: name }],
        variants: [
          { name: 'control', share: 0.5 },
          { name: 'b', share: 0.5 },
        ],
        status: 'running',
        ...value,
      },
    });
    return configEntry.parse(made).id;
  }
  const open = (id: string) => page.goto(`${stack.endpoints().dashboard}/experiments/${id}`);

  it('the same against the same', async () => {
    const id = await running('the-same', {});
    await fill(id, {});
    await open(id);
    await verdict().getByText('No verdict: the same against the same shows no difference').waitFor({ timeout: 60_000 });
    await page.getByText('A/A', { exact: true }).first().waitFor();
    await standsInAllLooks('experiment-same', 1600);
  });

  it('a split that is not the one asked for', async () => {
    const id = await running('broken', {
      variants: [
        { name: 'control', share: 0.5 },
        { name: 'b', share: 0.5, model: 'gpt-4o-mini' },
      ],
    });
    await fill(id, { medianCost: 0.006 }, 0.56);
    await open(id);
    const banner = page.getByRole('alert').filter({ hasText: 'Sample-ratio mismatch' });
    await banner.waitFor({ timeout: 60_000 });
    expect(await banner.textContent()).toMatch(/χ² = \d+\.\d, p < 0\.001/);
    expect(await verdict().count()).toBe(0);
    await standsInAllLooks('experiment-broken', 1600);
  });

  it('all of them stand in the list with a word each', async () => {
    await pages().getByRole('link', { name: 'Experiments', exact: true }).click();
    const list = page.getByRole('table', { name: 'Experiments' });
    await list.getByText('Ship b').last().waitFor();
    await list.getByText('Invalid').last().waitFor();
    await list.getByText('No difference').last().waitFor();
    await standsInAllLooks('experiments');
  });

  it('their starts and stops stand on the charts', async () => {
    await pages().getByRole('link', { name: 'Overview', exact: true }).click();
    const chart = page.getByRole('figure').first();
    const heard = chart.getByRole('listitem').filter({ hasText: 'Experiment' });
    await heard
      .filter({ hasText: 'Experiment “A cheaper model for summaries” stopped' })
      .waitFor({ state: 'attached' });
    await heard.filter({ hasText: 'Experiment “broken” started' }).waitFor({ state: 'attached' });
    await chart.getByRole('group').focus();
    await page.keyboard.press('ArrowLeft');
    await standsInAllLooks('experiment-marks');
    expect(errors).toEqual([]);
  });
});
