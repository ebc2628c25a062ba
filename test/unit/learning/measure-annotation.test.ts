import { describe, expect, test } from '@jest/globals';
import { measureAnnotation } from '../../../src/learning/measure-annotation.js';
import { drawMask } from '../../support/draw-mask.js';
import { annotation, brushRegion, prediction } from '../../support/label-studio-tasks.js';
import { outlineRegion, polygonRegion } from '../../support/region-shapes.js';

const size = { width: 4, height: 2 };
const [left, right] = [drawMask('##..', '##..'), drawMask('..##', '..##')];
const square = [[2, 0], [4, 0], [4, 2], [2, 2]] as const; // prettier-ignore

const measure = (accepted: readonly unknown[], predicted: readonly unknown[]) =>
  measureAnnotation({
    project: '1',
    task: '2',
    annotation: annotation(3, accepted),
    predictions: [prediction(4, predicted)],
    labelConfig: undefined,
    maxPixels: 1e6,
  });

describe('the accuracy of a submitted annotation', () => {
  test('counts regions of every shape', async () => {
    const accepted = [brushRegion('a', 'A', left), polygonRegion('b', 'B', size, square)];
    expect(await measure(accepted, [brushRegion('a', 'A', left), brushRegion('p', 'B', right)])).toMatchObject({
      entry: { measures: { mIoU: 1 }, regions: { accepted: 1, drawn: 1, rejected: 1 } },
    });
    expect(await measure(accepted, [brushRegion('a', 'A', left)])).toMatchObject({
      entry: { measures: { mIoU: 0.5 } },
    });
  });

  test('is that of all its pages', async () => {
    const page = (region: object, item_index: number) => ({ ...region, item_index });
    const accepted = [page(brushRegion('a', 'A', left), 0), page(brushRegion('b', 'A', left), 1)];
    const { entry } = await measure(accepted, [
      page(brushRegion('a', 'A', left), 0),
      page(brushRegion('b', 'A', right), 1),
    ]);
    expect(entry).toMatchObject({ measures: { mIoU: 0.5 }, regions: { accepted: 1, edited: 1 }, editedShare: 0.5 });
  });

  test('is not told where a part of it can not be measured', async () => {
    const vector = outlineRegion('vector', 'v', 'B', size, { vertices: [] });
    expect(await measure([brushRegion('a', 'A', left), vector], [brushRegion('a', 'A', left)])).toEqual({
      entry: null,
      reasons: [expect.stringContaining('"vectorlabels", which can\'t be measured')],
    });
    const elsewhere = { ...vector, item_index: 1 };
    expect(await measure([brushRegion('a', 'A', left), elsewhere], [brushRegion('a', 'A', left)])).toMatchObject({
      entry: null,
    });
  });
});
