import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readLabelStudioTask } from '../../../../src/annotations/read-label-studio-task.js';
import { encodeBrushRle } from '../../../../src/label-studio/brush-codec.js';
import { createFindServedCopies } from '../../../../src/painting/results/served-copies.js';
import { openServedPredictions } from '../../../../src/store/served-predictions.js';
import { drawMask, showMask } from '../../../support/draw-mask.js';
import { annotation, brushRegion, task } from '../../../support/label-studio-tasks.js';

test('a stored copy is a prediction like those of Label Studio; answers to clicks are none', async () => {
  const mask = drawMask('##..', '#...');
  const store = openServedPredictions(await mkdtemp(join(tmpdir(), 'served-')));
  const region = {
    id: 'r1',
    label: 'STO',
    fromName: 'material',
    toName: 'image',
    width: 4,
    height: 2,
    score: 0.7,
    brushRle: encodeBrushRle(4, 2, mask.runs),
  };
  const served = {
    project: '4.1700000000',
    task: 1,
    modelVersion: 'v1',
    servedAt: '2026-11-01T00:00:00.000Z',
    parameters: {},
    score: 0.7,
    regions: [region],
  };
  await store.record({ ...served, prompts: [] });
  await store.record({ ...served, modelVersion: 'click', prompts: [{ x: 1 }] });
  const copies = await createFindServedCopies(store)('4', '1');
  expect(copies).toHaveLength(1);

  const accepted = annotation(1, [brushRegion('r1', 'STO', mask, { origin: 'prediction' })]);
  const reading = {
    config: undefined,
    difficultyField: 'difficulty',
    maxPixels: 100,
    findPredictions: () => Promise.resolve(copies),
  };
  const [{ evaluated, problems } = { evaluated: null, problems: [] }] = await readLabelStudioTask(
    task(1, [accepted], []),
    reading,
  );
  expect(problems).toEqual([]);
  const prediction = evaluated?.annotations[0].prediction;
  expect(prediction).toMatchObject({ version: 'v1', regions: [{ id: 'r1', label: 'STO', score: 0.7 }] });
  expect(prediction?.regions.map((each) => showMask(each.mask))).toEqual([['##..', '#...']]);
});
