/**
 * How light and quick the web page is, in Chromium on the built server with the shipped models:
 *
 *   npm run build && node scripts/bench-page.mjs [--rounds 3]
 *
 * One JSON object per line: bytes of the first view as sent and gzipped, milliseconds until an example can be clicked; then for each example and
 * each threshold or number of materials the milliseconds from the change to the first look that shows it, painted. Run it on a quiet machine.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { endServed, modelsLoaded, startServed } from './served.mjs';

const { values: flags } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const rounds = Number(flags.rounds);
const report = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const viewport = { width: 1440, height: 900 };

const data = mkdtempSync(path.join(tmpdir(), 'bench-page-'));
const { child: server, url } = await startServed({ PATH: process.env.PATH, DATA_DIR: data }, modelsLoaded);
const findChromium = fileURLToPath(new URL('find-chromium.sh', import.meta.url));
const executablePath = execFileSync(findChromium).toString().trim().split('\n').at(-1);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

/** In a fresh profile: nothing is cached. */
async function firstView() {
  const page = await browser.newPage({ viewport });
  const bodies = [];
  page.on('response', (response) => bodies.push(response.body()));
  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('.examples button').first().click({ trial: true });
  const interactiveMs = Math.round(performance.now() - start);
  await page.waitForLoadState('networkidle');
  const files = await Promise.all(bodies);
  await page.close();
  const sum = (sizeOf) => files.reduce((total, file) => total + sizeOf(file), 0);
  report({ what: 'first view', interactiveMs, bytes: sum((f) => f.length), gzipped: sum((f) => gzipSync(f).length) });
}

/** Before the page runs: takes down when a first look came, and when the frame after it was drawn. */
function watchLooks() {
  const looks = (window.looks = []);
  window.Worker = class extends window.Worker {
    constructor(...all) {
      super(...all);
      this.addEventListener('message', ({ data: { fineness } }) => {
        const drawn = () => requestAnimationFrame(() => looks.push(performance.now()));
        if (fineness === 'preview') requestAnimationFrame(drawn);
      });
    }
  };
}

/** Milliseconds from a change, of a slider to a share of its range or by a button, to its first look on the screen. */
async function changeTakes(element, share) {
  return element.evaluate(async (control, to) => {
    window.looks.length = 0;
    const { min, max } = control;
    if (to !== null) control.value = String(Number(min) + to * (Number(max) - Number(min)));
    const start = performance.now();
    if (to === null) control.click();
    else control.dispatchEvent(new Event('input', { bubbles: true }));
    while (window.looks.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    return window.looks[0] - start;
  }, share);
}

async function measureControl(page, name, elements) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    for (const [element, share] of elements) {
      times.push(await changeTakes(element, share));
      await page.waitForTimeout(500); // Until the exact result is there, too: a slider that rests.
    }
  }
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.floor(share * (times.length - 1))]);
  report({ ...name, changes: times.length, medianMs: at(0.5), p95Ms: at(0.95), mostMs: at(1) });
}

async function measureExample(page, index) {
  if (index > 0) await page.getByRole('button', { name: 'Another' }).click();
  const button = page.locator('.examples button').nth(index);
  const example = await button.textContent();
  await button.click();
  await page.locator('.materials .swatch').first().waitFor({ timeout: 240_000 });
  await page.waitForTimeout(2_000);
  for (const label of ['Redundant from IoU', 'Compound above', 'Tiny child below', 'Tiny island below', 'Child from']) {
    const slider = page.getByLabel(label);
    const shares = [0, 0.25, 0.5, 0.75, 1].map((share) => [slider, share]);
    await measureControl(page, { example, control: label }, shares);
    await page.getByRole('button', { name: 'Usual values' }).click();
    await page.waitForTimeout(500);
  }
  const counts = ['1', '2', '3', '4', '5', '6', 'auto'].map((name) => page.getByRole('button', { name, exact: true }));
  const presses = counts.map((count) => [count, null]);
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
