import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { type BackendProcess, startBackend } from '../support/e2e/backend-process.js';
import { artifactsFolder, until } from '../support/e2e/repository.js';
import { openBrowser } from '../support/e2e/task-page.js';
import { labelAt, openView, placeIn, selectedMaterials, untilSegmented } from '../support/e2e/web-page.js';

/*
 * The web page as people use it: with the pointer, with the keyboard alone, and behind a login.
 */

const minutes = 60_000;
const login = { BASIC_AUTH_USER: 'ina', BASIC_AUTH_PASS: 'lattice' };
let browser: Browser;
let backend: BackendProcess;

beforeAll(async () => {
  await mkdir(artifactsFolder, { recursive: true });
  browser = await openBrowser();
  backend = await startBackend();
}, 10 * minutes);

afterAll(async () => {
  await browser.close();
  await backend.stop();
}, minutes);

/** What the first place of a pane says that says anything, place by place from above. */
async function firstTooltip(page: Page, pane: Locator): Promise<string> {
  const shares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
  for (const [x, y] of shares.flatMap((down) => shares.map((across) => [across, down] as const))) {
    await page.mouse.move(...(await placeIn(pane, x, y)));
    const says = (await page.getByRole('tooltip').locator('*').allTextContents()).join(' ');
    if (says !== '') return says;
  }
  return '';
}

test(
  'what is pointed at says why it went; the line of the overlay and the opacity show more or less; a known pixel size gives a scale bar',
  async () => {
    const { page, complaints } = await openView(browser, backend.url, 'try');
    await page.locator('.examples button').nth(2).click();
    await untilSegmented(page);
    const inList = await page.locator('.removed li').allTextContents();
    expect(inList[0]).toMatch(/^Compound: mask \d+ [\d.]+ % of it is covered by masks? [\d, ]+, more than 70 %$/);
    expect(inList).toContain(await firstTooltip(page, page.locator('.pane canvas').nth(2)));
    await page.screenshot({ path: path.join(artifactsFolder, 'page-removed.png') });

    await page.getByRole('button', { name: 'Overlay' }).click();
    const line = page.getByRole('slider', { name: 'Where the layer begins' });
    const coloured = () => isColoured(page);
    await line.press('Home');
    await until(coloured, 'the layer is over all of the micrograph');
    await line.press('End');
    await until(async () => !(await coloured()), 'the micrograph alone is shown');
    await line.press('Home');
    await until(coloured, 'the layer is shown again');
    await page.getByLabel('Opacity').fill('0');
    await until(async () => !(await coloured()), 'the layer is transparent');

    expect(await page.locator('.scale-bar').count()).toBe(0);
    await page.getByLabel('Pixel size in nm').fill('0.05');
    // 1024 pixels of .05 nm are 51.2 nm: the longest round length within three tenths of them.
    expect(await page.locator('.scale-bar').textContent()).toBe('10 nm');
    await page.close();
    expect(complaints).toEqual([]);
  },
  3 * minutes,
);

/** Whether the middle of the only pane has a colour, as a layer does and a micrograph does not. */
async function isColoured(page: Page): Promise<boolean> {
  const { data, info } = await sharp(await page.locator('.pane canvas').screenshot())
    .raw()
    .toBuffer({ resolveWithObject: true });
  const middle = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
  const colours = [...data.subarray(middle, middle + 3)];
  return Math.max(...colours) - Math.min(...colours) > 8;
}

test(
  'all of it is done with the keyboard alone, and the focus is never lost',
  async () => {
    const { page, complaints } = await openView(browser, backend.url, 'try');
    const focused = page.locator(':focus');
    const tabTo = async (name: string | RegExp) => {
      const wanted = page.getByRole('main').getByRole('button', { name }).or(page.getByRole('application', { name }));
      const isThere = async () => (await focused.and(wanted).count()) === 1;
      for (let press = 0; press < 60 && !(await isThere()); press++) await page.keyboard.press('Tab');
      expect(await isThere()).toBe(true);
    };
    await page.locator('.examples button').nth(1).waitFor();
    await tabTo('Particles on support');
    await page.keyboard.press('Enter');
    await page.locator('.waiting').waitFor();
    expect(await focused.textContent()).toMatch(/^particles-on-support\.png/);
    await untilSegmented(page);
    expect(await focused.textContent()).toBe('particles-on-support.png');
    await tabTo(/^Materials\./);
    await page.keyboard.press('Enter');
    const selected = await selectedMaterials(page);
    await page.keyboard.press('Escape');
    expect(await selectedMaterials(page)).toEqual([]);
    expect(selected).toEqual([await labelAt(page, 0.5, 0.5)]);
    await tabTo('2');
    await page.keyboard.press('Space');
    const materials = page.locator('.materials tbody .swatch');
    await until(async () => (await materials.count()) === 2, 'there are 2 materials');
    await page.locator('.files').getByRole('button', { name: 'Close' }).press('Enter');
    await page.locator('.examples').waitFor();
    expect(await focused.getAttribute('id')).toBe('main');
    await page.close();
    expect(complaints).toEqual([]);
  },
  3 * minutes,
);

test(
  'behind a login nothing is shown without it, and all of the page works with it',
  async () => {
    const locked = await startBackend(login);
    for (const asked of ['/', '/api/try/examples', '/api/projects', '/api/jobs', '/accuracy']) {
      expect([asked, (await fetch(locked.url + asked)).status]).toEqual([asked, 401]);
    }
    const httpCredentials = { username: login.BASIC_AUTH_USER, password: login.BASIC_AUTH_PASS };
    const { page, complaints } = await openView(browser, locked.url, 'try', { httpCredentials });
    await page.locator('.examples button').nth(1).click();
    await untilSegmented(page);
    await page.getByRole('button', { name: '2', exact: true }).click();
    const materials = page.locator('.materials tbody .swatch');
    await until(async () => (await materials.count()) === 2, 'there are 2 materials');
    expect(await labelAt(page, 0.3, 0.3)).toBeGreaterThan(0);
    for (const [view, shown] of [
      ['projects', 'No project is connected yet.'],
      ['jobs', 'Jobs, newest first'],
      ['jobs', 'Of this server, since it was started on'],
    ] as const) {
      await page.goto(`${locked.url}/#/${view}`);
      await page.getByText(shown).waitFor();
    }
    await page.close();
    await locked.stop();
    // What a browser says of the first answer, before it gives the login.
    expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
  },
  3 * minutes,
);
