import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nonMaximumSuppression } from '../../../src/core/non-maximum-suppression.js';

interface Stretch {
  readonly from: number;
  readonly length: number;
  readonly score: number;
}

const stretches = fc.array(
  fc.record({ from: fc.nat(20), length: fc.integer({ min: 1, max: 8 }), score: fc.integer({ min: 0, max: 4 }) }),
  { maxLength: 12 },
);

function overlap(a: Stretch, b: Stretch): number {
  const shared = Math.max(0, Math.min(a.from + a.length, b.from + b.length) - Math.max(a.from, b.from));
  return shared / (a.length + b.length - shared);
}

test('no two of those kept overlap, and whoever is gone has a better one in the way', () => {
  fc.assert(
    fc.property(stretches, fc.constantFrom(0, 0.3, 0.7), (given, threshold) => {
      const kept = nonMaximumSuppression(given, ({ score }) => score, overlap, threshold);
      const isInTheWay = (better: Stretch, other: Stretch) =>
        better.score >= other.score && overlap(better, other) > threshold;
      kept.forEach((each, index) => {
        expect(kept.slice(0, index).some((better) => overlap(better, each) > threshold)).toBe(false);
        if (index > 0) expect(each.score).toBeLessThanOrEqual(kept[index - 1]?.score ?? NaN);
      });
      for (const gone of given.filter((each) => !kept.includes(each))) {
        expect(kept.some((better) => isInTheWay(better, gone))).toBe(true);
      }
    }),
  );
});

test('of equals the first stays', () => {
  const [first, second] = [0, 1].map((id) => ({ id }));
  expect(
    nonMaximumSuppression(
      [first, second],
      () => 1,
      () => 1,
      0.5,
    ),
  ).toEqual([first]);
});
