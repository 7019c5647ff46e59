import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { expect } from 'vitest';

/** Made for functions that open one page and end: the browser dies with its first context, and does not check origins. */
const unwanted = new Set([
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
]);

/** A real Chromium out of an npm package; it needs neither root nor an installation. */
export async function launchBrowser(): Promise<Browser> {
  const args = chromium.args.filter((arg) => !unwanted.has(arg));
  return playwright.launch({ executablePath: await chromium.executablePath(), args, headless: true });
}

/** Fails where a page is wider than its window for good; a busy machine lays it out late. */
export async function hasNoOverflow(page: Page, name: string): Promise<void> {
  const message = `${name} is wider than its window, in pixels`;
  await expect.poll(() => overflowOf(page), { message }).toBeLessThanOrEqual(0);
}

/** Pixels by which a page is wider than its window; its own scrolling area would hide that from the document. */
async function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const main = document.querySelector('main');
    const within = main === null ? 0 : main.scrollWidth - main.clientWidth;
    return Math.max(within, document.documentElement.scrollWidth - innerWidth);
  });
}
