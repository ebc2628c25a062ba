import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { artifactsFolder } from './repository.js';

/** What a browser says of a page, and whether it fits. */
export interface OpenedReport {
  /** Console messages, page errors and requests beyond the page itself. */
  readonly complaints: readonly string[];
  /** Pixels by which the page is wider than the window. */
  readonly overflowPx: number;
  readonly text: string;
}

/** Opens a report from its file, and keeps a screenshot of the whole page. */
export async function openReport(
  browser: Browser,
  file: string,
  name: string,
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark' = 'light',
): Promise<OpenedReport> {
  const page = await browser.newPage({ viewport, colorScheme });
  const complaints: string[] = [];
  const address = pathToFileURL(file).href;
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== address && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  await mkdir(artifactsFolder, { recursive: true });
  await page.screenshot({ path: path.join(artifactsFolder, `${name}.png`), fullPage: true });
  const overflowPx = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
  const text = await page.locator('main').innerText();
  await page.close();
  return { complaints, overflowPx, text };
}
