import { describe, expect, test } from '@jest/globals';
import { distanceFromSeen, shapeOf, warnOfUnseen } from '../../../src/booster/seen-textures.js';

const mask = (rings: readonly number[], { share = 1, areaPx = 100 } = {}) => {
  return { areaPx, traits: [{ x: 0, y: 0, values: [share, 0.5, 0.1, ...rings] }] };
};
const seen = {
  mean: [1, 0, -1],
  precision: [
    [4, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  limit: 2,
};

test('the shape of a pattern leaves its whole power aside', () => {
  expect(shapeOf(mask([3, 2, 1]))).toEqual([1, 0, -1]);
  expect(shapeOf(mask([-3, -4, -5]))).toEqual([1, 0, -1]);
  expect(shapeOf(mask([3, 2, 1], { share: 0.2 }))).toBeNull();
  expect(shapeOf(mask([-13, -14, -16]))).toBeNull();
  expect(shapeOf({ traits: null })).toBeNull();
});

test('the distance is measured in how patterns scatter', () => {
  expect(distanceFromSeen([1, 0, -1], seen)).toBe(0);
  expect(distanceFromSeen([2, 0, -1], seen)).toBeCloseTo(Math.sqrt(4 / 3));
  expect(distanceFromSeen([1, 1, -1], seen)).toBeCloseTo(Math.sqrt(1 / 3));
});

describe('a texture that was never seen', () => {
  const strange = [9, 0, -9];

  test('is told of', () => {
    expect(warnOfUnseen([mask([1, 0, -1]), mask(strange)], seen)).toEqual([
      expect.stringMatching(/^1 mask of a texture/),
    ]);
    expect(warnOfUnseen([mask(strange), mask(strange)], seen)).toEqual([
      expect.stringMatching(/^2 masks of a texture/),
    ]);
  });

  test('is not, where all is known, where only a scrap is strange, and where nobody has looked', () => {
    expect(warnOfUnseen([mask([1.5, 0, -1]), mask([4, 3, 2])], seen)).toEqual([]);
    expect(warnOfUnseen([mask([1, 0, -1]), mask(strange, { areaPx: 2 })], seen)).toEqual([]);
    expect(warnOfUnseen([mask(strange)], undefined)).toEqual([]);
  });
});
