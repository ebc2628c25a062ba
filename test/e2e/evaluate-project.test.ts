import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { Evaluation } from '../../src/evaluation/evaluation.js';
import { decodeBrushRle } from '../../src/label-studio/brush-codec.js';
import { openForAnnotation } from '../support/e2e/annotate-page.js';
import { type BackendProcess, startBackend } from '../support/e2e/backend-process.js';
import { LabelStudio, type StoredRegion } from '../support/e2e/label-studio.js';
import { openReport } from '../support/e2e/report-page.js';
import { exampleFiles, repository, until } from '../support/e2e/repository.js';
import { logIn, openBrowser, openTaskList } from '../support/e2e/task-page.js';
import { type CliRun, runCli } from '../support/run-cli.js';

/*
 * A real Label Studio: predict, accept some regions, edit one, reject one and draw one in Chromium; then what `evaluate --project`
 * and the live accuracy report must be what the pixels say. The tests follow one another.
 */

const labelConfigFile = path.join(repository, 'label-config', 'materials-6.xml');
const minutes = 60_000;

interface StoredAnnotation {
  readonly id: number;
  readonly was_cancelled: boolean;
  readonly result: readonly (StoredRegion & { readonly origin: string })[];
}

interface AnnotatedTask {
  readonly id: number;
  readonly predictions: readonly { readonly model_version: string; readonly result: readonly StoredRegion[] }[];
  readonly annotations: readonly StoredAnnotation[];
}

let labelStudio: LabelStudio;
let backend: BackendProcess;
let browser: Browser;
let project: number;
let token: string;
let folder: string;
let tasks: AnnotatedTask[];
const cleanUps: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sam-i-am-evaluate-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  browser = await openBrowser();
  cleanUps.push(() => browser.close());
  labelStudio = LabelStudio.shared();
  backend = await startBackend({ DATA_DIR: path.join(folder, 'data') });
  cleanUps.push(() => backend.stop());
}, 25 * minutes);

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}, 3 * minutes);

async function readTasks(): Promise<AnnotatedTask[]> {
  const answer = await labelStudio.send('GET', `/api/tasks?project=${project}&fields=all&page_size=100`);
  return (answer as { tasks: AnnotatedTask[] }).tasks.toSorted((a, b) => a.id - b.id);
}

/** For each pixel the labels that paint it, as one number. */
function labelSets(regions: readonly StoredRegion[], pixels: number): Uint32Array {
  const sets = new Uint32Array(pixels);
  for (const { value } of regions) {
    const bit = 1 << Number(value.brushlabels[0]?.replace('Material ', ''));
    const { alpha } = decodeBrushRle(Uint8Array.from(value.rle));
    alpha.forEach((opacity, i) => {
      if (opacity >= 128) sets[i] = (sets[i] ?? 0) | bit;
    });
  }
  return sets;
}

/** Pixels whose labels differ between what was predicted and what was submitted. */
function editedPixels(task: AnnotatedTask): number {
  const [before, after] = [task.predictions[0]?.result ?? [], task.annotations[0]?.result ?? []];
  const [region] = before;
  const pixels = (region?.original_width ?? 0) * (region?.original_height ?? 0);
  const predicted = labelSets(before, pixels);
  return labelSets(after, pixels).reduce((count, set, i) => count + Number(set !== predicted[i]), 0);
}

async function evaluate(name: string, ...more: string[]): Promise<CliRun & { readonly metrics: Evaluation }> {
  const out = path.join(folder, name);
  const environment = { LABEL_STUDIO_URL: labelStudio.url, LABEL_STUDIO_API_KEY: token };
  const run = await runCli(['evaluate', '--project', String(project), '--out', out, ...more], environment);
  return { ...run, metrics: JSON.parse(await readFile(path.join(out, 'metrics.json'), 'utf8')) as Evaluation };
}

test(
  'three micrographs are predicted and annotated in the browser, one is skipped, one is left',
  async () => {
    project = await labelStudio.createProject('Evaluated', labelConfigFile);
    await labelStudio.connect(project, backend.url, 'sam-i-am');
    for (const file of [...exampleFiles(), ...exampleFiles().slice(0, 2)]) await labelStudio.uploadFile(project, file);
    await labelStudio.retrievePredictions(project);
    tasks = await readTasks();
    const counts = tasks.map(({ predictions }) => predictions[0]?.result.length ?? 0);
    expect(counts).toHaveLength(5);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);

    const page = await logIn(browser, labelStudio);
    await openTaskList(page, labelStudio, project);
    const open = (index: number) =>
      openForAnnotation(page, labelStudio, project, tasks[index]?.id ?? 0, counts[index] ?? 0);

    const accepted = await open(0);
    await accepted.submit();

    const edited = await open(1);
    await edited.selectRegion(0);
    await edited.stroke([0.1, 0.1], [0.9, 0.9]);
    await edited.selectRegion((counts[1] ?? 0) - 1);
    await edited.deleteSelected();
    await edited.submit();

    const drawn = await open(2);
    await drawn.unselect();
    await drawn.pickLabel('Material 5');
    await drawn.stroke([0.2, 0.5], [0.6, 0.6]);
    await drawn.submit();
    await page.close();

    const skipped = { result: [], was_cancelled: true };
    await labelStudio.send('POST', `/api/tasks/${tasks[3]?.id ?? 0}/annotations/`, skipped);
    tasks = await readTasks();
    expect(tasks.map(({ annotations }) => annotations.length)).toEqual([1, 1, 1, 1, 0]);
    token = await labelStudio.createPersonalToken();
  },
  10 * minutes,
);

test(
  'evaluate reports exactly those regions and areas',
  async () => {
    const { status, stderr, metrics } = await evaluate('first', '--json');
    expect({ status, problems: metrics.problems, stderr }).toMatchObject({ status: 0, problems: [] });
    const counts = tasks.map(({ predictions }) => predictions[0]?.result.length ?? 0);
    const [first = 0, second = 0, third = 0] = counts;
    expect(metrics.images.map(({ id }) => id)).toEqual(tasks.slice(0, 3).map(({ id }) => String(id)));
    expect(metrics.images.map(({ regions }) => regions)).toEqual([
      { accepted: first, edited: 0, rejected: 0, drawn: 0 },
      { accepted: second - 2, edited: 1, rejected: 1, drawn: 0 },
      { accepted: third, edited: 0, rejected: 0, drawn: 1 },
    ]);
    const edited = tasks.slice(0, 3).map(editedPixels);
    expect(metrics.images.map(({ edited_px }) => edited_px)).toEqual(edited);
    expect(edited[0]).toBe(0);
    expect(Math.min(...edited.slice(1))).toBeGreaterThan(100);
    expect(metrics.images[0]?.predicted).toMatchObject({ mIoU: 1, mPrecision: 1, mRecall: 1, mFPR: 0, best_iou: 1 });
    expect(metrics.images[0]?.model_version).toBe(tasks[0]?.predictions[0]?.model_version);
    expect(metrics.lead_time_s?.annotations).toBe(3);

    const lines = (await readFile(path.join(folder, 'first', 'regions.csv'), 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(
      1 + tasks.slice(0, 3).reduce((sum, { annotations }) => sum + (annotations[0]?.result.length ?? 0), 0),
    );
  },
  5 * minutes,
);

test(
  'the accuracy was measured when each annotation was submitted, and is the same',
  async () => {
    const { metrics } = await evaluate('again');
    const stored = async () => {
      const answer = (await (await fetch(`${backend.url}/accuracy?project=${project}`)).json()) as {
        annotations: { task: string; regions: unknown; measures: { mIoU: number } }[];
      };
      return answer.annotations.toSorted((a, b) => Number(a.task) - Number(b.task));
    };
    await until(async () => (await stored()).length === 3, 'three annotations are measured', 30_000);
    expect((await stored()).map(({ task, regions, measures }) => [task, regions, measures.mIoU])).toEqual(
      metrics.images.map(({ id, regions, predicted }) => [id, regions, predicted?.mIoU]),
    );
    const text = await (await fetch(`${backend.url}/metrics`)).text();
    expect(text).toMatch(new RegExp(`sam_i_am_measured_annotations\\{project="${project}",model_version="[^"]+"\\} 3`));
    expect(text).toMatch(new RegExp(`sam_i_am_annotated_regions\\{.*origin="edited"\\} 1`));
  },
  5 * minutes,
);

test(
  'the gate closes with a reason, and the report opens without a complaint, wide, dark and on a phone',
  async () => {
    const { status, stderr, metrics } = await evaluate(
      'gate',
      '--fail-under',
      'mIoU=1',
      '--baseline',
      path.join(folder, 'first', 'metrics.json'),
    );
    expect(status).toBe(1);
    expect(stderr).toContain(`gate: predicted.mIoU is ${metrics.summary.predicted?.mIoU.toFixed(4) ?? ''}, below 1`);
    expect(stderr).not.toContain('changed by');
    const report = path.join(folder, 'gate', 'report.html');
    const wide = await openReport(browser, report, 'report-wide', { width: 1280, height: 900 });
    const dark = await openReport(browser, report, 'report-dark', { width: 1280, height: 900 }, 'dark');
    const phone = await openReport(browser, report, 'report-phone', { width: 390, height: 844 });
    for (const { complaints, overflowPx } of [wide, dark, phone]) {
      expect({ complaints, overflowPx }).toEqual({ complaints: [], overflowPx: 0 });
    }
    expect(wide.text).toContain('The gate is closed');
    expect(wide.text).toContain('drawn by hand: 1');
  },
  5 * minutes,
);

test(
  'a project without annotations is named, with status 1',
  async () => {
    const empty = await labelStudio.createProject('Nobody was here', labelConfigFile);
    const out = path.join(folder, 'empty');
    const environment = { LABEL_STUDIO_URL: labelStudio.url, LABEL_STUDIO_API_KEY: token };
    const { status, stderr } = await runCli(['evaluate', '--project', String(empty), '--out', out], environment);
    expect(status).toBe(1);
    expect(stderr).toContain('no accepted annotation');
    const missing = await runCli(['evaluate', '--project', '99999', '--out', out], environment);
    expect(missing).toMatchObject({ status: 1, stderr: expect.stringContaining('404') });
  },
  minutes,
);
