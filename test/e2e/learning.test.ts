import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { projectsAnswer } from '../../src/backend/api/project-schemas.js';
import { type Mask, maskFromBitmap, maskIou } from '../../src/core/mask.js';
import { seededRandom } from '../../src/core/seeded-random.js';
import { decodeBrushMask } from '../../src/label-studio/brush-codec.js';
import { openForAnnotation } from '../support/e2e/annotate-page.js';
import { type BackendProcess, startBackend } from '../support/e2e/backend-process.js';
import { LabelStudio, type StoredRegion } from '../support/e2e/label-studio.js';
import { artifactsFolder, until } from '../support/e2e/repository.js';
import { logIn, openBrowser, openTaskList, photographTask, tintOf } from '../support/e2e/task-page.js';
import { openView, violationsOf } from '../support/e2e/web-page.js';

/*
 * What learning is for, in Chromium on a real Label Studio: an annotator gives the masks of three micrographs their right labels,
 * presses Start training on the project's Model page, and opens a fourth one.
 */

const minutes = 60_000;
const size = 512;
const labels = ['Coarse', 'Fine'] as const;
type Label = (typeof labels)[number];
const colours: Readonly<Record<Label, readonly number[]>> = { Coarse: [0, 0x72, 0xb2], Fine: [0xe6, 0x9f, 0] };
const labelConfig = `<View><Image name="image" value="$image"/><BrushLabels name="material" toName="image">
  <Label value="Coarse" background="#0072B2"/><Label value="Fine" background="#E69F00"/></BrushLabels></View>`;

/** A coarse and a fine lattice, one above the other; the border lies at a fraction of the height. */
interface Drawing {
  readonly top: Label;
  readonly border: number;
}

/** Without a profile the larger part gets the first label, whatever it is: in the first and the last that is the wrong one. */
const accepted: readonly Drawing[] = [
  { top: 'Fine', border: 0.65 },
  { top: 'Coarse', border: 0.6 },
  { top: 'Fine', border: 0.4 },
];
const fourth: Drawing = { top: 'Coarse', border: 0.35 };
const drawings = [...accepted, fourth];

function labelAt({ top, border }: Drawing, x: number, y: number): Label {
  const isTop = y < border * size + 6 * Math.sin(x / 60);
  return isTop === (top === 'Fine') ? 'Fine' : 'Coarse';
}

async function micrographOf(drawing: Drawing, seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const random = seededRandom(seed);
  const wave = (position: number, period: number) => 0.5 + 0.5 * Math.cos((2 * Math.PI * position) / period);
  const grey = Uint8Array.from({ length: size * size }, (_, pixel) => {
    const [x, y] = [pixel % size, Math.floor(pixel / size)];
    const [level, period] = labelAt(drawing, x, y) === 'Fine' ? [0.15, 9] : [0.4, 17];
    return 255 * (level + 0.35 * wave(x, period) * wave(y, period) + 0.06 * random());
  });
  const raw = { width: size, height: size, channels: 1 } as const;
  return Uint8Array.from(await sharp(grey, { raw }).png().toBuffer());
}

function truthOf(drawing: Drawing, label: Label): Mask {
  const bitmap = Uint8Array.from({ length: size * size }, (_, pixel) =>
    Number(labelAt(drawing, pixel % size, Math.floor(pixel / size)) === label),
  );
  return maskFromBitmap(size, size, bitmap);
}

const labelStudio = LabelStudio.shared();
const cleanUps: (() => Promise<unknown>)[] = [];
let browser: Browser;
let page: Page;
let backend: BackendProcess;
let project: number;
let tasks: readonly number[];

beforeAll(async () => {
  browser = await openBrowser();
  cleanUps.push(() => browser.close());
  backend = await startBackend();
  cleanUps.push(() => backend.stop());
  project = await labelStudio.createProjectWith('Learning', labelConfig);
  for (const [i, drawing] of drawings.entries())
    await labelStudio.upload(project, `lattices-${i}.png`, await micrographOf(drawing, i + 1));
  await labelStudio.connect(project, backend.url, 'sam-i-am');
  await labelStudio.retrievePredictions(project);
  tasks = (await labelStudio.tasks(project)).map(({ id }) => id);
  page = await logIn(browser, labelStudio);
  await openTaskList(page, labelStudio, project);
  await mkdir(artifactsFolder, { recursive: true });
}, 5 * minutes);

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}, 3 * minutes);

/** The regions of a task's newest prediction. */
async function predicted(task: number): Promise<readonly StoredRegion[]> {
  const stored = (await labelStudio.tasks(project)).find(({ id }) => id === task);
  const newest = stored?.predictions.at(-1);
  if (newest === undefined) throw new Error(`task ${task} has no prediction`);
  return newest.result;
}

const maskOf = ({ value }: StoredRegion) => decodeBrushMask(Uint8Array.from(value.rle), size, size);

/** The label of what a region mostly covers. */
function rightLabel(region: StoredRegion, drawing: Drawing): Label {
  const [coarse = 0, fine = 0] = labels.map((label) => maskIou(maskOf(region), truthOf(drawing, label)));
  return coarse > fine ? 'Coarse' : 'Fine';
}

/** For each label how well what is painted with it fits the material that it names. */
function accuracyOf(regions: readonly StoredRegion[], drawing: Drawing): Record<Label, number> {
  const iou = (label: Label) => {
    const [painted, ...more] = regions.filter(({ value }) => value.brushlabels[0] === label);
    return painted === undefined || more.length > 0 ? 0 : maskIou(maskOf(painted), truthOf(drawing, label));
  };
  return { Coarse: iou('Coarse'), Fine: iou('Fine') };
}

function expectRightLabels(regions: readonly StoredRegion[], drawing: Drawing): void {
  const accuracy = accuracyOf(regions, drawing);
  for (const label of labels) expect(accuracy[label]).toBeGreaterThan(0.9);
}

/** What the backend says of the project. */
async function listed() {
  const response = await fetch(`${backend.url}/api/projects`);
  const { projects } = projectsAnswer.parse(await response.json());
  return projects.find(({ id }) => String(id) === String(project));
}

test(
  'an annotator corrects the labels of three micrographs',
  async () => {
    let corrected = 0;
    for (const [i, drawing] of accepted.entries()) {
      const task = tasks[i] ?? 0;
      const regions = await predicted(task);
      const editor = await openForAnnotation(page, labelStudio, project, task, regions.length);
      for (const [place, region] of regions.entries()) {
        const right = rightLabel(region, drawing);
        if (region.value.brushlabels[0] === right) continue;
        await editor.selectRegion(place);
        await editor.pickLabel(right);
        await editor.unselect();
        corrected++;
      }
      await editor.submit();
    }
    expect(corrected).toBe(2);
    const exported = await labelStudio.exportedAnnotations(project);
    for (const [i, drawing] of accepted.entries())
      expectRightLabels(exported.get(tasks[i] ?? 0)?.[0]?.result ?? [], drawing);
    await until(async () => (await listed())?.accepted === accepted.length, 'the backend knows them all', minutes);
  },
  4 * minutes,
);

/** On the project's Model page: the model's menu, its entry Start Training, and the button of the dialog that this opens. */
async function startTraining(): Promise<void> {
  await page.goto(`${labelStudio.url}/projects/${project}/settings/ml`);
  await page.getByLabel('Machine learning model options').click();
  await page.getByText('Start Training', { exact: true }).click();
  const [answer] = await Promise.all([
    page.waitForResponse((response) => /\/api\/ml\/\d+\/train/.test(response.url())),
    page.getByRole('button', { name: 'Start Training' }).click(),
  ]);
  expect(answer.status()).toBe(200);
  await page.getByText('Request Sent!').waitFor();
  await page.screenshot({ path: path.join(artifactsFolder, 'learning-1-start-training.png') });
}

test(
  'Start training on the Model page is answered by a new model version',
  async () => {
    const before = await listed();
    await startTraining();
    const hasEnded = async () => {
      const now = await listed();
      return now?.training === null && now.lastTraining !== null;
    };
    await until(hasEnded, 'the training has ended', 3 * minutes);
    const after = await listed();
    expect(after?.lastTraining).toMatchObject({ outcome: 'adopted', version: expect.any(String) });
    expect(after?.modelVersion).not.toBe(before?.modelVersion);
  },
  5 * minutes,
);

test(
  'the masks of the fourth micrograph then carry the right labels, stored and on the screen',
  async () => {
    const [, , , task = 0] = tasks;
    const before = accuracyOf(await predicted(task), fourth);
    for (const label of labels) expect(before[label]).toBeLessThan(0.1);
    await labelStudio.retrievePredictions(project);
    expectRightLabels(await predicted(task), fourth);

    const photo = await photographTask(page, labelStudio, project, task, 'learning-2-fourth-task');
    const shades = labels.map((label) => colours[label]);
    for (const x of [0.1, 0.3, 0.5, 0.7, 0.9])
      for (const y of [0.15, 0.7])
        expect(labels[tintOf(photo.colourAt(x, y), shades)]).toBe(labelAt(fourth, x * size, y * size));
  },
  4 * minutes,
);

test(
  "the backend's own page shows the project, trains it with one annotation more, and goes back to the version before",
  async () => {
    const [, , , task = 0] = tasks;
    const before = await listed();
    await labelStudio.send('POST', `/api/tasks/${task}/annotations/`, { result: await predicted(task) });
    await until(async () => (await listed())?.accepted === drawings.length, 'the backend knows it', minutes);
    const { page: own, complaints } = await openView(browser, backend.url, 'projects');
    const card = own.getByRole('region', { name: 'Learning' });
    await card.getByText('By version, with 95 % intervals').waitFor({ timeout: minutes });
    await card.getByRole('button', { name: 'Start training: Learning' }).click();
    const hasEnded = async () => {
      const now = await listed();
      return now?.training === null && now.lastTraining?.finishedAt !== before?.lastTraining?.finishedAt;
    };
    await until(hasEnded, 'the training has ended', 3 * minutes);
    expect((await listed())?.lastTraining).toMatchObject({ outcome: 'adopted' });
    await card.getByText('was adopted').waitFor();
    expect(await violationsOf(own)).toEqual([]);
    await own.screenshot({ path: path.join(artifactsFolder, 'learning-3-projects.png'), fullPage: true });

    await card.getByRole('button', { name: `Use again: ${before?.modelVersion ?? ''}` }).click();
    const isBack = async () => (await listed())?.modelVersion === before?.modelVersion;
    await until(isBack, 'the version before is in use', minutes);
    await card.getByRole('row', { name: `${before?.modelVersion ?? ''} active` }).waitFor();
    expect(complaints).toEqual([]);
    await own.close();
  },
  5 * minutes,
);

test(
  'its list of jobs tells why one failed and runs it again; one that is under way is cancelled and then done',
  async () => {
    await labelStudio.upload(project, 'broken.png', 'no image');
    // The page looks every two seconds, and one image may be painted by then: the last of several still waits.
    const [drawing = fourth] = drawings;
    for (const [index, file] of ['large-1.png', 'large-2.png', 'large-3.png', 'large.png'].entries()) {
      const large = await sharp(await micrographOf(drawing, 9 + index)).resize(2048).png().toBuffer(); // prettier-ignore
      await labelStudio.upload(project, file, Uint8Array.from(large));
    }
    const { page: own, complaints } = await openView(browser, backend.url, 'jobs');
    const retrieved = labelStudio.retrievePredictions(project);
    const rowOf = (file: string) => own.getByRole('row').filter({ hasText: file }).first();
    await rowOf('large.png').getByRole('button', { name: /^Cancel/ }).click({ timeout: minutes }); // prettier-ignore
    await rowOf('large.png').getByText('cancelled', { exact: true }).waitFor({ timeout: minutes });
    await rowOf('broken.png').getByText('failed', { exact: true }).waitFor({ timeout: minutes });
    expect(await rowOf('broken.png').locator('.reason').textContent()).toMatch(/can't be read/);
    await retrieved;
    expect(await violationsOf(own)).toEqual([]);
    await own.screenshot({ path: path.join(artifactsFolder, 'learning-4-jobs.png'), fullPage: true });

    for (const file of ['broken.png', 'large.png']) {
      await rowOf(file).getByRole('button', { name: /^Try again/ }).click(); // prettier-ignore
    }
    await rowOf('large.png').getByText('done', { exact: true }).waitFor({ timeout: minutes });
    await rowOf('broken.png').getByText('failed', { exact: true }).waitFor({ timeout: minutes });
    const attempts = async () => (await rowOf('broken.png').getByRole('cell').allTextContents()).includes('2');
    await until(attempts, 'the list says that it was tried twice', minutes);
    expect(complaints).toEqual([]);
    await own.close();
  },
  5 * minutes,
);
