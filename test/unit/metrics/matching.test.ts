import { describe, expect, test } from '@jest/globals';
import type { Mask } from '../../../src/core/mask.js';
import { countSplitsAndMerges, matchOneToOne, objective, panopticQuality } from '../../../src/metrics/matching.js';
import { overlapTable } from '../../../src/metrics/overlap-table.js';
import { comparePartitions } from '../../../src/metrics/partition-measures.js';
import { drawMask } from '../../support/draw-mask.js';

const left = drawMask('##..', '##..');
const right = drawMask('..##', '..##');
const all = drawMask('####', '####');
const top = drawMask('##..', '....');
const bottom = drawMask('....', '##..');

const measured = (masks: readonly Mask[], truths: readonly Mask[]) => {
  const table = overlapTable(masks, truths);
  const matches = matchOneToOne(table);
  return {
    matches,
    objective: objective(table, matches),
    panoptic: panopticQuality(table, matches),
    counts: countSplitsAndMerges(table),
    partition: comparePartitions(table),
  };
};

describe('one-to-one matches', () => {
  test('the sum of IoU decides, not the order', () => {
    expect(measured([all, left], [left, right]).matches).toEqual([
      { mask: 0, truth: 1, iou: 0.5 },
      { mask: 1, truth: 0, iou: 1 },
    ]);
  });

  test('pairs without overlap are none', () => {
    expect(measured([left], [right]).matches).toEqual([]);
  });
});

describe('Objective 1', () => {
  test('is the number of materials less a tenth of the masks at best', () => {
    expect(measured([left, right], [left, right]).objective).toBeCloseTo(2 - 0.2, 12);
  });

  test('a duplicate costs a tenth', () => {
    expect(measured([left, left], [left]).objective).toBeCloseTo(1 - 0.2, 12);
  });

  test('no masks: 0', () => {
    expect(measured([], [left]).objective).toBe(0);
  });
});

describe('panoptic quality', () => {
  test('is the product of its factors', () => {
    const { panoptic } = measured([left, top], [left, right]);
    expect(panoptic).toEqual({ quality: 0.5, segmentation: 1, recognition: 0.5 });
  });

  test('an IoU of one half is no match', () => {
    expect(measured([all], [left]).panoptic.quality).toBe(0);
  });

  test('nothing on either side is perfect', () => {
    expect(measured([], []).panoptic.quality).toBe(1);
  });
});

describe('splits and merges', () => {
  test('a material in two pieces is one split', () => {
    expect(measured([top, bottom, right], [left, right]).counts).toEqual({ splits: 1, merges: 0 });
  });

  test('two materials in one mask are one merge', () => {
    expect(measured([all], [left, right]).counts).toEqual({ splits: 0, merges: 1 });
  });
});

describe('partitions', () => {
  test('equal ones differ by nothing', () => {
    expect(measured([right, left], [left, right]).partition).toEqual({
      adaptedRandError: 0,
      splitBits: 0,
      mergeBits: 0,
    });
  });

  test('a material cut into halves is one bit of its share', () => {
    expect(measured([top, bottom, right], [left, right]).partition).toMatchObject({ splitBits: 0.5, mergeBits: 0 });
  });

  test('two equal materials run together are one bit', () => {
    expect(measured([all], [left, right]).partition).toMatchObject({ splitBits: 0, mergeBits: 1 });
  });

  test('without ground truth there is nothing to compare', () => {
    expect(measured([all], []).partition).toBeUndefined();
  });
});
