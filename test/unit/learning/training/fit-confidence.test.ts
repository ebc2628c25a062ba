import { expect, test } from '@jest/globals';
import { calibrate } from '../../../../src/booster/confidence.js';
import { seededRandom } from '../../../../src/core/seeded-random.js';
import { fitConfidence } from '../../../../src/learning/training/fit-confidence.js';

test('the curve ascends and brings scores near to what they are worth', () => {
  const random = seededRandom(1);
  const outcomes = Array.from({ length: 200 }, () => {
    const score = random();
    return { score, iou: Math.min(1, Math.max(0, score ** 2 + 0.1 * (random() - 0.5))) };
  });
  const curve = fitConfidence(outcomes);
  curve.slice(1).forEach(([score, iou], index) => {
    expect(score).toBeGreaterThan(curve[index]?.[0] ?? 1);
    expect(iou).toBeGreaterThanOrEqual(curve[index]?.[1] ?? 1);
  });
  for (const score of [0.2, 0.5, 0.9]) expect(Math.abs(calibrate(score, curve) - score ** 2)).toBeLessThan(0.05);
});

test('few outcomes give one point, none no curve', () => {
  expect(fitConfidence([{ score: 0.5, iou: 0.7 }])).toEqual([[0.5, 0.7]]);
  expect(fitConfidence([])).toEqual([]);
});
