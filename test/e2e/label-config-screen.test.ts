import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { LabelStudio } from '../support/e2e/label-studio.js';
import { artifactsFolder, repository } from '../support/e2e/repository.js';
import { logIn, openBrowser, openTaskList } from '../support/e2e/task-page.js';

/*
 * The ready label configs on the screen of a laptop, 1440 x 900, in a real Label Studio: nobody scrolls to see a micrograph whole.
 */

const folder = path.join(repository, 'label-config');
const configs = readdirSync(folder).filter((name) => name.endsWith('.xml'));
/** Square, a strip and a column. */
const shapes = [[1024, 1024], [1600, 500], [500, 1400]] as const; // prettier-ignore
const minutes = 60_000;
const labelStudio = LabelStudio.shared();
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  page = await logIn(browser, labelStudio);
  await page.setViewportSize({ width: 1440, height: 900 });
  await mkdir(artifactsFolder, { recursive: true });
}, 3 * minutes);
afterAll(() => browser.close());

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Runs in the page: where the micrograph, the labels, and the free part of the screen are. */
const layout = `(() => {
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  const content = document.querySelector('.lsf-main-content');
  const view = { ...box(content), bottom: box(document.querySelector('.lsf-bottombar')).top };
  return {
    view,
    picture: box(document.querySelector('.lsf-image > img')),
    labels: [...document.querySelectorAll('.lsf-label')].map(box),
  };
})()`;

async function layoutOf(project: number, task: number) {
  await page.goto(`${labelStudio.url}/projects/${project}/data?task=${task}`);
  const isDrawn = `document.querySelector('.lsf-image > img')?.getBoundingClientRect().width > 50`;
  await page.waitForFunction(isDrawn, undefined, { polling: 250 });
  await page.locator('.lsf-bottombar').waitFor();
  await page.waitForTimeout(1500);
  return page.evaluate<{ view: Box; picture: Box; labels: Box[] }>(layout);
}

const isWithin = (inner: Box, outer: Box) =>
  inner.left >= outer.left && inner.top >= outer.top && inner.right <= outer.right && inner.bottom <= outer.bottom;
const overlaps = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

test.each(configs)(
  '%s leaves micrographs of every shape whole, with its labels beside them',
  async (name) => {
    const project = await labelStudio.createProject(name, path.join(folder, name));
    for (const [width, height] of shapes) {
      const grey = await sharp(Buffer.alloc(width * height, 120), { raw: { width, height, channels: 1 } })
        .png()
        .toBuffer();
      await labelStudio.upload(project, `${width}x${height}.png`, Uint8Array.from(grey));
    }
    await openTaskList(page, labelStudio, project);
    for (const [index, { id }] of (await labelStudio.tasks(project)).entries()) {
      const { view, picture, labels } = await layoutOf(project, id);
      await page.screenshot({ path: path.join(artifactsFolder, `config-${path.parse(name).name}-${index + 1}.png`) });
      const [width = 0, height = 0] = shapes[index] ?? [];
      const seen = { picture, view, isWhole: isWithin(picture, view) };
      expect(seen).toEqual({ ...seen, isWhole: true });
      // Not a stamp: it takes most of what its shape lets it take.
      const room = Math.min((view.right - view.left) / width, (view.bottom - view.top) / height);
      expect((picture.right - picture.left) / width).toBeGreaterThan(0.6 * room);
      expect(labels.length).toBeGreaterThanOrEqual(6);
      expect(labels.filter((label) => overlaps(label, picture))).toEqual([]);
      // The brush's come first, a third of them: they are there without scrolling.
      expect(labels.slice(0, labels.length / 3).every((label) => isWithin(label, view))).toBe(true);
    }
  },
  5 * minutes,
);
