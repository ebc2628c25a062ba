import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CalibrationBins, calibrationBins, calibrationError } from '../../../src/metrics/calibration.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const outcomes = fc.array(fc.record({ score: share, iou: share }), { maxLength: 40 });

test('every outcome is in the bin of its score, and the bins keep the sums', () => {
  fc.assert(
    fc.property(outcomes, (given) => {
      const bins = calibrationBins(given);
      for (const { from, to, count, meanScore, meanIou } of bins) {
        const own = given.filter(({ score }) => Math.min(9, Math.floor(score * 10)) === Math.round(from * 10));
        expect(count).toBe(own.length);
        expect(to - from).toBeCloseTo(0.1, 9);
        expect(meanScore * count).toBeCloseTo(
          own.reduce((sum, { score }) => sum + score, 0),
          9,
        );
        expect(meanIou * count).toBeCloseTo(
          own.reduce((sum, { iou }) => sum + iou, 0),
          9,
        );
      }
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(given.length);
    }),
  );
});

test('scores that say what they are worth have no error, others the distance', () => {
  fc.assert(
    fc.property(fc.array(share, { maxLength: 30 }), (scores) => {
      expect(calibrationError(calibrationBins(scores.map((score) => ({ score, iou: score }))))).toBeCloseTo(0, 9);
    }),
  );
  const bins = calibrationBins([
    { score: 0.95, iou: 0.75 },
    { score: 0.15, iou: 0.25 },
    { score: 1, iou: 1 },
    { score: 0, iou: 0 },
  ]);
  // (2 · |0.975 − 0.875| + 1 · |0.15 − 0.25| + 0) / 4
  expect(calibrationError(bins)).toBeCloseTo(0.075, 9);
  expect(calibrationError([])).toBe(0);
});

test('scores outside of the range count for the outermost bins', () => {
  const bins = new CalibrationBins();
  for (const score of [-0.2, 1.2]) bins.add({ score, iou: 0.5 });
  expect([bins.count, ...bins.filled().map(({ from }) => from)]).toEqual([2, 0, 0.9]);
});
