import { describe, expect, test } from '@jest/globals';
import { type SeededRandom, seededRandom } from '../../../src/core/seeded-random.js';
import { calibrationBins, calibrationError } from '../../../src/metrics/calibration.js';
import { parseDifficulty } from '../../../src/metrics/difficulty.js';
import { bootstrapIntervals, meanOf, medianOf, signFlipTest } from '../../../src/metrics/statistics.js';

/** Standard normal numbers (Box and Muller). */
function normal(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Paired differences of IoU between two versions on one project: `fall` on the mean, images scattering by 3 points. */
function simulatedProject(images: number, fall: number, random: SeededRandom): number[] {
  return Array.from({ length: images }, () => {
    const before = Math.min(1, Math.max(0, 0.8 + 0.12 * normal(random)));
    const after = Math.min(1, Math.max(0, before - fall + 0.03 * normal(random)));
    return after - before;
  });
}

describe('the paired test', () => {
  test('tries all signs where there are few images: 3 falls in a row have 2 chances in 8', () => {
    expect(signFlipTest([-0.1, -0.2, -0.1], seededRandom(1))).toEqual({
      pValue: 0.25,
      significant: false,
      tooFew: true,
    });
  });

  test('seven of a kind are enough', () => {
    expect(signFlipTest([1, 2, 3, 1, 2, 3, 4], seededRandom(1))).toEqual({
      pValue: 2 / 128,
      significant: true,
      tooFew: false,
    });
  });

  test('no difference at all is none', () => {
    expect(signFlipTest(new Array<number>(50).fill(0), seededRandom(1))).toMatchObject({
      pValue: 1,
      significant: false,
    });
  });

  test('does not depend on the sign of the question', () => {
    const differences = simulatedProject(30, 0.01, seededRandom(3));
    const turned = signFlipTest(
      differences.map((difference) => -difference),
      seededRandom(4),
    );
    expect(turned.pValue).toBe(signFlipTest(differences, seededRandom(4)).pValue);
  });
});

describe('bootstrap intervals', () => {
  test('hold the true mean in about 95 % of samples', () => {
    const random = seededRandom(11);
    const held = Array.from({ length: 200 }, () => {
      const rows = Float64Array.from({ length: 60 }, () => 0.5 + 0.1 * normal(random));
      const [interval] = bootstrapIntervals(rows, 1, random);
      return interval !== undefined && interval[0] <= 0.5 && 0.5 <= interval[1];
    }).filter(Boolean).length;
    expect(held).toBeGreaterThanOrEqual(180);
    expect(held).toBeLessThan(200);
  });

  test('draw all measures of an image together: equal columns have equal intervals', () => {
    const rows = Float64Array.from({ length: 40 }, (_, i) => (i >> 1) / 20);
    const [first, second] = bootstrapIntervals(rows, 2, seededRandom(1));
    expect(first).toEqual(second);
  });

  test('one image: the value itself; none: no interval', () => {
    expect(bootstrapIntervals(Float64Array.of(0.25), 1, seededRandom(1))).toEqual([[0.25, 0.25]]);
    expect(bootstrapIntervals(new Float64Array(), 3, seededRandom(1))).toEqual([]);
  });

  test('are the same for the same seed', () => {
    const rows = Float64Array.from({ length: 20 }, (_, i) => i / 20);
    expect(bootstrapIntervals(rows, 1, seededRandom(5))).toEqual(bootstrapIntervals(rows, 1, seededRandom(5)));
  });
});

test('means and medians', () => {
  expect([meanOf([1, 2, 6]), medianOf([6, 1, 2]), medianOf([4, 1, 2, 3]), meanOf([]), medianOf([])]).toEqual([
    3,
    2,
    2.5,
    undefined,
    undefined,
  ]);
});

describe('calibration', () => {
  test('bins hold means; a score of 1 is in the last', () => {
    const bins = calibrationBins([
      { score: 0.81, iou: 0.7 },
      { score: 0.89, iou: 0.9 },
      { score: 1, iou: 1 },
    ]);
    expect(bins.map(({ from, count }) => [from, count])).toEqual([
      [0.8, 2],
      [0.9, 1],
    ]);
    expect(bins[0]?.meanScore).toBeCloseTo(0.85, 12);
    expect(calibrationError(bins)).toBeCloseTo((2 * 0.05) / 3, 12);
  });

  test('nothing scored: no error', () => {
    expect(calibrationError(calibrationBins([]))).toBe(0);
  });
});

test.each([
  [1, 1],
  ['3', 3],
  ['2 - near', 2],
  ['Difficulty 3', 3],
  ['Easy', 1],
  ['very hard', 3],
  ['moderate', 2],
  ['4', undefined],
  [12, undefined],
  ['unsure', undefined],
  [null, undefined],
])('a difficulty written as %j is %j', (value, difficulty) => {
  expect(parseDifficulty(value)).toBe(difficulty);
});
