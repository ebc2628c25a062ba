/**
 * Pictures of every view of the web page at 1440 and 390 pixels, light and dark, to look at; and how smoothly 16 megapixels move:
 *
 *   npm run bench -- page-views --out DIR [--megapixels 16] [--only pictures|frames]
 *
 * The server is a real one with the shipped models. Projects and jobs are made up, because a project's history takes weeks;
 * test/e2e/learning.test.ts has both views with a real Label Studio. Pictures go to DIR; the README's is docs/pictures/page.png, a copy of
 * DIR/result-1440-light.png. One JSON object per line tells the times between frames while a micrograph is dragged and zoomed.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { endServed, modelsLoaded, number, print, quantile, root, script, startServed, there } from './support.js';

declare global {
  interface Window {
    /** Milliseconds between frames, as long as they are taken down. */
    frameTimes: number[] | undefined;
  }
}

type Scheme = 'light' | 'dark';

const { values: flags } = parseArgs({
  options: { out: { type: 'string' }, megapixels: number(16), only: { type: 'string' } },
});
const out = flags.out ?? 'page-views';
mkdirSync(out, { recursive: true });

const data = mkdtempSync(path.join(tmpdir(), 'page-views-'));
const { child: server, url } = await startServed({ PATH: process.env['PATH'], DATA_DIR: data }, modelsLoaded);
const executablePath = script('find-chromium.sh');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString();

const versions = ['sam-i-am-small-222f8111', 'sam-i-am-small-222f8111-p1-4c1d07', 'sam-i-am-small-222f8111-p2-9e07b3'];

function madeUpProjects(): object {
  const profile = (index: number, active: boolean) => ({
    version: versions[index],
    createdAt: day(20 - 8 * index),
    active,
    images: 6 * index,
    heldOutIou: 0.8 + 0.04 * index,
    zeroShotIou: 0.78,
  });
  const training = { state: 'running', progress: 0.4, startedAt: day(0) };
  const lastTraining = { finishedAt: day(4), outcome: 'adopted', reason: null, version: versions[2] };
  return {
    projects: [
      {
        id: 1,
        title: 'SrTiO₃ films on Ge',
        url: 'http://127.0.0.1:8080/projects/1',
        modelVersion: versions[2],
        labels: ['Ge', 'SrTiO₃', 'La:SrTiO₃', 'Pt/C'],
        accepted: 40,
        sinceTraining: 7,
        training: null,
        lastTraining,
        profiles: [profile(2, true), profile(1, false)],
      },
      {
        id: 2,
        title: 'Catalyst particles',
        url: 'http://127.0.0.1:8080/projects/2',
        modelVersion: versions[0],
        labels: ['Particle', 'Support', 'Vacuum'],
        accepted: 0,
        sinceTraining: 0,
        training,
        lastTraining: null,
        profiles: [],
      },
    ],
  };
}

function madeUpAccuracy(): object {
  const measures = (value: number) => ({ mIoU: value, mRecall: value, mPrecision: value, mFPR: 0.1, best_iou: value });
  return {
    annotations: Array.from({ length: 40 }, (_, index) => {
      const value = Math.min(0.99, 0.7 + 0.006 * index + 0.12 * Math.sin(index * 2.3));
      return {
        project: '1.0',
        task: String(index + 1),
        annotation: String(index + 1),
        annotator: '1',
        at: day(20 - index / 2),
        modelVersion: versions[index < 20 ? 1 : 2],
        measures: { ...measures(value), boundary: measures(value) },
        regions: { accepted: 2, edited: 1, rejected: 0, drawn: 0 },
        editedShare: (1 - value) / 3,
        leadTimeS: 40,
      };
    }),
  };
}

function madeUpJobs(): object {
  const states = ['running', 'running', 'waiting', 'done', 'failed', 'done', 'cancelled', 'done', 'done'];
  const jobs = states.map((state, index) => ({
    id: String(90 - index),
    kind: index === 3 ? 'click' : 'paint',
    project: 1,
    task: 52 - index,
    state,
    name: `STO_Ge_20261124_HAADF_${String(52 - index).padStart(4, '0')}.tif`,
    attempts: state === 'failed' ? 3 : 1,
    reason:
      state === 'failed' ? 'the image is set aside: it ended the process that worked on it 3 times (SIGSEGV)' : null,
    createdAt: day(index / 500),
    finishedAt: ['running', 'waiting'].includes(state) ? null : day(index / 500 - 0.0003),
  }));
  const worker = (host: string, job: string | null) => ({
    id: `${host}-217-1`,
    host,
    state: job === null ? 'idle' : 'busy',
    since: day(0.01),
    job,
  });
  const workers = [worker('microscope-pc', '90'), worker('gpu-node-07', '89'), worker('gpu-node-08', null)];
  return { queue: { waiting: 31, running: 2, done: 418, failed: 1, perMinute: 24.5, ownSince: null }, workers, jobs };
}

async function openPage(view: string, width: number, height: number, colorScheme: Scheme): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.route('**/api/projects', (route) => route.fulfill({ json: madeUpProjects() }));
  await page.route('**/accuracy', (route) => route.fulfill({ json: madeUpAccuracy() }));
  await page.route('**/api/jobs', (route) => route.fulfill({ json: madeUpJobs() }));
  await page.goto(`${url}/#/${view}`);
  await page.locator('main h1:visible').first().waitFor();
  await page.waitForTimeout(800);
  return page;
}

async function untilSegmented(page: Page): Promise<void> {
  await page.locator('.materials .swatch').first().waitFor({ timeout: 240_000 });
  await page.waitForTimeout(2_000);
}

async function photograph(width: number, height: number, colorScheme: Scheme): Promise<void> {
  const shoot = (page: Page, name: string, fullPage = width < 1000) =>
    page.screenshot({ path: path.join(out, `${name}-${width}-${colorScheme}.png`), fullPage });
  for (const view of ['projects', 'jobs']) {
    const page = await openPage(view, width, height, colorScheme);
    await shoot(page, view, true);
    await page.close();
  }
  const page = await openPage('try', width, height, colorScheme);
  await shoot(page, 'try');
  await page.locator('.examples button').nth(1).click();
  await page.waitForTimeout(1_500);
  await shoot(page, 'progress');
  await untilSegmented(page);
  await shoot(page, 'result');
  await page.getByRole('button', { name: 'Overlay' }).click();
  await page.waitForTimeout(700);
  await shoot(page, 'overlay');
  await page.close();
}

/** Times between frames in milliseconds while `work` goes on. */
async function frames(page: Page, work: () => Promise<void>): Promise<object> {
  await page.evaluate(() => {
    const times: number[] = [];
    window.frameTimes = times;
    let last = performance.now();
    const step = (now: number) => {
      times.push(now - last);
      last = now;
      if (window.frameTimes === times) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  await work();
  const times = await page.evaluate(() => {
    const found = window.frameTimes;
    window.frameTimes = undefined;
    return found ?? [];
  });
  const taken = times.slice(1);
  const at = (share: number) => Math.round(quantile(taken, share));
  return { frames: taken.length, medianMs: at(0.5), p95Ms: at(0.95), mostMs: at(1) };
}

async function measureFrames(megapixels: number): Promise<void> {
  const side = Math.round(Math.sqrt(megapixels * 1e6));
  const page = await openPage('try', 1440, 900, 'light');
  const example = path.join(root, 'examples/particles-on-support.png');
  const buffer = await sharp(example).resize(side, side, { kernel: 'cubic' }).png({ compressionLevel: 1 }).toBuffer();
  await page.setInputFiles('input[type=file]', { name: 'large.png', mimeType: 'image/png', buffer });
  await untilSegmented(page);
  const report = (what: string, found: object) => print({ what, side, ...found });
  report('nothing moves', await frames(page, () => page.waitForTimeout(2_000)));
  const box = there(await page.locator('.pane canvas').last().boundingBox(), 'the canvas');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  const zoom = async (by: number) => {
    for (let step = 0; step < 30; step++) await page.mouse.wheel(0, by);
  };
  report('zooming in', await frames(page, () => zoom(-60)));
  const drag = async () => {
    await page.mouse.down();
    for (let step = 1; step <= 90; step++)
      await page.mouse.move(x + 100 * Math.sin(step / 9), y + 80 * Math.cos(step / 9));
    await page.mouse.up();
  };
  report('dragging, zoomed in', await frames(page, drag));
  report('zooming out', await frames(page, () => zoom(55)));
  report('dragging, all of it', await frames(page, drag));
  await page.screenshot({ path: path.join(out, 'large.png') });
  await page.close();
}

try {
  if (flags.only !== 'frames') {
    for (const colorScheme of ['light', 'dark'] as const) {
      await photograph(1440, 900, colorScheme);
      await photograph(390, 844, colorScheme);
    }
  }
  if (flags.only !== 'pictures') await measureFrames(Number(flags.megapixels));
} finally {
  await browser.close();
  await endServed(server);
  rmSync(data, { recursive: true, force: true });
}
