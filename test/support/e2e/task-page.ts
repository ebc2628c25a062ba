import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { settle } from '../../../bench/settled-page.js';
import type { LabelStudio } from './label-studio.js';
import { artifactsFolder, runScript } from './repository.js';

/** A screenshot, and where the micrograph lies in it. */
export interface Screenshot {
  /** Red, green and blue of the page at a point of the micrograph, given as fractions of its width and height. */
  colourAt(x: number, y: number): readonly [number, number, number];
}

const switches = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await runScript('find-chromium.sh'), args: switches });
}

/** Logs in through Label Studio's own page. */
export async function logIn(browser: Browser, { url, user, password }: LabelStudio): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1500, height: 1400 } });
  page.setDefaultTimeout(60_000);
  await page.goto(`${url}/user/login/`);
  await page.fill('input[name=email]', user);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForURL((address) => !address.pathname.includes('/login')), page.keyboard.press('Enter')]);
  return page;
}

/**
 * Opens the list of a project's tasks. This comes first: the page that opens a task in a project which nobody has looked at
 * yet loads it twice, and now and then loses its predictions.
 */
export async function openTaskList(page: Page, { url }: LabelStudio, project: number): Promise<void> {
  const listed = page.waitForResponse((response) => new URL(response.url()).pathname === '/api/tasks');
  await page.goto(`${url}/projects/${project}/data`);
  await listed;
  await page.waitForLoadState('networkidle');
}

/** Opens a task in the labelling page, waits until its micrograph and masks are drawn, and takes a screenshot. */
export async function photographTask(
  page: Page,
  labelStudio: LabelStudio,
  project: number,
  task: number,
  name: string,
) {
  await page.goto(`${labelStudio.url}/projects/${project}/data?task=${task}`);
  const picture = page.locator('.lsf-image > img').first();
  await picture.waitFor();
  await page.waitForFunction(hasPaint, undefined, { polling: 500 });
  await settle(page);
  // The slider of the brush would cover a corner of the picture.
  await page.addStyleTag({
    content: '[class*="lsf-toolbar"], [class*="lsf-tool_"] { visibility: hidden !important; }',
  });
  await page.mouse.move(0, 0);
  await settle(page);
  await mkdir(artifactsFolder, { recursive: true });
  const file = path.join(artifactsFolder, `${name}.png`);
  await page.screenshot({ path: file });
  const box = await picture.boundingBox();
  if (box === null) throw new Error('the page shows no micrograph');
  return readScreenshot(file, box);
}

/** Runs in the page: whether something is painted over the micrograph. */
const hasPaint = `[...document.querySelectorAll('.konvajs-content canvas')].some((canvas) =>
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))`;

async function readScreenshot(
  file: string,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Promise<Screenshot> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return {
    colourAt(x, y) {
      const column = Math.floor(box.x + x * box.width);
      const row = Math.floor(box.y + y * box.height);
      const [red = 0, green = 0, blue = 0] = data.subarray(
        3 * (row * info.width + column),
        3 * (row * info.width + column) + 3,
      );
      return [red, green, blue];
    },
  };
}

/** Label Studio paints masks with this opacity. */
const maskOpacity = 0.6;

/**
 * Which label's mask covers a pixel of a grey picture: the index of its colour, or -1 for none. The picture below adds grey
 * alone, so what of the pixel is not grey comes from the label's colour.
 */
export function tintOf(pixel: readonly number[], colours: readonly (readonly number[])[]): number {
  const tint = withoutGrey(pixel);
  const expected = [[0, 0, 0], ...colours.map((colour) => withoutGrey(colour).map((channel) => channel * maskOpacity))];
  const distances = expected.map((candidate) => Math.hypot(...candidate.map((channel, i) => channel - (tint[i] ?? 0))));
  return distances.indexOf(Math.min(...distances)) - 1;
}

function withoutGrey(colour: readonly number[]): number[] {
  const grey = colour.reduce((sum, channel) => sum + channel, 0) / colour.length;
  return colour.map((channel) => channel - grey);
}
