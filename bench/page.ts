/**
 * How light and quick the web page is, in Chromium on the built server with the shipped models:
 *
 *   npm run bench -- page [--rounds 3]
 *
 * One JSON object per line: bytes of the first view as sent and gzipped, milliseconds until an example can be clicked;
 * then for each example and each threshold or number of materials the milliseconds from the change to the first look
 * that shows it, painted. Run it on a quiet machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium, type Locator, type Page } from 'playwright-core';
import { endServed, modelsLoaded, number, print, quantile, script, startServed } from './support.js';

declare global {
  interface Window {
    /** When each first look was drawn. */
    looks: number[];
  }
}

const { values: flags } = parseArgs({ options: { rounds: number(3) } });
const rounds = Number(flags.rounds);
const viewport = { width: 1440, height: 900 };

const data = mkdtempSync(path.join(tmpdir(), 'bench-page-'));
const { child: server, url } = await startServed({ PATH: process.env['PATH'], DATA_DIR: data }, modelsLoaded);
const executablePath = script('find-chromium.sh');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

/** In a fresh profile: nothing is cached. */
async function firstView(): Promise<void> {
  const page = await browser.newPage({ viewport });
  const bodies: Promise<Buffer>[] = [];
  page.on('response', (response) => bodies.push(response.body()));
  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('.examples button').first().click({ trial: true });
  const interactiveMs = Math.round(performance.now() - start);
  await page.waitForLoadState('networkidle');
  const files = await Promise.all(bodies);
  await page.close();
  const sum = (sizeOf: (file: Buffer) => number) => files.reduce((total, file) => total + sizeOf(file), 0);
  print({ what: 'first view', interactiveMs, bytes: sum((f) => f.length), gzipped: sum((f) => gzipSync(f).length) });
}

/** Before the page runs: takes down when a first look came, and when the frame after it was drawn. */
function watchLooks(): void {
  const looks: number[] = (window.looks = []);
  window.Worker = class extends window.Worker {
    constructor(...all: ConstructorParameters<typeof Worker>) {
      super(...all);
      this.addEventListener('message', ({ data: { fineness } }: MessageEvent<{ readonly fineness?: string }>) => {
        const drawn = () => requestAnimationFrame(() => looks.push(performance.now()));
        if (fineness === 'preview') requestAnimationFrame(drawn);
      });
    }
  };
}

/** Milliseconds from a change, of a slider to a share of its range or by a button (null), to its first look on the screen. */
async function changeTakes(element: Locator, share: number | null): Promise<number> {
  return element.evaluate(async (control, to) => {
    window.looks.length = 0;
    const input = control as HTMLInputElement;
    const [min, max] = [Number(input.min), Number(input.max)];
    if (to !== null) input.value = String(min + to * (max - min));
    const start = performance.now();
    if (to === null) input.click();
    else input.dispatchEvent(new Event('input', { bubbles: true }));
    while (window.looks[0] === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
    return window.looks[0] - start;
  }, share);
}

type Change = readonly [Locator, number | null];

async function measureControl(page: Page, name: object, changes: readonly Change[]): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [element, share] of changes) {
      times.push(await changeTakes(element, share));
      await page.waitForTimeout(500); // Until the exact result is there, too: a slider that rests.
    }
  }
  const at = (share: number) => Math.round(quantile(times, share));
  print({ ...name, changes: times.length, medianMs: at(0.5), p95Ms: at(0.95), mostMs: at(1) });
}

async function measureExample(page: Page, index: number): Promise<void> {
  if (index > 0) await page.getByRole('button', { name: 'Another' }).click();
  const button = page.locator('.examples button').nth(index);
  const example = await button.textContent();
  await button.click();
  await page.locator('.materials .swatch').first().waitFor({ timeout: 240_000 });
  await page.waitForTimeout(2_000);
  for (const label of ['Redundant from IoU', 'Compound above', 'Tiny child below', 'Tiny island below', 'Child from']) {
    const slider = page.getByLabel(label);
    const shares = [0, 0.25, 0.5, 0.75, 1].map((share): Change => [slider, share]);
    await measureControl(page, { example, control: label }, shares);
    await page.getByRole('button', { name: 'Usual values' }).click();
    await page.waitForTimeout(500);
  }
  const presses = ['1', '2', '3', '4', '5', '6', 'auto'].map((name): Change => [
    page.getByRole('button', { name, exact: true }),
    null,
  ]);
  await measureControl(page, { example, control: 'Number of materials' }, presses);
}

try {
  for (let round = 0; round < rounds; round++) await firstView();
  const page = await browser.newPage({ viewport });
  await page.addInitScript(watchLooks);
  await page.goto(url);
  const examples = page.locator('.examples button');
  await examples.first().waitFor();
  const count = await examples.count();
  for (let index = 0; index < count; index++) await measureExample(page, index);
} finally {
  await browser.close();
  await endServed(server);
  rmSync(data, { recursive: true, force: true });
}
