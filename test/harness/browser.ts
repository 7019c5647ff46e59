import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

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
