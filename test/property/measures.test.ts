import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { intersectionArea, type Mask, maskToBitmap } from '../../src/core/mask.js';
import { boundaryMask, boundaryWidth } from '../../src/metrics/boundary-mask.js';
import { groundTruth, measureMasks } from '../../src/metrics/measure-masks.js';
import { measureNames } from '../../src/metrics/region-measures.js';
import { differingArea, editedArea } from '../../src/metrics/region-origins.js';
import { arbitraryMask } from '../support/arbitrary-masks.js';

const width = 13;
const height = 9;
const mask = arbitraryMask(width, height);
const masks = fc.array(mask, { maxLength: 6 });
const truths = fc.array(
  mask.filter(({ areaPx }) => areaPx > 0),
  { minLength: 1, maxLength: 4 },
);

const measure = (predicted: readonly Mask[], accepted: readonly Mask[], weights = accepted.map(() => 1)) => {
  const measured = measureMasks(predicted, groundTruth(accepted, weights));
  if (measured === undefined) throw new Error('there is ground truth');
  return measured;
};

test('every measure is in [0, 1]; Dice is at least IoU, the best IoU at least the mean', () => {
  fc.assert(
    fc.property(masks, truths, (predicted, accepted) => {
      const { plain, boundary, weighted, further } = measure(predicted, accepted);
      for (const measures of [plain, boundary, weighted]) {
        for (const name of measureNames) {
          expect(measures[name]).toBeGreaterThanOrEqual(0);
          expect(measures[name]).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(measures.best_iou).toBeGreaterThanOrEqual(measures.mIoU - 1e-12);
      }
      expect(further.dice).toBeGreaterThanOrEqual(plain.best_iou - 1e-12);
    }),
  );
});

test('no measure depends on the order of masks or materials', () => {
  fc.assert(
    fc.property(masks, truths, (predicted, accepted) => {
      const there = measure(predicted, accepted);
      const back = measure(predicted.toReversed(), accepted.toReversed());
      for (const name of measureNames) expect(back.plain[name]).toBeCloseTo(there.plain[name], 12);
      expect(back.further.objective).toBeCloseTo(there.further.objective, 12);
      expect(back.further.panoptic_quality).toBeCloseTo(there.further.panoptic_quality, 12);
      expect([back.further.splits, back.further.merges]).toEqual([there.further.splits, there.further.merges]);
    }),
  );
});

test('the truth predicted once is perfect in its best match', () => {
  fc.assert(
    fc.property(truths, (accepted) => {
      const { plain, boundary, further } = measure(accepted, accepted);
      expect([plain.best_iou, boundary.best_iou, further.dice]).toEqual([1, 1, 1]);
      expect(further.objective).toBeCloseTo(accepted.length * 0.9, 12);
    }),
  );
});

test('equal weights change nothing', () => {
  fc.assert(
    fc.property(masks, truths, fc.constantFrom(1, 10), (predicted, accepted, weight) => {
      const { plain, weighted } = measure(
        predicted,
        accepted,
        accepted.map(() => weight),
      );
      for (const name of measureNames) expect(weighted[name]).toBeCloseTo(plain[name], 12);
    }),
  );
});

test('an empty mask more changes no measure but the cost of masks', () => {
  fc.assert(
    fc.property(masks, truths, (predicted, accepted) => {
      const empty = { ...accepted[0], runs: new Uint32Array(), areaPx: 0 } as Mask;
      const before = measure(predicted, accepted);
      const after = measure([...predicted, { ...empty, box: { x: 0, y: 0, width: 0, height: 0 } }], accepted);
      expect(after.plain).toEqual(before.plain);
      expect(after.further.objective).toBeCloseTo(before.further.objective - 0.1, 12);
    }),
  );
});

test('a boundary mask is what a look at every neighbourhood finds', () => {
  fc.assert(
    fc.property(arbitraryMask(61, 47), (drawn) => {
      const distance = boundaryWidth(61, 47);
      const bitmap = maskToBitmap(drawn);
      const at = (x: number, y: number) => (x < 0 || y < 0 || x >= 61 || y >= 47 ? 0 : bitmap[y * 61 + x]);
      const isInner = (x: number, y: number) => {
        for (let dy = -distance; dy <= distance; dy++) {
          for (let dx = -distance; dx <= distance; dx++) if (at(x + dx, y + dy) === 0) return false;
        }
        return true;
      };
      const expected = bitmap.map((value, index) =>
        value === 1 && !isInner(index % 61, Math.floor(index / 61)) ? 1 : 0,
      );
      expect(maskToBitmap(boundaryMask(drawn))).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('the edited area of one label is the differing area, whichever way', () => {
  fc.assert(
    fc.property(mask, mask, (a, b) => {
      const named = (each: Mask) => [{ label: 'STO', mask: each }];
      expect(editedArea(named(a), named(b))).toBe(differingArea(a, b));
      expect(editedArea(named(b), named(a))).toBe(differingArea(a, b));
      expect(differingArea(a, b)).toBe(a.areaPx + b.areaPx - 2 * intersectionArea(a, b));
    }),
  );
});
