import { describe, expect, test } from '@jest/globals';
import type { Mask } from '../../../src/core/mask.js';
import { overlapTable } from '../../../src/metrics/overlap-table.js';
import { isSmallerBetter, measureImage, measureMaterials } from '../../../src/metrics/region-measures.js';
import { drawMask } from '../../support/draw-mask.js';

const materialsOf = (masks: readonly Mask[], truths: readonly Mask[]) => measureMaterials(overlapTable(masks, truths));
const measure = (masks: readonly Mask[], truths: readonly Mask[], weights?: number[]) =>
  measureImage(materialsOf(masks, truths), weights);

const left = drawMask('##..', '##..');
const right = drawMask('..##', '..##');
const nothing = drawMask('....', '....');
const all = drawMask('####', '####');
const topLeft = drawMask('##..', '....');

describe('equations 3 to 6 by hand', () => {
  test('a perfect prediction', () => {
    expect(measure([left, right], [left, right])).toEqual({
      mIoU: 1,
      mRecall: 1,
      mPrecision: 1,
      mFPR: 0,
      best_iou: 1,
    });
  });

  test('one half found by two masks: the mean of both counts, the worse one is the false positive rate', () => {
    // left: IoU 1 and 1/2 → mean 3/4; TP (4 + 2)/2 = 3, FN (0 + 2)/2 = 1, FP 0; FPR (1/2)/2.
    expect(measure([left, topLeft], [left])).toEqual({
      mIoU: 0.75,
      mRecall: 3 / 4,
      mPrecision: 1,
      mFPR: 0.25,
      best_iou: 1,
    });
  });

  test('a mask over two materials is involved with both', () => {
    // IoU 4/8 with each; TP 4, FP 4, FN 0.
    expect(measure([all], [left, right])).toEqual({
      mIoU: 0.5,
      mRecall: 1,
      mPrecision: 0.5,
      mFPR: 0,
      best_iou: 0.5,
    });
  });

  test('a material without an involved mask counts 0 and adds its area to what was missed', () => {
    // left: 1; right: 0. TP (4 + 0)/2, FN (0 + 4)/2.
    expect(measure([left], [left, right])).toEqual({
      mIoU: 0.5,
      mRecall: 0.5,
      mPrecision: 1,
      mFPR: 0,
      best_iou: 0.5,
    });
  });

  test('nothing predicted: everything is 0', () => {
    expect(measure([], [left])).toEqual({ mIoU: 0, mRecall: 0, mPrecision: 0, mFPR: 0, best_iou: 0 });
  });

  test('an empty prediction is like none, and an empty ground truth is matched by nothing', () => {
    expect(measure([nothing], [left])).toEqual(measure([], [left]));
    expect(measure([left], [nothing])).toEqual({ mIoU: 0, mRecall: 0, mPrecision: 0, mFPR: 0, best_iou: 0 });
  });

  test('an image without ground truth has no measures', () => {
    expect(measure([left], [])).toBeUndefined();
  });

  test('one-pixel masks', () => {
    const pixel = drawMask('#');
    expect(measure([pixel], [pixel])?.mIoU).toBe(1);
    expect(measure([drawMask('#.')], [drawMask('.#')])?.mIoU).toBe(0);
  });

  test('ties: two equal masks, one of them is too many', () => {
    // IoU 1 and 1: mean 1, and (1)/2 of it is surplus.
    expect(measure([left, left], [left])).toMatchObject({ mIoU: 1, mFPR: 0.5 });
    expect(materialsOf([left, left], [left])[0]?.bestMask).toBe(0);
  });

  test('a mask is involved from an IoU of exactly 5 % on', () => {
    const twenty = drawMask('#'.repeat(20));
    const one = drawMask(`#${'.'.repeat(19)}`);
    expect(materialsOf([one], [twenty])[0]).toMatchObject({ involved: 1, meanIou: 0.05 });
    const twentyOne = drawMask('#'.repeat(21));
    const oneOf21 = drawMask(`#${'.'.repeat(20)}`);
    expect(materialsOf([oneOf21], [twentyOne])[0]).toMatchObject({ involved: 0, meanIou: 0, falseNegativePx: 21 });
  });

  test('the best match needs no involvement', () => {
    const large = drawMask('#'.repeat(40));
    const one = drawMask(`#${'.'.repeat(39)}`);
    expect(measure([one], [large])).toMatchObject({ mIoU: 0, best_iou: 1 / 40 });
  });

  test('easy labels count ten times', () => {
    // left found (1), right not (0): (10 · 1 + 1 · 0) / 11, and the other way round.
    expect(measure([left], [left, right], [10, 1])?.mIoU).toBeCloseTo(10 / 11, 12);
    expect(measure([left], [left, right], [1, 10])?.mIoU).toBeCloseTo(1 / 11, 12);
    expect(measure([left], [left, right], [1, 10])?.mRecall).toBeCloseTo(1 / 11, 12);
  });
});

test('Dice of the best match', () => {
  expect(materialsOf([topLeft], [left])[0]?.bestDice).toBeCloseTo(4 / 6, 12);
});

test('of all measures, only the false positive rate is better when small', () => {
  expect(
    ['mIoU', 'mRecall', 'mPrecision', 'mFPR', 'best_iou'].filter((name) => isSmallerBetter(name as 'mIoU')),
  ).toEqual(['mFPR']);
});
