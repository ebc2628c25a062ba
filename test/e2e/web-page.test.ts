import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { type BackendProcess, startBackend } from '../support/e2e/backend-process.js';
import { artifactsFolder, exampleFiles, runMain, until } from '../support/e2e/repository.js';
import { openBrowser } from '../support/e2e/task-page.js';
import {
  clickAt,
  download,
  labelAt,
  openView,
  selectedMaterials,
  untilSegmented,
  violationsOf,
} from '../support/e2e/web-page.js';

/*
 * The web page in Chromium, on the real backend with the models that are shipped: what is shown is what `segment` writes, thresholds change it without
 * inference, and nothing that a name can hold runs as a script.
 */

const minutes = 60_000;
const files = ['labels.png', 'masks.json', 'task.json', 'overlay.png'] as const;
let browser: Browser;
let backend: BackendProcess;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sam-i-am-page-'));
  await mkdir(artifactsFolder, { recursive: true });
  browser = await openBrowser();
  backend = await startBackend();
}, 10 * minutes);

afterAll(async () => {
  await browser.close();
  await backend.stop();
  await rm(folder, { recursive: true, force: true });
}, minutes);

/** Without what differs between any two runs: times, and the random ids of regions. */
function comparable(file: string, bytes: Buffer): unknown {
  if (file.endsWith('.png')) return bytes.toString('base64');
  const text = bytes
    .toString()
    .replace(/"timings_ms":\{[^}]*\}/, '')
    .replace(/"id":"[^"]*"/g, '');
  return text;
}

const exampleNames = exampleFiles().map((file) => path.basename(file, '.png'));

describe('examples', () => {
  test(
    'what is downloaded is what segment writes',
    async () => {
      await runMain('segment', ...exampleFiles(), '--out', folder);
      const { page, complaints } = await openView(browser, backend.url, 'try');
      for (const [index, name] of exampleNames.entries()) {
        if (index > 0) await page.getByRole('button', { name: 'Another' }).click();
        await page.locator('.examples button').nth(index).click();
        await untilSegmented(page);
        for (const file of files) {
          const expected = await readFile(path.join(folder, `${name}.${file}`));
          expect([name, file, comparable(file, await download(page, file))]).toEqual([
            name,
            file,
            comparable(file, expected),
          ]);
        }
      }
      await page.close();
      expect(complaints).toEqual([]);
    },
    10 * minutes,
  );

  test(
    'thresholds and the number of materials change the result without inference; a click selects the material under it',
    async () => {
      const { page, complaints, requests } = await openView(browser, backend.url, 'try');
      await page.setInputFiles('input[type=file]', exampleFiles()[2] ?? '');
      await untilSegmented(page);
      const before = requests.length;
      const removed = page.locator('.removed h3');
      const materials = page.locator('.materials tbody .swatch');
      expect(await removed.textContent()).toBe('3 removed');
      expect(await materials.count()).toBe(3);

      await page.getByLabel('Compound above').fill('1');
      await page.getByText('No mask is removed').waitFor();
      await page.getByRole('button', { name: 'Usual values' }).click();
      await page.getByText('3 removed').waitFor();
      await page.getByRole('button', { name: '2', exact: true }).click();
      await until(async () => (await materials.count()) === 2, 'there are 2 materials');
      await page.getByRole('button', { name: 'auto', exact: true }).click();
      await until(async () => (await materials.count()) === 3, 'there are 3 materials');
      await page.waitForTimeout(1500);
      expect(requests.slice(before)).toEqual([]);

      await clickAt(page, 0.3, 0.3);
      expect(await selectedMaterials(page)).toEqual([await labelAt(page, 0.3, 0.3)]);
      await clickAt(page, 0.95, 0.95);
      expect(await selectedMaterials(page)).toEqual(
        [await labelAt(page, 0.3, 0.3), await labelAt(page, 0.95, 0.95)].sort((a, b) => a - b),
      );
      await clickAt(page, 0.95, 0.9, true);
      expect(await selectedMaterials(page)).toEqual([await labelAt(page, 0.3, 0.3)]);
      await page.screenshot({ path: path.join(artifactsFolder, 'page-click.png') });

      await page.getByRole('button', { name: 'What SAM sees' }).click();
      await page.getByText(/mask of [\d,]+ px/).waitFor({ timeout: minutes });
      await page.close();
      expect(complaints).toEqual([]);
    },
    5 * minutes,
  );
});

describe('uploads', () => {
  test(
    'a broken file says what is wrong, and two at once do not mix',
    async () => {
      const { page } = await openView(browser, backend.url, 'try');
      const [first = '', second = ''] = exampleFiles();
      const broken = path.join(folder, 'broken.png');
      await writeFile(broken, (await readFile(first)).subarray(0, 5000));
      const empty = path.join(folder, 'empty.png');
      await writeFile(empty, '');
      await page.setInputFiles('input[type=file]', [broken, empty, first, second]);
      await page.locator('.file-name', { hasText: path.basename(second) }).click();
      await untilSegmented(page);
      await page.locator('.file-name', { hasText: path.basename(first) }).click();
      await untilSegmented(page);
      for (const file of [first, second]) {
        await page.locator('.file-name', { hasText: path.basename(file) }).click();
        await page.waitForTimeout(500);
        const alone = await readFile(path.join(folder, `${path.basename(file, '.png')}.labels.png`));
        expect((await download(page, 'labels.png')).equals(alone)).toBe(true);
      }
      await page.locator('.file-name', { hasText: 'broken.png' }).click();
      expect(await page.getByRole('alert').textContent()).toMatch(
        /broken\.png can't be read.*damaged or cut off.*Copy the file anew/,
      );
      await page.locator('.file-name', { hasText: 'empty.png' }).click();
      await page.getByRole('alert').filter({ hasText: 'empty.png is empty' }).waitFor();
      await page.close();
    },
    5 * minutes,
  );

  test(
    'names run no script',
    async () => {
      const scripts = [
        '<img src=x onerror=alert(1)>',
        '"><script>alert(1)</script>',
        "javascript:alert(1)//'",
        '${alert(1)}',
        '<svg/onload=alert(1)>',
        'a‮gnp.exe',
        '<iframe srcdoc="<script>alert(1)</script>">',
        'data:text/html,<script>alert(1)</script>',
        "{{constructor.constructor('alert(1)')()}}",
        '<a href="javascript:alert(1)">x</a>',
        '</title></table><style>*{display:none}</style>',
        '--><script src="https://example.org/x.js"></script>',
        '&lt;script&gt;alert(1)&lt;/script&gt;',
        'javascript:alert(1)'.padEnd(300, '/'),
      ];
      const names = Array.from({ length: 50 }, (_, index) => `${scripts[index % scripts.length] ?? ''} ${index}`);
      const hostile = (index: number) => names[index] ?? '';
      const { page, complaints } = await openView(browser, backend.url, 'try');
      await page.route('**/api/projects', (route) => route.fulfill({ json: hostileProjects(names) }));
      await page.route('**/api/jobs', (route) => route.fulfill({ json: hostileJobs(names) }));
      await page.setInputFiles(
        'input[type=file]',
        names.map((name) => ({ name, mimeType: 'image/png', buffer: Buffer.from('no image') })),
      );
      await page.locator('.file').nth(49).waitFor();
      expect(await page.locator('.file .name').allTextContents()).toEqual(names);
      await page.goto(`${backend.url}/#/projects`);
      await page.getByRole('heading', { name: hostile(0) }).waitFor();
      expect(await page.locator('.labels .badge').count()).toBe(50);
      expect(await page.locator('main a:not([href^="http"])').count()).toBe(0);
      await page.goto(`${backend.url}/#/jobs`);
      await page.locator('tbody tr').nth(49).waitFor();
      expect(await page.locator('img:not([alt=""]), script:not([src]), svg[onload], iframe, style').count()).toBe(0);
      // Broken uploads are refused in words, which the console of the browser reports as a status.
      expect(complaints.filter((complaint) => !/status of (404|422|429)/.test(complaint))).toEqual([]);
      await page.close();
    },
    5 * minutes,
  );
});

function hostileProjects(names: readonly string[]) {
  const common = { accepted: 1, sinceTraining: 1, training: null, lastTraining: null };
  const profile = { createdAt: 'x', active: true, images: 1, heldOutIou: null, zeroShotIou: null };
  return {
    projects: names.map((title, id) => ({
      id,
      title,
      url: title,
      modelVersion: title,
      labels: [title],
      ...common,
      profiles: [{ version: title, ...profile }],
    })),
  };
}

function hostileJobs(names: readonly string[]) {
  const common = { kind: 'paint', project: 1, task: 1, state: 'failed', attempts: 1, createdAt: 'x', finishedAt: null };
  return {
    queue: { waiting: 0, running: 0, done: 0, failed: names.length, perMinute: 0, ownSince: null },
    elsewhere: [],
    workers: names.map((host, id) => ({ id: String(id), host, state: 'idle', since: 'x', job: null })),
    jobs: names.map((name, id) => ({ id: String(id), name, reason: name, ...common })),
  };
}

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test.each(['try', 'projects', 'jobs'])(
    'axe-core finds nothing wrong with the view %s',
    async (view) => {
      for (const [width, height] of [
        [1440, 900],
        [390, 844],
      ] as const) {
        const { page, complaints } = await openView(browser, backend.url, view, { width, height, colorScheme });
        await page.waitForTimeout(700);
        expect(await violationsOf(page)).toEqual([]);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
        await page.screenshot({ path: path.join(artifactsFolder, `page-${view}-${width}-${colorScheme}.png`) });
        expect(complaints).toEqual([]);
        await page.close();
      }
    },
    minutes,
  );

  test(
    'axe-core finds nothing wrong with a segmented micrograph',
    async () => {
      const { page, complaints } = await openView(browser, backend.url, 'try', { colorScheme });
      await page.locator('.examples button').nth(1).click();
      await untilSegmented(page);
      expect(await violationsOf(page)).toEqual([]);
      await page.screenshot({ path: path.join(artifactsFolder, `page-result-1440-${colorScheme}.png`) });
      await page.getByRole('button', { name: 'Overlay' }).click();
      await page.waitForTimeout(500);
      expect(await violationsOf(page)).toEqual([]);
      await page.screenshot({ path: path.join(artifactsFolder, `page-overlay-1440-${colorScheme}.png`) });
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForTimeout(500);
      expect(await violationsOf(page)).toEqual([]);
      await page.screenshot({ path: path.join(artifactsFolder, `page-result-390-${colorScheme}.png`), fullPage: true });
      await page.close();
      expect(complaints).toEqual([]);
    },
    3 * minutes,
  );
});

test(
  'what the booster warns of is said at the result, and aloud',
  async () => {
    const { page, complaints } = await openView(browser, backend.url, 'try');
    const raw = { width: 512, height: 512, channels: 1 } as const;
    const even = await sharp(Buffer.alloc(512 * 512, 90), { raw })
      .png()
      .toBuffer();
    await page.setInputFiles('input[type=file]', { name: 'even.png', mimeType: 'image/png', buffer: even });
    const warnings = page.getByRole('status', { name: 'Warnings' });
    await warnings.getByText('is of one grey throughout: there is nothing to segment').waitFor({ timeout: minutes });
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Another' }).click();
    const halves = Buffer.from(
      Array.from({ length: 512 * 512 }, (_, at) => (at < 512 * 256 ? 60 : 190) + ((at * 37) % 11)),
    );
    const two = await sharp(halves, { raw }).png().toBuffer();
    await page.setInputFiles('input[type=file]', { name: 'two.png', mimeType: 'image/png', buffer: two });
    await untilSegmented(page);
    const before = await warnings.getByRole('listitem').allTextContents();
    await page.getByRole('button', { name: '6', exact: true }).click();
    await warnings.getByText(/^6 materials were asked for, \d found in \d masks?$/).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: path.join(artifactsFolder, 'page-warnings.png') });
    await page.getByRole('button', { name: 'auto', exact: true }).click();
    const now = () => warnings.getByRole('listitem').allTextContents();
    await until(async () => (await now()).join() === before.join(), 'it is warned of as before');
    await page.close();
    expect(complaints).toEqual([]);
  },
  3 * minutes,
);

test(
  'the first view is light',
  async () => {
    const page = await browser.newPage();
    let bytes = 0;
    page.on('response', (response) => {
      void response.body().then((body) => (bytes += body.length));
    });
    await page.goto(backend.url);
    await page.locator('.examples img').nth(2).waitFor();
    await page.waitForLoadState('networkidle');
    await page.close();
    expect(bytes).toBeLessThanOrEqual(300_000);
    expect(bytes).toBeGreaterThan(10_000);
  },
  minutes,
);
