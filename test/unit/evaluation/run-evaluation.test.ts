import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SourceItem } from '../../../src/annotations/evaluation-case.js';
import { SamIAmError } from '../../../src/core/errors.js';
import { failure, success } from '../../../src/core/result.js';
import { parseThreshold } from '../../../src/evaluation/gate.js';
import { type EvaluationRun, runEvaluation } from '../../../src/evaluation/run-evaluation.js';
import { filmCase, filmHalves, filmPieces } from '../../support/stage-records.js';

let out = '';
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'run-evaluation-'));
});
afterEach(() => rm(out, { recursive: true, force: true }));

const noImage = failure(new SamIAmError('image.not_found', 'there is no image', { hint: 'Give --images.' }));

function run(items: readonly SourceItem[], changes: Partial<EvaluationRun> = {}) {
  const told: string[] = [];
  const evaluation: EvaluationRun = {
    source: {
      name: 'films',
      total: items.length,
      async *items() {
        for (const item of items) yield await Promise.resolve(item);
      },
    },
    out,
    labelDifficulties: new Map(),
    openMicrograph: () => Promise.resolve(noImage),
    computeStages: undefined,
    thresholds: [],
    baseline: undefined,
    signal: new AbortController().signal,
    onImage: (line) => told.push(line),
    onProblem: ({ message }) => told.push(`problem: ${message}`),
    ...changes,
  };
  return { finished: runEvaluation(evaluation), told };
}

const film = (id: string, shift: number): SourceItem => ({ evaluated: filmCase(id, shift), problems: [] });
const read = async (name: string) => readFile(join(out, name), 'utf8');

test('writes three files, each image on record, and tells of each', async () => {
  const { finished, told } = run([film('1', 0), film('2', 4)]);
  expect(await finished).toMatchObject({ images: 2, gate: [] });
  expect((await readdir(out)).sort()).toEqual(['metrics.json', 'regions.csv', 'report.html']);
  const metrics = JSON.parse(await read('metrics.json')) as {
    source: string;
    images: { id: string; predicted: { mIoU: number } }[];
    summary: { predicted: { mIoU: number; images: number } };
  };
  expect(metrics.source).toBe('films');
  expect(metrics.images.map(({ id }) => id)).toEqual(['1', '2']);
  expect(metrics.images[0]?.predicted.mIoU).toBe(1);
  expect(metrics.summary.predicted.images).toBe(2);
  expect((await read('regions.csv')).trim().split('\n')).toHaveLength(1 + 4);
  expect(await read('report.html')).toMatch(/^<!doctype html>/i);
  expect(told).toEqual([
    '1.png: mIoU 1.000, 0 edited, 0 drawn, 0 deleted of 2 regions',
    expect.stringMatching(/^2\.png: mIoU 0\.[0-9]{3}, 2 edited, 0 drawn, 0 deleted of 2 regions$/),
  ]);
});

test('stages that are computed anew are measured beside the predictions; one that fails is a problem of its image', async () => {
  const computeStages: EvaluationRun['computeStages'] = ({ id }) =>
    Promise.resolve(
      id === '1' ? success({ sam: filmPieces(), removed: filmPieces(), boosted: filmHalves() }) : noImage,
    );
  const { finished, told } = run([film('1', 4), film('2', 4)], { computeStages });
  const { figures } = await finished;
  expect(figures.summary.boosted).toMatchObject({ mIoU: 1, images: 1 });
  expect(figures.summary.predicted?.images).toBe(2);
  expect(told).toContain('problem: there is no image');
});

test('a threshold that is not met closes the gate', async () => {
  const threshold = parseThreshold('mIoU=0.99');
  const { finished } = run([film('1', 8)], { thresholds: threshold === undefined ? [] : [threshold] });
  expect((await finished).gate).toHaveLength(1);
});

test('nothing to measure is said', async () => {
  const { finished, told } = run([]);
  expect((await finished).images).toBe(0);
  expect(told).toEqual(['problem: there is no accepted annotation that could be measured']);
});

test('who stops midway is told so, and nothing half done is left', async () => {
  const controller = new AbortController();
  const { finished } = run([film('1', 0), film('2', 0)], {
    signal: controller.signal,
    onImage: () => controller.abort(),
  });
  await expect(finished).rejects.toMatchObject({ code: 'cancelled', hint: expect.stringContaining('same command') });
  expect(await readdir(out)).toEqual([]);
});
