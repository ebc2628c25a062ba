import { readFile } from 'node:fs/promises';
import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import sharp from 'sharp';

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
  readonly httpCredentials?: { readonly username: string; readonly password: string };
}

/** Opens a view of the page: `try`, `projects` or `jobs`. */
export async function openView(
  browser: Browser,
  url: string,
  view: string,
  { width = 1440, height = 900, colorScheme = 'light', ...login }: PageOptions = {},
): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, acceptDownloads: true, ...login });
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

/** Downloads one of the files of the shown result. */
export async function download(page: Page, file: string): Promise<Buffer> {
  const [saved] = await Promise.all([
    page.waitForEvent('download', { timeout: 60_000 }),
    page.locator(`.downloads a[href*="/files/${file}"]`).click(),
  ]);
  return readFile(await saved.path());
}

/** A point of a pane, given as fractions of the square micrograph that it shows. */
export async function placeIn(pane: Locator, x: number, y: number): Promise<[number, number]> {
  const box = await pane.boundingBox();
  if (box === null) throw new Error('there is no pane');
  const side = Math.min(box.width, box.height);
  return [box.x + (box.width - side) / 2 + x * side, box.y + (box.height - side) / 2 + y * side];
}

/** Clicks a point of the materials' pane. */
export async function clickAt(page: Page, x: number, y: number, negative = false): Promise<void> {
  const place = await placeIn(page.locator('.pane canvas').last(), x, y);
  if (negative) await page.keyboard.down('Shift');
  await page.mouse.click(...place);
  if (negative) await page.keyboard.up('Shift');
}

/** Numbers of the materials that clicks selected. */
export async function selectedMaterials(page: Page): Promise<number[]> {
  const rows = await page.locator('.materials .is-selected th').allTextContents();
  return rows.map((text) => Number.parseInt(text, 10));
}

/** The material at a point of the label image, which is downloaded. */
export async function labelAt(page: Page, x: number, y: number): Promise<number> {
  const { data, info } = await sharp(await download(page, 'labels.png'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return data[(Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels] ?? 0;
}
