import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type BackendProcess, startBackend } from '../support/e2e/backend-process.js';
import { watchHealth } from '../support/e2e/health-watch.js';
import { differingPixels, interiorPoints, type LabelMap, labelMapOf, readLabelMap } from '../support/e2e/label-maps.js';
import { LabelStudio, type StoredRegion, type StoredTask } from '../support/e2e/label-studio.js';
import { artifactsFolder, exampleFiles, repository, runMain } from '../support/e2e/repository.js';
import { logIn, openBrowser, openTaskList, photographTask, tintOf } from '../support/e2e/task-page.js';
import { labelColours } from '../support/label-colours.js';

/*
 * A real Label Studio, the real backend and a real browser, from an empty project to masks on the screen. The tests of this
 * file follow one another: each goes on with what the one before has left in Label Studio.
 */

const labelConfigFile = path.join(repository, 'label-config', 'materials-6.xml');
const title = 'sam-i-am';
const minutes = 60_000;

let labelStudio: LabelStudio;
let backend: BackendProcess;
let browser: Browser;
let segmented: string;
let project: number;
let backendId: number;
let modelVersion: string;
const figures: Record<string, unknown> = {};

/** What is to be stopped and removed at the end, the last one first. */
const cleanUps: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  browser = await openBrowser();
  cleanUps.push(() => browser.close());
  labelStudio = LabelStudio.shared();
  cleanUps.push(() => labelStudio.allowLegacyTokens());
  backend = await startBackend();
  cleanUps.push(() => backend.stop());
  segmented = await mkdtemp(path.join(tmpdir(), 'sam-i-am-segment-'));
  cleanUps.push(() => rm(segmented, { recursive: true, force: true }));
  await runMain('segment', ...exampleFiles(), '--out', segmented);
}, 25 * minutes);

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  await mkdir(artifactsFolder, { recursive: true });
  await writeFile(path.join(artifactsFolder, 'figures.json'), `${JSON.stringify(figures, null, 2)}\n`);
}, 3 * minutes);

/** What `segment` painted for the micrograph of a task. */
function expectedMap(task: StoredTask): Promise<LabelMap> {
  const name = path.basename(task.data['image'] ?? '').replace(/^[0-9a-f]{8}-/, '');
  return readLabelMap(path.join(segmented, name.replace(/\.png$/, '.labels.png')));
}

function regionsOf(task: StoredTask | undefined): readonly StoredRegion[] {
  return task?.predictions[0]?.result ?? [];
}

test(
  'a project with the shipped label config connects to the backend',
  async () => {
    project = await labelStudio.createProject('Micrographs', labelConfigFile);
    const connected = await labelStudio.connect(project, backend.url, title);
    expect(connected).toMatchObject({ state: 'CO', model_version: expect.stringContaining('-') });
    backendId = connected.id;
    modelVersion = connected.model_version;
  },
  minutes,
);

test(
  'opening an uploaded micrograph predicts it',
  async () => {
    for (const file of exampleFiles()) await labelStudio.uploadFile(project, file);
    const [first] = await labelStudio.tasks(project);
    expect(first?.predictions).toEqual([]);
    const opened = await labelStudio.openTask(first?.id ?? 0);
    expect(opened.predictions).toMatchObject([{ model_version: modelVersion, score: expect.any(Number) }]);
    expect(regionsOf(opened).length).toBeGreaterThanOrEqual(2);
  },
  3 * minutes,
);

test(
  'retrieving predictions for all tasks adds the missing ones, while /health answers',
  async () => {
    const health = watchHealth(backend.url);
    await labelStudio.retrievePredictions(project);
    const { answers, slowestMs, medianMs } = await health.stop();
    figures['health while predicting'] = { answers, slowestMs, medianMs };
    expect(answers).toBeGreaterThan(10);
    expect(slowestMs).toBeLessThan(1000);
    const tasks = await labelStudio.tasks(project);
    expect(tasks).toHaveLength(3);
    for (const { predictions } of tasks)
      expect(predictions.map((prediction) => prediction.model_version)).toEqual([modelVersion]);
  },
  5 * minutes,
);

test(
  'what Label Studio stored is what `segment` paints, pixel by pixel',
  async () => {
    for (const task of await labelStudio.tasks(project)) {
      const regions = regionsOf(task);
      const expected = await expectedMap(task);
      expect(regions.length).toBe(expected.labels.reduce((most, label) => Math.max(most, label), 0));
      expect(new Set(regions.map(({ id }) => id)).size).toBe(regions.length);
      expect({ task: task.data, differing: differingPixels(labelMapOf(regions), expected) }).toEqual({
        task: task.data,
        differing: 0,
      });
    }
  },
  3 * minutes,
);

test(
  'the browser shows the masks where they belong, in the colours of their labels',
  async () => {
    const page = await logIn(browser, labelStudio);
    await openTaskList(page, labelStudio, project);
    const colours = labelColours(labelConfigFile);
    for (const task of await labelStudio.tasks(project)) {
      const map = await expectedMap(task);
      const photo = await photographTask(page, labelStudio, project, task.id, `task-${task.id}`);
      const points = interiorPoints(map, 8, 40);
      const seen = points.map(
        ({ x, y }) => tintOf(photo.colourAt((x + 0.5) / map.width, (y + 0.5) / map.height), colours) + 1,
      );
      const right = points.filter(({ label }, i) => label === seen[i]).length;
      figures[`points of task ${task.id} in the right colour`] = `${right} of ${points.length}`;
      expect(new Set(points.map(({ label }) => label)).size).toBeGreaterThanOrEqual(2);
      expect(right / points.length).toBeGreaterThanOrEqual(0.98);
    }
    await page.close();
  },
  5 * minutes,
);

test(
  'a click with a smart tool gives one mask with the label of the click',
  async () => {
    const [task] = await labelStudio.tasks(project);
    const [region] = regionsOf(task);
    const { width, height, labels } = labelMapOf(region === undefined ? [] : [region]);
    const [point] = interiorPoints({ width, height, labels }, 8, 1).filter(({ label }) => label > 0);
    const click = {
      original_width: width,
      original_height: height,
      image_rotation: 0,
      id: 'click',
      is_positive: true,
      from_name: 'point',
      to_name: 'image',
      type: 'keypointlabels',
      origin: 'manual',
      value: {
        x: (100 * (point?.x ?? 0)) / width,
        y: (100 * (point?.y ?? 0)) / height,
        width: 0.2,
        keypointlabels: ['Material 2'],
      },
    };
    const answer = await labelStudio.askInteractively(backendId, task?.id ?? 0, [click]);
    expect(answer).toMatchObject({
      data: {
        model_version: modelVersion,
        result: [{ from_name: 'material', value: { brushlabels: ['Material 2'] } }],
      },
    });
  },
  2 * minutes,
);

test(
  'tasks with bad images cost only themselves and are named with the reason',
  async () => {
    await labelStudio.upload(project, 'text.png', 'this is no picture');
    await labelStudio.upload(project, 'empty.png', '');
    await labelStudio.importTasks(project, [
      { data: { image: '' } },
      { data: { image: '/data/upload/1/gone.png' } },
      { data: { image: 'http://127.0.0.1:9/private.png' } },
    ]);
    await labelStudio.uploadFile(project, exampleFiles()[0] ?? '');
    await labelStudio.retrievePredictions(project);
    const tasks = await labelStudio.tasks(project);
    expect(tasks.map(({ predictions }) => predictions.length)).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 1]);
    expect(regionsOf(tasks.at(-1)).length).toBe(regionsOf(tasks[0]).length);
    const log = backend.log();
    for (const code of ['image.unreadable', 'image.missing', 'image.not_found', 'image.forbidden'])
      expect(log).toContain(code);
  },
  5 * minutes,
);

test(
  'where legacy tokens are off, the log names the setting, and a personal access token works',
  async () => {
    const personalToken = await labelStudio.createPersonalToken();
    await labelStudio.forbidLegacyTokens(personalToken);
    const strict = await labelStudio.createProject('Legacy tokens are off', labelConfigFile);
    const { id } = await labelStudio.connect(strict, backend.url, title);
    await labelStudio.uploadFile(strict, exampleFiles()[0] ?? '');
    await labelStudio.retrievePredictions(strict);
    expect((await labelStudio.tasks(strict)).map(({ predictions }) => predictions.length)).toEqual([0]);
    expect(backend.log()).toMatch(/image\.forbidden.*LABEL_STUDIO_API_KEY/);

    const withToken = await startBackend({ LABEL_STUDIO_URL: labelStudio.url, LABEL_STUDIO_API_KEY: personalToken });
    try {
      await labelStudio.send('PATCH', `/api/ml/${id}`, { project: strict, url: withToken.url, title });
      await labelStudio.retrievePredictions(strict);
      const [task] = await labelStudio.tasks(strict);
      const expected = await expectedMap(task as StoredTask);
      expect(differingPixels(labelMapOf(regionsOf(task)), expected)).toBe(0);
      expect(withToken.log()).not.toContain(personalToken);
    } finally {
      expect(await withToken.stop()).toBe(0);
    }
  },
  5 * minutes,
);
