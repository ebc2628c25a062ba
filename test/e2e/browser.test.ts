import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { intersectionArea, type Mask, maskHasPixel, maskIou } from '../../src/core/mask.js';
import { decodeBrushMask } from '../../src/label-studio/brush-codec.js';
import { type BackendProcess, startBackend } from '../support/e2e/backend-process.js';
import { LabelStudio, type StoredAnnotation, type StoredRegion } from '../support/e2e/label-studio.js';
import { artifactsFolder, exampleFiles, repository } from '../support/e2e/repository.js';
import { logIn, openBrowser, openTaskList } from '../support/e2e/task-page.js';

/*
 * What an annotator does with predictions, in Chromium on a real Label Studio: clicks and draws boxes with the smart tools, accepts
 * what comes, submits predictions as they are and edited. The export then holds what was on the screen.
 */

const labelConfigFile = path.join(repository, 'label-config', 'materials-3.xml');
const minutes = 60_000;
const labelStudio = LabelStudio.shared();
const cleanUps: (() => Promise<unknown>)[] = [];
let browser: Browser;
let page: Page;
let project: number;
let tasks: readonly number[];

beforeAll(async () => {
  browser = await openBrowser();
  cleanUps.push(() => browser.close());
  const backend: BackendProcess = await startBackend();
  cleanUps.push(() => backend.stop());
  project = await labelStudio.createProject('Browser', labelConfigFile);
  await labelStudio.connect(project, backend.url, 'sam-i-am');
  const particles = exampleFiles().find((file) => file.includes('particles')) ?? '';
  for (let i = 0; i < 3; i++) await labelStudio.uploadFile(project, particles);
  await labelStudio.retrievePredictions(project);
  tasks = (await labelStudio.tasks(project)).map(({ id }) => id);
  page = await logIn(browser, labelStudio);
  await openTaskList(page, labelStudio, project);
  await mkdir(artifactsFolder, { recursive: true });
}, 15 * minutes);

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}, 3 * minutes);

async function openTask(task: number): Promise<Locator> {
  await page.goto(`${labelStudio.url}/projects/${project}/data?task=${task}`);
  const picture = page.locator('.lsf-image > img').first();
  await picture.waitFor();
  await page.getByText('Material 3', { exact: true }).last().waitFor();
  await page.waitForTimeout(2000);
  return picture;
}

/** A point of the micrograph, given as fractions of its size, on the page. */
async function pointAt(picture: Locator, x: number, y: number): Promise<[number, number]> {
  const box = await picture.boundingBox();
  if (box === null) throw new Error('the page shows no micrograph');
  return [box.x + x * box.width, box.y + y * box.height];
}

const screenshot = (name: string) => page.screenshot({ path: path.join(artifactsFolder, `browser-${name}.png`) });

/** Takes a smart tool and the label for it: labels stand in three rows, for the brush, for clicks and for boxes. */
async function takeSmartTool(tool: 'key-point-tool' | 'rectangle-tool', labelIndex: number): Promise<void> {
  await page.locator('.lsf-tool_smart').first().click();
  await page.locator(`.lsf-toolbar__smart [aria-label=${tool}], [aria-label=${tool}]`).first().click({ force: true });
  await page.locator('.lsf-label').nth(labelIndex).click();
}

/** What the page gets for a prompt. */
async function suggestionFor(prompt: () => Promise<void>): Promise<StoredRegion> {
  const [response] = await Promise.all([
    page.waitForResponse((answer) => answer.url().includes('interactive-annotating'), { timeout: 3 * minutes }),
    prompt(),
  ]);
  const { data } = (await response.json()) as { data: { result: StoredRegion[] } };
  const [region] = data.result;
  if (region === undefined) throw new Error('there is no suggestion');
  await page.waitForTimeout(1500);
  return region;
}

async function submit(): Promise<void> {
  await Promise.all([
    page.waitForResponse((answer) => /\/annotations/.test(answer.url()) && answer.request().method() === 'POST'),
    page.getByTestId('bottombar-submit-button').click(),
  ]);
}

async function exported(task: number): Promise<StoredAnnotation> {
  const [annotation] = (await labelStudio.exportedAnnotations(project)).get(task) ?? [];
  if (annotation === undefined) throw new Error(`task ${task} has no annotation`);
  return annotation;
}

function maskOf({ original_width: width, original_height: height, value }: StoredRegion): Mask {
  return decodeBrushMask(Uint8Array.from(value.rle), width, height);
}

const labelOf = ({ value }: StoredRegion) => value.brushlabels[0];

/** Label Studio's page writes masks anew; the numbers may end in one more zero. */
const withoutPadding = (rle: readonly number[]) => rle.slice(0, rle.findLastIndex((byte) => byte !== 0) + 1);

test(
  'a prediction that is submitted as it is comes out as it went in',
  async () => {
    const [task = 0] = tasks;
    await openTask(task);
    await screenshot('1-prediction');
    await submit();
    const predicted = (await labelStudio.tasks(project)).find(({ id }) => id === task)?.predictions[0]?.result ?? [];
    const { result } = await exported(task);
    expect(result.map(({ id, origin }) => [id, origin])).toEqual(predicted.map(({ id }) => [id, 'prediction']));
    expect(result.map(({ value }) => withoutPadding(value.rle))).toEqual(
      predicted.map(({ value }) => withoutPadding(value.rle)),
    );
  },
  5 * minutes,
);

test(
  'a click and a box of the smart tools give suggestions; accepted and submitted they are in the export',
  async () => {
    const [, task = 0] = tasks;
    const picture = await openTask(task);
    // A click on a painted region would select it.
    await page.locator('[aria-label="Hide all regions"]').click();
    await page.getByTestId('bottombar-auto-annotation-toggle').check({ force: true });
    await takeSmartTool('key-point-tool', 5);
    const clicked = await suggestionFor(async () => {
      await page.mouse.click(...(await pointAt(picture, 0.2, 0.25)));
    });
    await screenshot('2-click');
    await page.getByTestId('bottombar-accept-suggestions-button').click();
    await takeSmartTool('rectangle-tool', 6);
    const boxed = await suggestionFor(async () => {
      await page.mouse.move(...(await pointAt(picture, 0.52, 0.12)));
      await page.mouse.down();
      await page.mouse.move(...(await pointAt(picture, 0.6, 0.2)), { steps: 4 });
      await page.mouse.move(...(await pointAt(picture, 0.71, 0.27)), { steps: 4 });
      await page.mouse.up();
    });
    await screenshot('3-box');
    await page.getByTestId('bottombar-accept-suggestions-button').click();
    await page.waitForTimeout(1000);
    await screenshot('4-accepted');
    await submit();

    expect([labelOf(clicked), labelOf(boxed)]).toEqual(['Material 3', 'Material 1']);
    const { width } = maskOf(clicked);
    expect(maskHasPixel(maskOf(clicked), Math.floor(0.25 * width) * width + Math.floor(0.2 * width))).toBe(true);
    const { result } = await exported(task);
    for (const suggestion of [clicked, boxed]) {
      const accepted = result.find(({ id }) => id === suggestion.id);
      expect(accepted).toMatchObject({ origin: 'prediction', from_name: 'material' });
      expect(maskIou(maskOf(accepted ?? suggestion), maskOf(suggestion))).toBe(1);
    }
    // The prompts themselves are gone.
    expect(result.every(({ value }) => 'rle' in value)).toBe(true);
  },
  8 * minutes,
);

test(
  'an edited prediction is exported as it was drawn',
  async () => {
    const [, , task = 0] = tasks;
    const picture = await openTask(task);
    const before = (await labelStudio.tasks(project)).find(({ id }) => id === task)?.predictions[0]?.result ?? [];
    const third = before.find((region) => labelOf(region) === 'Material 3');
    if (third === undefined) throw new Error('nothing is painted with Material 3');
    await page.getByText('Material 3', { exact: true }).last().click();
    await page.getByLabel('brush-tool').click();
    await page.mouse.move(...(await pointAt(picture, 0.15, 0.9)));
    await page.mouse.down();
    await page.mouse.move(...(await pointAt(picture, 0.25, 0.9)), { steps: 10 });
    await page.mouse.up();
    await page.waitForTimeout(1500);
    await screenshot('5-edited');
    await submit();
    const edited = (await exported(task)).result.find(({ id }) => id === third.id);
    if (edited === undefined) throw new Error('the edited region has another id');
    expect(edited.origin).toBe('prediction-changed');
    const [was, is] = [maskOf(third), maskOf(edited)];
    // Nothing of it is lost, and the stroke is there.
    expect(intersectionArea(was, is)).toBe(was.areaPx);
    expect(maskHasPixel(is, Math.floor(0.9 * is.height) * is.width + Math.floor(0.2 * is.width))).toBe(true);
    expect(is.areaPx).toBeGreaterThan(was.areaPx);
  },
  5 * minutes,
);
