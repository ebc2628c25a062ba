import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';

/** A page of the backend, and everything that it should not do. */
export interface WatchedPage {
  readonly page: Page;
  /** Console messages, errors, and requests to other places. */
  readonly complaints: string[];
  /** Paths that were asked for, newest last. */
  readonly requests: string[];
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** Opens a view of the page: `try`, `projects` or `jobs`. */
export async function openView(
  browser: Browser,
  url: string,
  view: string,
  { width = 1440, height = 900, colorScheme = 'light' }: PageOptions = {},
): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, acceptDownloads: true });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.origin !== url && asked.protocol !== 'blob:') complaints.push(`request: ${request.url()}`);
    requests.push(`${request.method()} ${asked.pathname}`);
  });
  await page.goto(`${url}/#/${view}`);
  await page.locator('main h1:visible').first().waitFor();
  return { page, complaints, requests };
}

interface AxeNode {
  readonly html: string;
  readonly failureSummary?: string;
}

/** What axe-core finds wrong, WCAG 2.2 AA and its best practices; run from the test's side, where the page's policy does not stop it. */
export async function violationsOf(page: Page): Promise<string[]> {
  // Evaluated over the debugging protocol: the page's own policy stays as it is.
  await page.evaluate(axe.source);
  const found = await page.evaluate<{ violations: { id: string; nodes: AxeNode[] }[] }>('axe.run(document)');
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}

/** Waits until a micrograph is segmented and its materials are drawn, every pixel of them. */
export async function untilSegmented(page: Page): Promise<void> {
  await page.locator('.materials .swatch').first().waitFor({ timeout: 180_000 });
  await page.waitForTimeout(1500);
}
